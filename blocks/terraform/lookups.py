"""Ids that only AWS knows, found by what a configuration says of a thing: its name, or where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blocks.aws import AwsBlock, AwsMissing, aws_errors

Values = Mapping[str, Any]

# By the tag `Name`: the operation, the list in its answer, and the id in that.
_TAGGED = {
    "aws_vpc": ("describe_vpcs", "Vpcs", "VpcId"),
    "aws_subnet": ("describe_subnets", "Subnets", "SubnetId"),
    "aws_internet_gateway": ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "aws_route_table": ("describe_route_tables", "RouteTables", "RouteTableId"),
    "aws_vpc_endpoint": ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
}
# What tells one rule of a security group from another: Terraform's word, and EC2's.
_RULE = {
    "ip_protocol": "IpProtocol",
    "from_port": "FromPort",
    "to_port": "ToPort",
    "cidr_ipv4": "CidrIpv4",
    "prefix_list_id": "PrefixListId",
}


class Lookups(AwsBlock):
    """Finds things in AWS for Terraform to take over. Raises the errors of `blocks.aws`."""

    _block_type_name = "AWS Lookups"
    _block_type_slug = "aws-lookups"
    _description = "Finds the ids of what exists, by what a configuration says of it."
    _code_example = """```python
from blocks.terraform.lookups import Lookups

Lookups.load("prod").find("aws_lb", {"name": "ai-video"})
```"""

    def find(self, type_: str, planned: Values) -> str | None:
        """The id under which Terraform imports it; None when there is none, or more than one.

        Args:
            planned: its attributes, as far as they are known.
        """
        look = self._looks().get(type_)
        if look is None:
            return None
        try:
            with aws_errors(f"look for what is to be an {type_}"):
                found = look(planned)
        except (AwsMissing, KeyError):
            # There is none; or it stands upon something that is not there either.
            return None
        return found[0] if len(found) == 1 else None

    def _looks(self) -> Mapping[str, Callable[[Values], list[str]]]:
        tagged = {type_: self._tagged(*how) for type_, how in _TAGGED.items()}
        return tagged | {
            "aws_security_group": lambda v: self._groups({"group-name": _known(v, "name")}),
            "aws_default_security_group": lambda v: self._groups(
                {"group-name": "default", "vpc-id": _known(v, "vpc_id")}
            ),
            "aws_vpc_security_group_ingress_rule": lambda v: self._rules(v, egress=False),
            "aws_vpc_security_group_egress_rule": lambda v: self._rules(v, egress=True),
            "aws_lb": self._load_balancers,
            "aws_lb_target_group": self._target_groups,
            "aws_lb_listener": self._listeners,
            "aws_secretsmanager_secret": self._secrets,
        }

    def _tagged(self, operation: str, members: str, id_: str) -> Callable[[Values], list[str]]:
        def look(values: Values) -> list[str]:
            wanted = [{"Name": "tag:Name", "Values": [_known(_known(values, "tags"), "Name")]}]
            answer = getattr(self.client("ec2"), operation)(Filters=wanted)
            # Deleted endpoints are told of for a while.
            return [
                found[id_] for found in answer[members] if found.get("State") not in ("deleted", "deleting")
            ]

        return look

    def _groups(self, wanted: Mapping[str, str]) -> list[str]:
        filters = [{"Name": name, "Values": [value]} for name, value in wanted.items()]
        found = self.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
        return [group["GroupId"] for group in found]

    def _rules(self, values: Values, *, egress: bool) -> list[str]:
        wanted = [{"Name": "group-id", "Values": [_known(values, "security_group_id")]}]
        rules = self.client("ec2").describe_security_group_rules(Filters=wanted)["SecurityGroupRules"]
        return [
            rule["SecurityGroupRuleId"]
            for rule in rules
            if rule["IsEgress"] is egress and same_rule(values, rule)
        ]

    def _load_balancers(self, values: Values) -> list[str]:
        found = self.client("elbv2").describe_load_balancers(Names=[_known(values, "name")])["LoadBalancers"]
        return [each["LoadBalancerArn"] for each in found]

    def _target_groups(self, values: Values) -> list[str]:
        found = self.client("elbv2").describe_target_groups(Names=[_known(values, "name")])["TargetGroups"]
        return [each["TargetGroupArn"] for each in found]

    def _listeners(self, values: Values) -> list[str]:
        found = self.client("elbv2").describe_listeners(LoadBalancerArn=_known(values, "load_balancer_arn"))
        return [each["ListenerArn"] for each in found["Listeners"] if each["Port"] == values.get("port")]

    def _secrets(self, values: Values) -> list[str]:
        return [self.client("secretsmanager").describe_secret(SecretId=_known(values, "name"))["ARN"]]


def same_rule(planned: Values, rule: Values) -> bool:
    """Whether a rule of a security group is the one that is planned."""
    other = (rule.get("ReferencedGroupInfo") or {}).get("GroupId")
    if planned.get("referenced_security_group_id") != other:
        return False
    return all(planned.get(ours) == _plain(rule.get(theirs)) for ours, theirs in _RULE.items())


def _known(values: Values, name: str) -> Any:
    """Raises KeyError for what is not written, or known only after an apply."""
    if values.get(name) in (None, ""):
        raise KeyError(name)
    return values[name]


def _plain(value: Any) -> Any:
    # -1 is how EC2 says that there are no ports.
    return None if value in ("", -1) else value
