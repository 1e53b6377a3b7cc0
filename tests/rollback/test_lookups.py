"""Which rule of a security group is the one that is planned."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.terraform.lookups import same_rule

PLANNED = {
    "security_group_id": "sg-1",
    "ip_protocol": "tcp",
    "from_port": 5432,
    "to_port": 5432,
    "referenced_security_group_id": "sg-2",
    "cidr_ipv4": None,
    "prefix_list_id": None,
}
RULE = {
    "GroupId": "sg-1",
    "IpProtocol": "tcp",
    "FromPort": 5432,
    "ToPort": 5432,
    "ReferencedGroupInfo": {"GroupId": "sg-2"},
}
ALL = {"ip_protocol": "-1", "from_port": None, "to_port": None, "cidr_ipv4": "0.0.0.0/0"}
ALL_RULE = {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0"}


@pytest.mark.parametrize(
    ("planned", "rule", "same"),
    [
        (PLANNED, RULE, True),
        (PLANNED, RULE | {"ReferencedGroupInfo": {"GroupId": "sg-3"}}, False),
        (PLANNED, RULE | {"ToPort": 6379}, False),
        (PLANNED, RULE | {"ReferencedGroupInfo": None, "CidrIpv4": "0.0.0.0/0"}, False),
        # All ports are none for Terraform, and -1 for EC2.
        (ALL, ALL_RULE, True),
        (ALL, ALL_RULE | {"CidrIpv4": "198.51.100.0/24"}, False),
    ],
)
def test_the_rule_that_is_planned(planned: dict[str, Any], rule: dict[str, Any], same: bool) -> None:
    assert same_rule(planned, rule) is same
