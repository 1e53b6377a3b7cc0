"""What a task reaches, by the records of its network; and that what it does not reach stays silent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from sandbox.ecs.reach import Reach, Silence, Store, walled
from sandbox.ecs.records import Task, TaskDefinition, World
from sandbox.network.addresses import Addresses
from sandbox.timing import Timing

REGION, ACCOUNT = "us-east-2", "123456789012"


class Cloud:
    """A VPC with a subnet, a gateway, and no route to it."""

    def __init__(self) -> None:
        self.ec2 = boto3.client("ec2", region_name=REGION)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        self.gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.world = World(ACCOUNT, REGION, Timing())

    def leads_out(self) -> None:
        table = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=self.subnet)
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=self.gateway)

    def endpoint(self, name: str, kind: str = "Interface") -> None:
        service = f"com.amazonaws.{REGION}.{name}"
        self.ec2.create_vpc_endpoint(VpcId=self.vpc, ServiceName=service, VpcEndpointType=kind)

    def group(self, name: str, *, egress: bool = True) -> str:
        made = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
        if not egress:
            held = self.ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]
            self.ec2.revoke_security_group_egress(GroupId=made, IpPermissions=held["IpPermissionsEgress"])
        return made

    def reach(self, *groups: str, public: bool = True) -> Reach:
        network: dict[str, Any] = {"subnets": [self.subnet], "securityGroups": list(groups)}
        network["assignPublicIp"] = "ENABLED" if public else "DISABLED"
        given = {"networkConfiguration": {"awsvpcConfiguration": network}}
        return Reach(self.world, _task(given))


def _task(given: dict[str, Any]) -> Task:
    definition = TaskDefinition("arn", "backend", 1, {"containerDefinitions": []})
    return Task("1", "arn", "films", definition, given, "family:backend", "", "127.0.0.9", [])


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Cloud()


def test_without_a_route_nothing_of_aws_is_reached(cloud: Cloud) -> None:
    assert not cloud.reach().service("ecr.api")


def test_with_a_route_it_takes_a_public_address(cloud: Cloud) -> None:
    cloud.leads_out()
    assert cloud.reach().service("ecr.api")
    assert not cloud.reach(public=False).service("ecr.api")


def test_an_endpoint_is_a_way(cloud: Cloud) -> None:
    cloud.endpoint("ecr.api")
    cloud.endpoint("s3", "Gateway")
    reach = cloud.reach(public=False)
    assert [reach.service(name) for name in ("ecr.api", "s3", "ecr.dkr")] == [True, True, False]


def test_a_group_that_lets_nothing_out_closes_the_way(cloud: Cloud) -> None:
    cloud.leads_out()
    assert not cloud.reach(cloud.group("tasks", egress=False)).service("ecr.api")


def test_a_task_without_a_network_of_its_own_reaches_all(cloud: Cloud) -> None:
    assert Reach(cloud.world, _task({})).service("ecr.api")


def test_a_store_is_reached_by_rules_on_both_sides(cloud: Cloud) -> None:
    tasks, database = cloud.group("tasks"), cloud.group("database")
    store = Store("127.0.0.5", 5432, (database,))
    assert not cloud.reach(tasks).store(store)
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    cloud.ec2.authorize_security_group_ingress(
        GroupId=database, IpPermissions=[{**permission, "UserIdGroupPairs": [{"GroupId": tasks}]}]
    )
    assert cloud.reach(tasks).store(store)
    assert not cloud.reach(cloud.group("others")).store(store)


def test_what_is_not_reached_never_answers(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store("127.0.0.5", 5432, (cloud.group("database"),))
    reach, silence = cloud.reach(cloud.group("tasks")), Silence(Addresses())
    monkeypatch.setattr(reach, "stores", lambda: iter([store]))
    told = walled("postgresql://reelflow@127.0.0.5:5432/reelflow", reach, silence)
    assert told == f"postgresql://reelflow@{silence.at(5432)}:5432/reelflow"
    with pytest.raises(TimeoutError):
        socket.create_connection((silence.at(5432), 5432), timeout=0.3)
    assert walled("redis://127.0.0.5:6379", reach, silence) == "redis://127.0.0.5:6379"
