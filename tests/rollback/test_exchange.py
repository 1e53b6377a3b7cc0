"""Instances exchange their names, wherever that was broken off before: against moto, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from blocks import aws
from blocks.database import Database
from flows.rolling_back.snapshots import Names
from flows.stages.restore import exchange

pytestmark = pytest.mark.anyio

NAMES = Names.of("db", "20261124T120000Z")
LIVE = Database(identifier=NAMES.live, region="us-east-2")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def rds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    aws._client.cache_clear()
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("rds", region_name="us-east-2")
        given = {"MasterUserPassword": "not-a-real-one"}
        for name, password in ((NAMES.live, {"ManageMasterUserPassword": True}), (NAMES.restored, given)):
            client.create_db_instance(
                DBInstanceIdentifier=name,
                DBInstanceClass="db.t4g.micro",
                Engine="postgres",
                MasterUsername="reelflow",
                AllocatedStorage=20,
                DBName="before" if name == NAMES.live else "restored",
                **password,
            )
        yield client
    aws._client.cache_clear()


def _rename(client: Any, old: str, new: str) -> None:
    client.modify_db_instance(DBInstanceIdentifier=old, NewDBInstanceIdentifier=new, ApplyImmediately=True)


@pytest.mark.parametrize("done", [0, 1, 2])
async def test_it_goes_on_where_it_was(rds: Any, done: int) -> None:
    for old, new in ((NAMES.live, NAMES.kept), (NAMES.restored, NAMES.live))[:done]:
        _rename(rds, old, new)
    await exchange(LIVE, NAMES)
    found = {each["DBInstanceIdentifier"]: each for each in rds.describe_db_instances()["DBInstances"]}
    assert {name: each["DBName"] for name, each in found.items()} == {
        NAMES.live: "restored",
        NAMES.kept: "before",
    }
    secrets = [found[name]["MasterUserSecret"]["SecretArn"] for name in (NAMES.live, NAMES.kept)]
    assert secrets[0] != secrets[1]
    # Once more, and nothing is done.
    await exchange(LIVE, NAMES)
    assert len(rds.describe_db_instances()["DBInstances"]) == 2


async def test_a_password_that_rds_does_not_keep_it_is_not_asked_to_keep(rds: Any) -> None:
    rds.modify_db_instance(
        DBInstanceIdentifier=NAMES.live, ManageMasterUserPassword=False, MasterUserPassword="not-a-real-one"
    )
    await exchange(LIVE, NAMES)
    assert LIVE.describe().secret_arn is None
