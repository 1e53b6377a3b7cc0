"""Where subnets lead, and what groups let through: on moto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from blocks.network import Endpoint, GroupRule, Network, Route

REGION = "us-east-2"


@pytest.fixture
def ec2(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("ec2", region_name=REGION)


@pytest.fixture
def network() -> Network:
    return Network(region=REGION)


@pytest.fixture
def vpc(ec2: Any) -> str:
    return ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def _subnet(ec2: Any, vpc: str, number: int) -> str:
    return ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]


def test_a_subnet_has_its_own_routes_or_those_of_its_vpc(ec2: Any, network: Network, vpc: str) -> None:
    public, private = _subnet(ec2, vpc, 0), _subnet(ec2, vpc, 1)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=public)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    found = {subnet.id: subnet for subnet in network.subnets([public, private])}
    local = Route(destination="10.0.0.0/16", target="local")
    assert found[public].routes == (local, Route(destination="0.0.0.0/0", target=gateway))
    assert found[private].routes == (local,)
    assert {subnet.vpc for subnet in found.values()} == {vpc}


def test_the_rules_of_a_group(ec2: Any, network: Network, vpc: str) -> None:
    made = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("tasks", "database")
    ]
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    ec2.authorize_security_group_ingress(
        GroupId=made[1], IpPermissions=[{**permission, "UserIdGroupPairs": [{"GroupId": made[0]}]}]
    )
    found = next(group for group in network.security_groups(made) if group.id == made[1])
    assert str(found) == f"{made[1]} (database)"
    assert found.ingress == (GroupRule(protocol="tcp", from_port=5432, to_port=5432, groups=(made[0],)),)
    assert found.egress == (GroupRule(protocol="-1", addresses=("0.0.0.0/0",)),)


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        (GroupRule(protocol="tcp", from_port=5432, to_port=5432), True),
        (GroupRule(protocol="tcp", from_port=0, to_port=65535), True),
        (GroupRule(protocol="tcp", from_port=443, to_port=443), False),
        (GroupRule(protocol="udp", from_port=5432, to_port=5432), False),
        (GroupRule(protocol="-1"), True),
    ],
)
def test_which_ports_a_rule_is_about(rule: GroupRule, covered: bool) -> None:
    assert rule.covers(5432) is covered


def test_the_endpoints_of_a_vpc(ec2: Any, network: Network, vpc: str) -> None:
    for name, kind in (("ecr.api", "Interface"), ("s3", "Gateway")):
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.{name}", VpcEndpointType=kind)
    assert sorted(network.endpoints([vpc]), key=lambda each: each.service) == [
        Endpoint(service="ecr.api", vpc=vpc, kind="Interface"),
        Endpoint(service="s3", vpc=vpc, kind="Gateway"),
    ]
