"""What moto's RDS is made to do for servers that are really there; the servers are left out here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws
from moto.rds.models import DBInstance, MasterUserSecret, RDSBackend
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from sandbox.network.addresses import Addresses
from sandbox.network.certificates import Authority
from sandbox.parts import databases
from sandbox.timing import Timing

REGION = "us-east-2"


class Server:
    """In the place of a PostgreSQL server: remembers what it was told."""

    made: dict[str, Server] = {}  # noqa: RUF012 - emptied for each test

    def __init__(self, home: Path, address: str, port: int, authority: Authority) -> None:
        self.address = address
        self.restore_from: Path | None = None
        self.password = ""
        Server.made[home.name.rpartition("-")[0]] = self

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def admit(self, user: str, password: str, database: str | None) -> None:
        self.password = password

    def set_password(self, user: str, password: str) -> None:
        self.password = password

    def dump(self, path: Path, database: str | None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def move(self, address: str) -> None:
        self.address = address


@pytest.fixture
def rds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr(databases, "DatabaseServer", Server)
    Server.made = {}
    before = {owner: dict(vars(owner)) for owner in (DBInstance, MasterUserSecret, RDSBackend)}
    with mock_aws():
        databases.Databases(tmp_path, cast(Any, None), Addresses(), Timing())
        client = boto3.client("rds", region_name=REGION)
        _created(client, "db")
        client.create_db_snapshot(DBInstanceIdentifier="db", DBSnapshotIdentifier="before")
        _until(lambda: client.describe_db_snapshots()["DBSnapshots"][0]["Status"])
        yield client
    # The sandbox changes moto in a process of its own; here other tests come after.
    for owner, attributes in before.items():
        for name in set(vars(owner)) - set(attributes):
            delattr(owner, name)
        for name, value in attributes.items():
            if vars(owner)[name] is not value:
                setattr(owner, name, value)


def _created(client: Any, name: str) -> None:
    client.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="reelflow",
        ManageMasterUserPassword=True,
        AllocatedStorage=20,
    )
    _available(client, name)


def _available(client: Any, name: str) -> dict[str, Any]:
    _until(lambda: _described(client, name)["DBInstanceStatus"])
    return _described(client, name)


def _until(status: Any) -> None:
    poll = Retrying(
        stop=stop_after_delay(10), wait=wait_fixed(0.02), retry=retry_if_result(lambda s: s != "available")
    )
    poll(status)


def _described(client: Any, name: str) -> dict[str, Any]:
    return client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def _kept_password(described: dict[str, Any]) -> str:
    arn = described["MasterUserSecret"]["SecretArn"]
    manager = boto3.client("secretsmanager", region_name=REGION)
    return json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])["password"]


def test_a_restored_instance_has_the_old_password_and_nobody_keeps_it(rds: Any, tmp_path: Path) -> None:
    old = _kept_password(_described(rds, "db"))
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="new", DBSnapshotIdentifier="before")
    described = _available(rds, "new")
    assert "MasterUserSecret" not in described
    assert Server.made["new"].password == old
    assert Server.made["new"].restore_from == tmp_path / "snapshots" / "before.dump"
    assert described["DbiResourceId"] != _described(rds, "db")["DbiResourceId"]
    # That of the instance of before is kept on.
    assert _kept_password(_described(rds, "db")) == old


def test_a_password_that_rds_is_to_keep_is_another_one(rds: Any) -> None:
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="new", DBSnapshotIdentifier="before")
    old = Server.made["new"].password
    _available(rds, "new")
    change = {"DBInstanceIdentifier": "new", "ManageMasterUserPassword": True, "ApplyImmediately": True}
    rds.modify_db_instance(**change)
    kept = _kept_password(_available(rds, "new"))
    assert kept == Server.made["new"].password != old
    # Asked again, RDS does nothing.
    rds.modify_db_instance(**change)
    assert _kept_password(_available(rds, "new")) == kept


def test_who_takes_over_a_name_takes_over_its_address(rds: Any) -> None:
    _created(rds, "new")
    address, passwords = (
        _described(rds, "db")["Endpoint"],
        [_kept_password(_described(rds, n)) for n in ("db", "new")],
    )
    for old, new in (("db", "db-before"), ("new", "db")):
        rds.modify_db_instance(DBInstanceIdentifier=old, NewDBInstanceIdentifier=new, ApplyImmediately=True)
        _available(rds, new)
    assert _described(rds, "db")["Endpoint"] == address
    assert _described(rds, "db-before")["Endpoint"] != address
    assert [_kept_password(_described(rds, n)) for n in ("db-before", "db")] == passwords
    # Who is asked for is who has the name.
    rds.modify_db_instance(
        DBInstanceIdentifier="db", MasterUserPassword="not-a-real-one", ApplyImmediately=True
    )
    assert Server.made["new"].password == "not-a-real-one"
    assert Server.made["db"].password == passwords[0]
