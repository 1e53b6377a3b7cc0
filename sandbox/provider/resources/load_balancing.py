"""Load balancers, their target groups and listeners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.planning import Path
from sandbox.provider.resource import Resource, State, changed, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names
from sandbox.provider.values import UNKNOWN, Value

ACTIVE_WITHIN_S = 10 * 60.0


class ElbV2(Resource):
    """A thing of ELBv2, named by its ARN; some of its attributes are key and value in a list of their own.

    Attributes:
        listed: Attribute → key in that list.
    """

    service = "elbv2"
    listed: ClassVar[Mapping[str, str]] = {}

    def tags(self, aws: Aws, arn: str) -> dict[str, str]:
        """The tags of a thing."""
        described = aws.client("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"]
        return tags_of(described[0]["Tags"] if described else [])

    def tagged(self, state: State) -> dict[str, Any]:
        """The argument with the tags, which must not be empty."""
        return {"Tags": tag_list(state["tags_all"])} if state["tags_all"] else {}

    def retag(self, aws: Aws, state: State, prior: State) -> None:
        """Changes the tags."""
        client = aws.client("elbv2")
        retag(
            state,
            prior,
            lambda tags: client.add_tags(ResourceArns=[state["arn"]], Tags=tag_list(tags)),
            lambda keys: client.remove_tags(ResourceArns=[state["arn"]], TagKeys=keys),
        )

    def listing(self, state: State, prior: State) -> list[dict[str, str]]:
        """The keys and values that are to change."""
        return [
            {
                "Key": key,
                "Value": str(state[name]).lower() if isinstance(state[name], bool) else str(state[name]),
            }
            for name, key in self.listed.items()
            if state.get(name) is not None and changed(state, prior, name)
        ]

    def told(self, answer: Mapping[str, Any]) -> dict[str, Value]:
        """The attributes that a list of keys and values has."""
        given = {pair["Key"]: pair["Value"] for pair in answer["Attributes"]}
        return {name: given[key] for name, key in self.listed.items() if given.get(key) not in (None, "")}


@served
class LoadBalancer(ElbV2):
    type = "aws_lb"
    creates = "CreateLoadBalancer"
    names: ClassVar[Names] = {
        "load_balancer_type": "Type",
        "internal": "Scheme",
        "subnet_mapping": "SubnetMappings",
        "arn": "LoadBalancerArn",
        "zone_id": "CanonicalHostedZoneId",
        "dns_name": "DNSName",
    }
    gone = ("LoadBalancerNotFound", "LoadBalancerNotFoundException")
    listed: ClassVar[Mapping[str, str]] = {
        "enable_deletion_protection": "deletion_protection.enabled",
        "idle_timeout": "idle_timeout.timeout_seconds",
        "drop_invalid_header_fields": "routing.http.drop_invalid_header_fields.enabled",
        "enable_http2": "routing.http2.enabled",
        "desync_mitigation_mode": "routing.http.desync_mitigation_mode",
    }

    def arguments(self, state: Mapping[str, Value]) -> Mapping[str, Value]:
        internal = state.get("internal")
        scheme = internal if internal is UNKNOWN else "internal" if internal else "internet-facing"
        # Subnets that AWS tells back as mappings are not asked for twice.
        mappings = state.get("subnet_mapping") if not state.get("subnets") else None
        return {**state, "internal": scheme, "subnet_mapping": mappings or None}

    def create(self, aws: Aws, state: State) -> None:
        client = aws.client("elbv2")
        made = client.create_load_balancer(**self.request(aws, state), **self.tagged(state))["LoadBalancers"][
            0
        ]
        state["id"] = state["arn"] = made["LoadBalancerArn"]
        aws.wait(
            lambda: self._is_active(aws, state["arn"]), deadline_s=ACTIVE_WITHIN_S, what="the load balancer"
        )
        if listing := self.listing(state, {}):
            client.modify_load_balancer_attributes(LoadBalancerArn=state["arn"], Attributes=listing)

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, arn = aws.client("elbv2"), state["id"]
        found = client.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]
        read = self.described(found)
        read.pop("subnet_mapping", None)
        return {
            **read,
            "internal": found["Scheme"] == "internal",
            "subnets": [zone["SubnetId"] for zone in found.get("AvailabilityZones", [])],
            "name": found["LoadBalancerName"],
            "arn_suffix": arn.partition("loadbalancer/")[2],
            "tags_all": self.tags(aws, arn),
            **self.told(client.describe_load_balancer_attributes(LoadBalancerArn=arn)),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client, arn = aws.client("elbv2"), state["arn"]
        if listing := self.listing(state, prior):
            client.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=listing)
        if changed(state, prior, "security_groups"):
            client.set_security_groups(LoadBalancerArn=arn, SecurityGroups=state["security_groups"])
        if changed(state, prior, "subnets"):
            client.set_subnets(LoadBalancerArn=arn, Subnets=state["subnets"])
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("elbv2").delete_load_balancer(LoadBalancerArn=state["arn"])

    def imported(self, identity: str) -> State:
        return {"id": identity, "arn": identity}

    def _is_active(self, aws: Aws, arn: str) -> bool:
        found = aws.client("elbv2").describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]
        return found["State"]["Code"] in ("active", "active_impaired")


@served
class TargetGroup(ElbV2):
    type = "aws_lb_target_group"
    creates = "CreateTargetGroup"
    # How the API flattens the block.
    health: ClassVar[Mapping[str, str]] = {
        "enabled": "HealthCheckEnabled",
        "path": "HealthCheckPath",
        "protocol": "HealthCheckProtocol",
        "port": "HealthCheckPort",
        "interval": "HealthCheckIntervalSeconds",
        "timeout": "HealthCheckTimeoutSeconds",
        "healthy_threshold": "HealthyThresholdCount",
        "unhealthy_threshold": "UnhealthyThresholdCount",
        "matcher": "Matcher.HttpCode",
    }
    names: ClassVar[Names] = {
        "health_check": None,
        # A listener made later would be shown as drift.
        "load_balancer_arns": None,
        "arn": "TargetGroupArn",
        "name": "Name",
        **{f"health_check_{name}": member for name, member in health.items()},
    }
    gone = ("TargetGroupNotFound", "TargetGroupNotFoundException")
    listed: ClassVar[Mapping[str, str]] = {"deregistration_delay": "deregistration_delay.timeout_seconds"}

    def arguments(self, state: Mapping[str, Value]) -> Mapping[str, Value]:
        checks = state.get("health_check")
        check = checks[0] if isinstance(checks, list) and checks and isinstance(checks[0], dict) else {}
        return {**state, **{f"health_check_{name}": check.get(name) for name in self.health}}

    def create(self, aws: Aws, state: State) -> None:
        client = aws.client("elbv2")
        made = client.create_target_group(**self.request(aws, state), **self.tagged(state))["TargetGroups"][0]
        state["id"] = state["arn"] = made["TargetGroupArn"]
        if listing := self.listing(state, {}):
            client.modify_target_group_attributes(TargetGroupArn=state["arn"], Attributes=listing)

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, arn = aws.client("elbv2"), state["id"]
        found = client.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        flat = {**found, "Matcher.HttpCode": found.get("Matcher", {}).get("HttpCode")}
        check = {name: flat[member] for name, member in self.health.items() if flat.get(member) is not None}
        return {
            **self.described(found),
            "name": found["TargetGroupName"],
            "health_check": [check],
            "arn_suffix": arn.rpartition(":")[2],
            "tags_all": self.tags(aws, arn),
            **self.told(client.describe_target_group_attributes(TargetGroupArn=arn)),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client, arn = aws.client("elbv2"), state["arn"]
        if listing := self.listing(state, prior):
            client.modify_target_group_attributes(TargetGroupArn=arn, Attributes=listing)
        if changed(state, prior, "health_check"):
            change = self.request(aws, state, "ModifyTargetGroup")
            client.modify_target_group(**change)
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("elbv2").delete_target_group(TargetGroupArn=state["arn"])

    def imported(self, identity: str) -> State:
        return {"id": identity, "arn": identity}

    def complaints(self, aws: Aws, planned: Mapping[str, Value]) -> list[tuple[Path, str]]:
        return [(self._in_block(path), said) for path, said in super().complaints(aws, planned)]

    def _in_block(self, path: Path) -> Path:
        name = str(path[0]).removeprefix("health_check_")
        return path if name == path[0] else ("health_check", 0, name)


@served
class Listener(ElbV2):
    type = "aws_lb_listener"
    creates = "CreateListener"
    names: ClassVar[Names] = {
        "default_action": "DefaultActions",
        "default_action.redirect": "RedirectConfig",
        "default_action.fixed_response": "FixedResponseConfig",
        "default_action.forward": "ForwardConfig",
        "arn": "ListenerArn",
        "certificate_arn": None,
    }
    gone = ("ListenerNotFound", "ListenerNotFoundException")

    def create(self, aws: Aws, state: State) -> None:
        made = aws.client("elbv2").create_listener(**self._order(aws, state), **self.tagged(state))
        state["id"] = state["arn"] = made["Listeners"][0]["ListenerArn"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = aws.client("elbv2").describe_listeners(ListenerArns=[state["id"]])["Listeners"][0]
        read = self.described(found)
        for held, action in zip(
            state.get("default_action") or [], read.get("default_action", []), strict=False
        ):
            # AWS says a single target group in two ways; Terraform holds the one that was asked for.
            if not held.get("forward"):
                action.pop("forward", None)
            if not held.get("target_group_arn"):
                action.pop("target_group_arn", None)
        certificates = found.get("Certificates") or []
        certificate = {"certificate_arn": certificates[0]["CertificateArn"]} if certificates else {}
        return {**read, **certificate, "tags_all": self.tags(aws, state["id"])}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        watched = ("port", "protocol", "ssl_policy", "certificate_arn", "default_action")
        if changed(state, prior, *watched):
            aws.client("elbv2").modify_listener(**self._order(aws, state, "ModifyListener"))
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("elbv2").delete_listener(ListenerArn=state["arn"])

    def imported(self, identity: str) -> State:
        return {"id": identity, "arn": identity}

    def _order(self, aws: Aws, state: State, operation: str = "") -> dict[str, Any]:
        arguments = self.request(aws, state, operation)
        if state.get("certificate_arn"):
            arguments["Certificates"] = [{"CertificateArn": state["certificate_arn"]}]
        return arguments
