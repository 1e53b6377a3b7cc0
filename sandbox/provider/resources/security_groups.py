"""Security groups, and their rules as resources of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.resource import State, changed, served
from sandbox.provider.resources.network import Ec2
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value


@served
class SecurityGroup(Ec2):
    type = "aws_security_group"
    creates = "CreateSecurityGroup"
    # Rules inside a group are not read: here they are resources of their own.
    names: ClassVar[Names] = {"name": "GroupName", "ingress": None, "egress": None}
    tagged = "security-group"
    describes = ("describe_security_groups", "GroupIds", "SecurityGroups")
    gone = ("InvalidGroup.NotFound", "InvalidGroupId.NotFound")

    def create(self, aws: Aws, state: State) -> None:
        client = aws.client("ec2")
        arguments = self.request(aws, state) | {"TagSpecifications": self.specification(state)}
        state["id"] = client.create_security_group(**arguments)["GroupId"]
        # AWS lets a new group send anywhere; the AWS provider takes that away.
        strip(aws, state["id"])

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ec2").delete_security_group(GroupId=state["id"])


@served
class DefaultSecurityGroup(Ec2):
    """Taken over, not made: the group that a VPC is born with, emptied."""

    type = "aws_default_security_group"
    names: ClassVar[Names] = {"name": "GroupName", "ingress": None, "egress": None}
    tagged = "security-group"
    describes = ("describe_security_groups", "GroupIds", "SecurityGroups")
    gone = ("InvalidGroup.NotFound", "InvalidGroupId.NotFound")

    def create(self, aws: Aws, state: State) -> None:
        groups = aws.client("ec2").describe_security_groups(
            Filters=[
                {"Name": "vpc-id", "Values": [state["vpc_id"]]},
                {"Name": "group-name", "Values": ["default"]},
            ]
        )
        state["id"] = groups["SecurityGroups"][0]["GroupId"]
        strip(aws, state["id"])
        self.update(aws, state, {})

    def delete(self, aws: Aws, state: State) -> None:
        # It goes with its VPC.
        return


class Rule(Ec2):
    """One rule. Most of it can be changed in place."""

    tagged = "security-group-rule"
    describes = ("describe_security_group_rules", "SecurityGroupRuleIds", "SecurityGroupRules")
    gone = ("InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound", "InvalidGroupId.NotFound")
    names: ClassVar[Names] = {
        "security_group_id": "GroupId",
        "referenced_security_group_id": "ReferencedGroupInfo.GroupId",
    }
    egress: ClassVar[bool]

    def create(self, aws: Aws, state: State) -> None:
        permission: dict[str, Any] = {"IpProtocol": state["ip_protocol"]}
        permission |= {
            member: state[name]
            for name, member in (("from_port", "FromPort"), ("to_port", "ToPort"))
            if state[name] is not None
        }
        said = {"Description": state["description"]} if state["description"] else {}
        for name, listed, member in (
            ("cidr_ipv4", "IpRanges", "CidrIp"),
            ("cidr_ipv6", "Ipv6Ranges", "CidrIpv6"),
            ("prefix_list_id", "PrefixListIds", "PrefixListId"),
            ("referenced_security_group_id", "UserIdGroupPairs", "GroupId"),
        ):
            if state[name]:
                permission[listed] = [{member: state[name], **said}]
        client = aws.client("ec2")
        call = (
            client.authorize_security_group_egress if self.egress else client.authorize_security_group_ingress
        )
        made = call(
            GroupId=state["security_group_id"],
            IpPermissions=[permission],
            TagSpecifications=self.specification(state),
        )
        state["id"] = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        read = super().read(aws, state)
        if read is None:
            return None
        # With all protocols there are no ports, which EC2 writes as -1.
        ports = {name: None for name in ("from_port", "to_port") if read.get(name) == -1}
        return {**read, **ports, "security_group_rule_id": state["id"]}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        super().update(aws, state, prior)
        described = ("ip_protocol", "from_port", "to_port", "cidr_ipv4", "cidr_ipv6", "description")
        if changed(state, prior, *described, "prefix_list_id", "referenced_security_group_id"):
            rule = {
                "IpProtocol": state["ip_protocol"],
                "FromPort": state["from_port"] if state["from_port"] is not None else -1,
                "ToPort": state["to_port"] if state["to_port"] is not None else -1,
                "CidrIpv4": state["cidr_ipv4"],
                "CidrIpv6": state["cidr_ipv6"],
                "PrefixListId": state["prefix_list_id"],
                "ReferencedGroupId": state["referenced_security_group_id"],
                "Description": state["description"],
            }
            changes = {
                "SecurityGroupRuleId": state["id"],
                "SecurityGroupRule": {k: v for k, v in rule.items() if v is not None},
            }
            aws.client("ec2").modify_security_group_rules(
                GroupId=state["security_group_id"], SecurityGroupRules=[changes]
            )

    def delete(self, aws: Aws, state: State) -> None:
        client = aws.client("ec2")
        call = client.revoke_security_group_egress if self.egress else client.revoke_security_group_ingress
        call(GroupId=state["security_group_id"], SecurityGroupRuleIds=[state["id"]])


@served
class IngressRule(Rule):
    type = "aws_vpc_security_group_ingress_rule"
    egress = False


@served
class EgressRule(Rule):
    type = "aws_vpc_security_group_egress_rule"
    egress = True


def strip(aws: Aws, group: str) -> None:
    """Takes all rules out of a group."""
    client = aws.client("ec2")
    described = client.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    if rules := described.get("IpPermissionsEgress"):
        client.revoke_security_group_egress(GroupId=group, IpPermissions=rules)
    if rules := described.get("IpPermissions"):
        client.revoke_security_group_ingress(GroupId=group, IpPermissions=rules)
