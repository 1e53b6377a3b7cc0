"""VPC, subnets, gateways, endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.resource import Resource, State, changed, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value


class Ec2(Resource):
    """A thing of EC2: made by one call with its tags, named by an id, found by a describe call.

    Attributes:
        tagged: EC2's name of the kind of thing, in tags and ARNs.
        describes: The client's method, the argument that takes ids, and the list in its answer.
    """

    service = "ec2"
    tagged: ClassVar[str]
    describes: ClassVar[tuple[str, str, str]]

    def specification(self, state: State) -> list[dict[str, Any]]:
        """The tags, as the calls that make things take them."""
        tags = tag_list(state.get("tags_all"))
        return [{"ResourceType": self.tagged, "Tags": tags}] if tags else []

    def found(self, aws: Aws, identity: str) -> dict[str, Any]:
        """The thing as EC2 describes it; empty if there is none."""
        method, argument, listed = self.describes
        answer = getattr(aws.client("ec2"), method)(**{argument: [identity]})
        return next(iter(answer[listed]), {})

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        thing = self.found(aws, state["id"])
        if not thing:
            return None
        return {
            **self.described(thing),
            "id": state["id"],
            "arn": aws.arn("ec2", f"{self.tagged}/{state['id']}"),
            "tags_all": tags_of(thing.get("Tags")),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client = aws.client("ec2")
        retag(
            state,
            prior,
            lambda tags: client.create_tags(Resources=[state["id"]], Tags=tag_list(tags)),
            lambda keys: client.delete_tags(Resources=[state["id"]], Tags=[{"Key": key} for key in keys]),
        )


@served
class Vpc(Ec2):
    type = "aws_vpc"
    creates = "CreateVpc"
    tagged = "vpc"
    describes = ("describe_vpcs", "VpcIds", "Vpcs")
    gone = ("InvalidVpcID.NotFound",)
    switches: ClassVar[Mapping[str, str]] = {
        "enable_dns_support": "EnableDnsSupport",
        "enable_dns_hostnames": "EnableDnsHostnames",
    }

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"TagSpecifications": self.specification(state)}
        state["id"] = aws.client("ec2").create_vpc(**arguments)["Vpc"]["VpcId"]
        self._switch(aws, state, {})

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        read = super().read(aws, state)
        if read is None:
            return None
        client = aws.client("ec2")
        told = {
            name: client.describe_vpc_attribute(VpcId=state["id"], Attribute=member[0].lower() + member[1:])[
                member
            ]["Value"]
            for name, member in self.switches.items()
        }
        return {
            **read,
            **told,
            **({} if state.get("default_security_group_id") else self._defaults(aws, state["id"])),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        super().update(aws, state, prior)
        self._switch(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ec2").delete_vpc(VpcId=state["id"])

    def _switch(self, aws: Aws, state: State, prior: State) -> None:
        for name, member in self.switches.items():
            if state.get(name) is not None and changed(state, prior, name):
                aws.client("ec2").modify_vpc_attribute(VpcId=state["id"], **{member: {"Value": state[name]}})

    def _defaults(self, aws: Aws, vpc: str) -> dict[str, Value]:
        """What every VPC is born with."""
        client, mine = aws.client("ec2"), [{"Name": "vpc-id", "Values": [vpc]}]
        groups = client.describe_security_groups(
            Filters=[*mine, {"Name": "group-name", "Values": ["default"]}]
        )
        tables = client.describe_route_tables(
            Filters=[*mine, {"Name": "association.main", "Values": ["true"]}]
        )
        table = next((table["RouteTableId"] for table in tables["RouteTables"]), None)
        return {
            "default_security_group_id": next((group["GroupId"] for group in groups["SecurityGroups"]), None),
            "default_route_table_id": table,
            "main_route_table_id": table,
        }


@served
class Subnet(Ec2):
    type = "aws_subnet"
    creates = "CreateSubnet"
    tagged = "subnet"
    describes = ("describe_subnets", "SubnetIds", "Subnets")
    gone = ("InvalidSubnetID.NotFound",)

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"TagSpecifications": self.specification(state)}
        state["id"] = aws.client("ec2").create_subnet(**arguments)["Subnet"]["SubnetId"]
        self._switch(aws, state, {})

    def update(self, aws: Aws, state: State, prior: State) -> None:
        super().update(aws, state, prior)
        self._switch(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ec2").delete_subnet(SubnetId=state["id"])

    def _switch(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "map_public_ip_on_launch") and state["map_public_ip_on_launch"] is not None:
            aws.client("ec2").modify_subnet_attribute(
                SubnetId=state["id"], MapPublicIpOnLaunch={"Value": state["map_public_ip_on_launch"]}
            )


@served
class InternetGateway(Ec2):
    type = "aws_internet_gateway"
    creates = "CreateInternetGateway"
    tagged = "internet-gateway"
    describes = ("describe_internet_gateways", "InternetGatewayIds", "InternetGateways")
    gone = ("InvalidInternetGatewayID.NotFound",)

    def create(self, aws: Aws, state: State) -> None:
        client = aws.client("ec2")
        made = client.create_internet_gateway(TagSpecifications=self.specification(state))
        state["id"] = made["InternetGateway"]["InternetGatewayId"]
        client.attach_internet_gateway(InternetGatewayId=state["id"], VpcId=state["vpc_id"])

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        read = super().read(aws, state)
        if read is None:
            return None
        attachments = self.found(aws, state["id"]).get("Attachments", [])
        return {**read, "vpc_id": next((attachment["VpcId"] for attachment in attachments), None)}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        super().update(aws, state, prior)
        client = aws.client("ec2")
        if changed(state, prior, "vpc_id"):
            if prior["vpc_id"]:
                client.detach_internet_gateway(InternetGatewayId=state["id"], VpcId=prior["vpc_id"])
            client.attach_internet_gateway(InternetGatewayId=state["id"], VpcId=state["vpc_id"])

    def delete(self, aws: Aws, state: State) -> None:
        client = aws.client("ec2")
        if state.get("vpc_id"):
            client.detach_internet_gateway(InternetGatewayId=state["id"], VpcId=state["vpc_id"])
        client.delete_internet_gateway(InternetGatewayId=state["id"])


@served
class VpcEndpoint(Ec2):
    type = "aws_vpc_endpoint"
    creates = "CreateVpcEndpoint"
    names: ClassVar[Names] = {"policy": "PolicyDocument"}
    tagged = "vpc-endpoint"
    describes = ("describe_vpc_endpoints", "VpcEndpointIds", "VpcEndpoints")
    gone = ("InvalidVpcEndpointId.NotFound",)

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"TagSpecifications": self.specification(state)}
        state["id"] = aws.client("ec2").create_vpc_endpoint(**arguments)["VpcEndpoint"]["VpcEndpointId"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        read = super().read(aws, state)
        # One that is deleted stays in the list for a while.
        return None if read is None or str(read.get("state")).startswith("delet") else read

    def update(self, aws: Aws, state: State, prior: State) -> None:
        super().update(aws, state, prior)
        before, after = set(prior.get("route_table_ids") or ()), set(state.get("route_table_ids") or ())
        change: dict[str, Any] = {
            "AddRouteTableIds": sorted(after - before),
            "RemoveRouteTableIds": sorted(before - after),
        }
        if changed(state, prior, "policy"):
            change["PolicyDocument"] = state["policy"]
        if any(change.values()):
            aws.client("ec2").modify_vpc_endpoint(
                VpcEndpointId=state["id"], **{key: value for key, value in change.items() if value}
            )

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[state["id"]])
