"""Which snapshot brings back data that earlier code can work with, and how its instance is set up."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.restoring import settings
from flows.deployment.release import Release, Schema
from flows.rolling_back.snapshots import Names, choose
from tests.rollback.records import release, step

FIRST, EXPANDS = step("0001"), step("0002")
ONE_WAY, ONE_WAY_TOO = (
    step("0003", "contract", reversible=False),
    step("0004", "contract", reversible=False),
)
STEPS = (FIRST, EXPANDS, ONE_WAY, ONE_WAY_TOO)


def _with(number: int, before: str | None, snapshot: str | None) -> Release:
    schema = Schema(before=before, after="0004", head="0004", snapshot=snapshot)
    return release(number, f"i{number}", db_schema=schema)


@pytest.mark.parametrize(
    ("releases", "name"),
    [
        ([], None),
        ([_with(1, "0001", None)], None),
        ([release(1, "a", db_schema=None)], None),
        ([_with(1, "0001", "s1")], "s1"),
        # Expanded by then: that code can live with it.
        ([_with(1, "0002", "s1")], "s1"),
        # The newest of those that it can live with: later ones have the step already.
        ([_with(1, "0001", "s1"), _with(2, "0002", "s2"), _with(3, "0003", "s3")], "s2"),
        ([_with(1, "0003", "s1")], None),
        # Of a time before that code's own steps.
        ([_with(1, None, "s1")], None),
    ],
)
def test_the_newest_one_that_the_code_can_live_with(releases: list[Release], name: str | None) -> None:
    found = choose(releases, STEPS, head="0001")
    assert (found.name if found else None) == name


def test_the_names_are_told_from_the_release() -> None:
    names = Names.of("ai-video-db", "20261124T120000Z")
    assert names.kept == "ai-video-db-before-20261124t120000z"
    assert names.restored == "ai-video-db-of-20261124t120000z"
    # RDS takes no more: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    assert all(len(name) <= 63 for name in (names.kept, names.restored))


DESCRIBED: dict[str, Any] = {
    "DBInstanceIdentifier": "ai-video-db",
    "DBInstanceClass": "db.t4g.micro",
    "DBSubnetGroup": {"DBSubnetGroupName": "ai-video-db", "VpcId": "vpc-1"},
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
    "DBParameterGroups": [{"DBParameterGroupName": "ai-video-db-postgres17"}],
    "MultiAZ": False,
    "PubliclyAccessible": False,
    "DeletionProtection": True,
    "EnabledCloudwatchLogsExports": ["postgresql", "upgrade"],
    "TagList": [{"Key": "Project", "Value": "reelflow"}, {"Key": "aws:cloudformation", "Value": "x"}],
}


def test_a_restored_instance_is_set_up_as_the_one_before() -> None:
    assert settings(DESCRIBED) == {
        "DBInstanceClass": "db.t4g.micro",
        "DBSubnetGroupName": "ai-video-db",
        "VpcSecurityGroupIds": ["sg-1"],
        "DBParameterGroupName": "ai-video-db-postgres17",
        "MultiAZ": False,
        "PubliclyAccessible": False,
        "DeletionProtection": True,
        "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
        "Tags": [{"Key": "Project", "Value": "reelflow"}],
    }
    assert settings({}) == {}
