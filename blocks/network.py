"""A network of EC2 as a Prefect block: where its subnets lead, and what its security groups let through."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from blocks.aws import AwsBlock, aws_errors


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Route(_Value):
    """A line of a route table.

    Attributes:
        destination: a block of addresses, or the id of a prefix list.
        target: `local`, or the id of a gateway, an interface, or an endpoint.
        active: a route to something that is gone is a black hole.
    """

    destination: str
    target: str
    active: bool = True


class Subnet(_Value):
    """A subnet and the routes that hold for it, its own or those of its VPC."""

    id: str
    vpc: str
    cidr: str = ""
    routes: tuple[Route, ...] = ()


class GroupRule(_Value):
    """What one rule of a security group lets through; no ports are all ports.

    Attributes:
        protocol: `tcp`, or `-1` for all.
        groups: on the other side.
        addresses: on the other side, blocks and prefix lists.
    """

    protocol: str
    from_port: int | None = None
    to_port: int | None = None
    groups: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def covers(self, port: int) -> bool:
        """Whether it is about a TCP port."""
        if self.protocol == "-1":
            return True
        low, high = self.from_port, self.to_port
        ports = low is None or low == -1 or low <= port <= (low if high is None else high)
        return self.protocol in ("tcp", "6") and ports


class SecurityGroup(_Value):
    """A security group; `ingress` and `egress` are what it lets in and out."""

    id: str
    name: str
    ingress: tuple[GroupRule, ...] = ()
    egress: tuple[GroupRule, ...] = ()

    def __str__(self) -> str:
        return f"{self.id} ({self.name})"


class Endpoint(_Value):
    """A way from a VPC to a service of AWS. `service` is its short name, such as `ecr.api`."""

    service: str
    vpc: str
    kind: str
    state: str = "available"


class Network(AwsBlock):
    """Subnets, routes, security groups and endpoints. Raises the errors of `blocks.aws`."""

    _block_type_name = "Network"
    _block_type_slug = "network"
    _description = "Tells where subnets lead and what security groups let through."
    _code_example = """```python
from blocks.network import Network

Network.load("prod").subnets(["subnet-0a1b"])
```"""

    def subnets(self, ids: Collection[str]) -> tuple[Subnet, ...]:
        """Subnets with the routes that hold for each."""
        ec2 = self.client("ec2")
        with aws_errors("look at the subnets"):
            found = ec2.describe_subnets(SubnetIds=sorted(ids))["Subnets"]
            vpcs = sorted({subnet["VpcId"] for subnet in found})
            filters = [{"Name": "vpc-id", "Values": vpcs}]
            tables = ec2.describe_route_tables(Filters=filters)["RouteTables"]
        return tuple(read_subnet(subnet, tables) for subnet in found)

    def security_groups(self, ids: Collection[str]) -> tuple[SecurityGroup, ...]:
        """Security groups with their rules."""
        with aws_errors("look at the security groups"):
            found = self.client("ec2").describe_security_groups(GroupIds=sorted(ids))["SecurityGroups"]
        return tuple(map(read_group, found))

    def endpoints(self, vpcs: Collection[str]) -> tuple[Endpoint, ...]:
        """The endpoints of VPCs."""
        with aws_errors("look at the VPC endpoints"):
            found = self.client("ec2").describe_vpc_endpoints(
                Filters=[{"Name": "vpc-id", "Values": sorted(vpcs)}]
            )["VpcEndpoints"]
        return tuple(map(read_endpoint, found))


def read_subnet(subnet: Mapping[str, Any], tables: Sequence[Mapping[str, Any]]) -> Subnet:
    """Reads a subnet of `DescribeSubnets` with the route tables of its VPC."""
    own = [table for table in tables if _serves(table, subnet["SubnetId"])]
    main = [table for table in tables if table.get("VpcId") == subnet["VpcId"] and _serves(table, None)]
    table = next(iter(own or main), {})
    return Subnet(
        id=subnet["SubnetId"],
        vpc=subnet["VpcId"],
        cidr=subnet.get("CidrBlock") or "",
        routes=tuple(map(_route, table.get("Routes") or [])),
    )


def read_group(group: Mapping[str, Any]) -> SecurityGroup:
    """Reads a group of `DescribeSecurityGroups`."""
    return SecurityGroup(
        id=group["GroupId"],
        name=group.get("GroupName") or "",
        ingress=tuple(map(_rule, group.get("IpPermissions") or [])),
        egress=tuple(map(_rule, group.get("IpPermissionsEgress") or [])),
    )


def read_endpoint(endpoint: Mapping[str, Any]) -> Endpoint:
    """Reads an endpoint of `DescribeVpcEndpoints`."""
    # com.amazonaws.us-east-2.ecr.api
    name = endpoint["ServiceName"].split(".", 3)[-1]
    return Endpoint(
        service=name,
        vpc=endpoint.get("VpcId") or "",
        kind=endpoint.get("VpcEndpointType") or "",
        state=str(endpoint.get("State") or "available").lower(),
    )


def _serves(table: Mapping[str, Any], subnet: str | None) -> bool:
    """Whether a route table is a subnet's own; for None, whether it is the main one of its VPC."""
    associations = table.get("Associations") or []
    return any(a.get("SubnetId") == subnet if subnet else a.get("Main") for a in associations)


def _route(route: Mapping[str, Any]) -> Route:
    destinations = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    targets = (
        "NatGatewayId", "GatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId",
        "InstanceId", "EgressOnlyInternetGatewayId",
    )  # fmt: skip
    return Route(
        destination=next((route[name] for name in destinations if route.get(name)), ""),
        target=next((route[name] for name in targets if route.get(name)), ""),
        active=(route.get("State") or "active") == "active",
    )


def _rule(permission: Mapping[str, Any]) -> GroupRule:
    return GroupRule(
        protocol=str(permission.get("IpProtocol") or "-1"),
        from_port=permission.get("FromPort"),
        to_port=permission.get("ToPort"),
        groups=tuple(pair["GroupId"] for pair in permission.get("UserIdGroupPairs") or []),
        addresses=(
            *(entry["CidrIp"] for entry in permission.get("IpRanges") or []),
            *(entry["CidrIpv6"] for entry in permission.get("Ipv6Ranges") or []),
            *(entry["PrefixListId"] for entry in permission.get("PrefixListIds") or []),
        ),
    )
