"""Route tables, the routes in them, and which subnet has which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.resource import Resource, State, served
from sandbox.provider.resources.network import Ec2
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value


@served
class RouteTable(Ec2):
    type = "aws_route_table"
    creates = "CreateRouteTable"
    # Routes are resources of their own.
    names: ClassVar[Names] = {"route": None}
    tagged = "route-table"
    describes = ("describe_route_tables", "RouteTableIds", "RouteTables")
    gone = ("InvalidRouteTableID.NotFound",)

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"TagSpecifications": self.specification(state)}
        state["id"] = aws.client("ec2").create_route_table(**arguments)["RouteTable"]["RouteTableId"]

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ec2").delete_route_table(RouteTableId=state["id"])


@served
class Route(Resource):
    type = "aws_route"
    service = "ec2"
    creates = "CreateRoute"
    gone = ("InvalidRouteTableID.NotFound", "InvalidRoute.NotFound")

    def create(self, aws: Aws, state: State) -> None:
        aws.client("ec2").create_route(**self.request(aws, state))
        state["id"] = f"r-{state['route_table_id']}-{state['destination_cidr_block']}"

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        tables = aws.client("ec2").describe_route_tables(RouteTableIds=[state["route_table_id"]])[
            "RouteTables"
        ]
        for route in (route for table in tables for route in table["Routes"]):
            if route.get("DestinationCidrBlock") == state["destination_cidr_block"]:
                return self.described(route)
        return None

    def update(self, aws: Aws, state: State, prior: State) -> None:
        aws.client("ec2").replace_route(**self.request(aws, state, "ReplaceRoute"))

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ec2").delete_route(
            RouteTableId=state["route_table_id"], DestinationCidrBlock=state["destination_cidr_block"]
        )

    def imported(self, identity: str) -> State:
        table, destination = identity.split("_", 1)
        return {
            "id": f"r-{table}-{destination}",
            "route_table_id": table,
            "destination_cidr_block": destination,
        }


@served
class RouteTableAssociation(Resource):
    type = "aws_route_table_association"
    service = "ec2"
    creates = "AssociateRouteTable"
    gone = ("InvalidAssociationID.NotFound", "InvalidRouteTableID.NotFound")

    def create(self, aws: Aws, state: State) -> None:
        state["id"] = aws.client("ec2").associate_route_table(**self.request(aws, state))["AssociationId"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        # Just imported, it has the id of the import.
        imported = "/" in state["id"]
        name = "route-table-id" if imported else "association.route-table-association-id"
        sought = [{"Name": name, "Values": [state["route_table_id"] if imported else state["id"]]}]
        for table in aws.client("ec2").describe_route_tables(Filters=sought)["RouteTables"]:
            for association in table["Associations"]:
                its = association["RouteTableAssociationId"]
                if its == state["id"] or (imported and association.get("SubnetId") == state["subnet_id"]):
                    return {**self.described(association), "id": its}
        return None

    def update(self, aws: Aws, state: State, prior: State) -> None:
        made = aws.client("ec2").replace_route_table_association(
            AssociationId=state["id"], RouteTableId=state["route_table_id"]
        )
        state["id"] = made["NewAssociationId"]

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ec2").disassociate_route_table(AssociationId=state["id"])

    def imported(self, identity: str) -> State:
        subnet, table = identity.split("/")
        return {"id": identity, "subnet_id": subnet, "route_table_id": table}
