"""What a network lets through, told from routes and groups alone."""

from __future__ import annotations

import pytest

from blocks.network import SecurityGroup, Subnet
from flows.explaining.reach import NEEDED_ENDPOINTS, blocked, lets_out, missing_endpoints, no_way_out
from tests.explaining import documents as d

TASKS = d.group("sg-tasks", out=((443, "0.0.0.0/0"), (5432, "sg-database")))
DATABASE = d.group("sg-database", into=((5432, "sg-tasks"),))


@pytest.mark.parametrize(
    ("subnet", "public_ip", "says"),
    [
        pytest.param(d.subnet(d.way("igw-1")), True, None, id="a public address and a gateway"),
        pytest.param(d.subnet(d.way("nat-1")), False, None, id="a NAT gateway"),
        pytest.param(d.subnet(d.way("igw-1")), False, "without a public address", id="a gateway alone"),
        pytest.param(d.subnet(), True, "lead nowhere", id="no route"),
        pytest.param(d.subnet(d.way("nat-1", state="blackhole")), False, "gone", id="a gateway that is gone"),
    ],
)
def test_the_way_out(subnet: Subnet, public_ip: bool, says: str | None) -> None:
    found = no_way_out(subnet, public_ip=public_ip)
    assert found is None if says is None else says in str(found)


def test_which_endpoints_are_missing() -> None:
    there = [d.endpoint(name) for name in NEEDED_ENDPOINTS if name != "logs"]
    assert missing_endpoints(d.subnet(), there) == ["logs"]
    assert missing_endpoints(d.subnet(), ()) == list(NEEDED_ENDPOINTS)


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        pytest.param([TASKS], [DATABASE], None, id="open"),
        pytest.param([TASKS], [], None, id="nobody could look at the store's"),
        pytest.param([TASKS], [d.group("sg-database")], "lets nothing in on port 5432", id="closed there"),
        pytest.param([d.group("sg-tasks")], [DATABASE], "lets nothing out to port 5432", id="closed here"),
        pytest.param(
            [TASKS],
            [d.group("sg-database", into=((5433, "sg-tasks"),))],
            "lets nothing in",
            id="open for another port",
        ),
        pytest.param(
            [TASKS], [d.group("sg-database", into=((5432, "sg-other"),))], "lets nothing in", id="for others"
        ),
        pytest.param(
            [TASKS], [d.group("sg-database", into=((5432, "10.0.0.0/16"),))], None, id="by their addresses"
        ),
    ],
)
def test_whether_groups_keep_a_task_from_a_store(
    ours: list[SecurityGroup], theirs: list[SecurityGroup], says: str | None
) -> None:
    found = blocked(ours, theirs, 5432)
    assert found is None if says is None else says in str(found)


def test_whether_a_group_lets_out_at_all() -> None:
    assert lets_out([TASKS], 443)
    assert not lets_out([DATABASE], 443)
    assert not lets_out([d.group("sg-tasks", out=((443, "sg-other"),))], 443)
