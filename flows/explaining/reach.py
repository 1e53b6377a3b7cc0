"""What a network lets through, told from its routes and security groups. Pure.

Where an address is not known, a rule that names addresses counts as letting it through: a cause that is
named wrongly is worse than one that is not found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from blocks.network import Endpoint, GroupRule, SecurityGroup, Subnet

EVERYWHERE = ("0.0.0.0/0", "::/0")
HTTPS = 443
# Without a way to the internet a task of Fargate needs these to start:
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
NEEDED_ENDPOINTS = ("ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager")


def no_way_out(subnet: Subnet, *, public_ip: bool) -> str | None:
    """What keeps a task in a subnet from the internet, and with it from ECR; None when nothing does."""
    routes = [route for route in subnet.routes if route.destination in EVERYWHERE]
    if not routes:
        return f"the routes of {subnet.id} lead nowhere outside the VPC (there is none to 0.0.0.0/0)"
    if dead := [route for route in routes if not route.active]:
        return f"the way out of {subnet.id} leads to {dead[0].target}, which is gone"
    if not public_ip and all(route.target.startswith("igw-") for route in routes):
        return (
            f"the way out of {subnet.id} is the internet gateway {routes[0].target}, which takes "
            "nothing from a task without a public address, and there is no NAT gateway"
        )
    return None


def missing_endpoints(subnet: Subnet, endpoints: Iterable[Endpoint]) -> list[str]:
    """Which endpoints a VPC lacks whose tasks are to start without a way to the internet."""
    there = {each.service for each in endpoints if each.vpc == subnet.vpc and each.state == "available"}
    return [name for name in NEEDED_ENDPOINTS if name not in there]


def lets_out(groups: Sequence[SecurityGroup], port: int) -> bool:
    """Whether one of a task's groups lets a connection out to addresses outside of the VPC."""
    return any(rule.covers(port) and rule.addresses for group in groups for rule in group.egress)


def blocked(groups: Sequence[SecurityGroup], store: Sequence[SecurityGroup], port: int) -> str | None:
    """What keeps a task from a store's port; None when nothing does, or nobody could look.

    Args:
        groups: those of the task.
        store: those of the database, the cache, or whatever listens.
    """
    if not groups or not store:
        return None
    ours, theirs = {g.id for g in groups}, {g.id for g in store}
    if not _through(groups, lambda group: group.egress, theirs, port):
        return f"{_named(groups)} lets nothing out to port {port} of {_named(store)}"
    if not _through(store, lambda group: group.ingress, ours, port):
        return f"{_named(store)} lets nothing in on port {port} from {_named(groups)}"
    return None


def _through(
    groups: Iterable[SecurityGroup],
    rules: Callable[[SecurityGroup], Iterable[GroupRule]],
    others: Collection[str],
    port: int,
) -> bool:
    return any(
        rule.covers(port) and (rule.addresses or set(rule.groups) & set(others))
        for group in groups
        for rule in rules(group)
    )


def _named(groups: Sequence[SecurityGroup]) -> str:
    return " and ".join(map(str, groups))
