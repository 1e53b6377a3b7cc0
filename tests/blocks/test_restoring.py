"""A snapshot restored like another instance, and names exchanged: against moto's RDS, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from blocks.aws import AwsError, AwsMissing
from blocks.database import Database
from blocks.restoring import keep_password, rename, restore

pytestmark = pytest.mark.anyio

REGION = "us-east-2"


@pytest.fixture
def rds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("rds", region_name=REGION)
        client.create_db_parameter_group(
            DBParameterGroupName="db-postgres17", DBParameterGroupFamily="postgres17", Description="ours"
        )
        client.create_db_instance(
            DBInstanceIdentifier="db",
            DBInstanceClass="db.t4g.small",
            Engine="postgres",
            MasterUsername="reelflow",
            MasterUserPassword="not-a-real-one",
            AllocatedStorage=20,
            DBParameterGroupName="db-postgres17",
            CopyTagsToSnapshot=True,
            Tags=[{"Key": "Project", "Value": "reelflow"}],
        )
        client.create_db_snapshot(DBInstanceIdentifier="db", DBSnapshotIdentifier="before")
        yield client


def _described(rds: Any, name: str) -> dict[str, Any]:
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


async def test_a_restored_instance_is_set_up_as_the_one_before(rds: Any) -> None:
    live = Database(identifier="db", region=REGION)
    found = await restore(live, "before", "db-new", deadline_s=5)
    assert found.identifier == "db-new"
    # Asked again, it is there.
    await restore(live, "before", "db-new", deadline_s=5)
    old, new = _described(rds, "db"), _described(rds, "db-new")
    for name in (
        "DBInstanceClass",
        "DBParameterGroups",
        "VpcSecurityGroups",
        "TagList",
        "CopyTagsToSnapshot",
    ):
        assert new[name] == old[name], name


async def test_there_has_to_be_a_snapshot(rds: Any) -> None:
    with pytest.raises(AwsError, match="no-such"):
        await restore(Database(identifier="db", region=REGION), "no-such", "db-new", deadline_s=5)
    with pytest.raises(AwsMissing):
        Database(identifier="db-new", region=REGION).describe()


async def test_names_are_exchanged(rds: Any) -> None:
    live = Database(identifier="db", region=REGION)
    new = await restore(live, "before", "db-new", deadline_s=5)
    rds.add_tags_to_resource(
        ResourceName=_described(rds, "db-new")["DBInstanceArn"], Tags=[{"Key": "Which", "Value": "new"}]
    )
    kept = await rename(live, "db-before", deadline_s=5)
    assert live.status() == "missing"
    assert (await rename(new, "db", deadline_s=5)).describe().identifier == "db"
    assert {"Key": "Which", "Value": "new"} in _described(rds, "db")["TagList"]
    assert kept.describe().available


async def test_rds_is_to_keep_the_password_once(rds: Any) -> None:
    live = Database(identifier="db", region=REGION)
    assert live.describe().secret_arn is None
    await keep_password(live, deadline_s=5)
    kept = live.describe().secret_arn
    assert kept
    await keep_password(live, deadline_s=5)
    assert live.describe().secret_arn == kept
