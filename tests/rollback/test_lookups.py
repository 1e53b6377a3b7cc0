"""Ids that only AWS knows, found by what a configuration says: against moto, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from blocks import aws
from blocks.terraform.lookups import Lookups, same_rule

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


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookups]:
    aws._client.cache_clear()
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield Lookups(region="us-east-2")
    aws._client.cache_clear()


def test_what_is_tagged_with_its_name(lookups: Lookups) -> None:
    ec2 = boto3.client("ec2", region_name="us-east-2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "ai-video"}])
    assert lookups.find("aws_vpc", {"tags": {"Name": "ai-video"}}) == vpc
    assert lookups.find("aws_vpc", {"tags": {"Name": "another"}}) is None
    assert lookups.find("aws_vpc", {"tags": None, "cidr_block": "10.0.0.0/16"}) is None
    # Which of two it is, nobody can tell.
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[other], Tags=[{"Key": "Name", "Value": "ai-video"}])
    assert lookups.find("aws_vpc", {"tags": {"Name": "ai-video"}}) is None


def test_groups_and_their_rules(lookups: Lookups) -> None:
    ec2 = boto3.client("ec2", region_name="us-east-2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="ai-video-api", Description="a", VpcId=vpc)["GroupId"]
    made = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 80,
                "ToPort": 80,
                "IpRanges": [{"CidrIp": "198.51.100.0/24"}],
            }
        ],
    )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    assert lookups.find("aws_security_group", {"name": "ai-video-api"}) == group
    default = lookups.find("aws_default_security_group", {"vpc_id": vpc})
    assert default
    assert default != group
    planned = {
        "security_group_id": group,
        "ip_protocol": "tcp",
        "from_port": 80,
        "to_port": 80,
        "cidr_ipv4": "198.51.100.0/24",
    }
    assert lookups.find("aws_vpc_security_group_ingress_rule", planned) == made
    assert lookups.find("aws_vpc_security_group_egress_rule", planned) is None
    # Its group is not known yet.
    assert lookups.find("aws_vpc_security_group_ingress_rule", {"ip_protocol": "tcp"}) is None


def test_what_has_a_name_and_an_arn(lookups: Lookups) -> None:
    manager = boto3.client("secretsmanager", region_name="us-east-2")
    arn = manager.create_secret(Name="ai-video/database", SecretString="{}")["ARN"]
    assert lookups.find("aws_secretsmanager_secret", {"name": "ai-video/database"}) == arn
    assert lookups.find("aws_secretsmanager_secret", {"name": "no-such"}) is None
    assert lookups.find("aws_lb", {"name": "no-such"}) is None
    assert lookups.find("aws_lb", {"name": None}) is None
    assert lookups.find("aws_lb_target_group", {"name": "no-such"}) is None
    # The configuration tells the ids of these.
    assert lookups.find("aws_s3_bucket", {"bucket": "b"}) is None
