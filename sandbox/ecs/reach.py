"""What a task reaches by its subnet's routes, its security groups and the VPC's endpoints, by moto's records.

There is no packet filter on this machine. A task that would not reach AWS stays PENDING and then fails as on
Fargate; one that would not reach a store is given, in place of the store's address, one that never answers.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elasticache.models import elasticache_backends
from moto.rds.models import rds_backends

from sandbox.ecs.records import Task, World
from sandbox.network.addresses import Addresses

HTTPS = 443
EVERYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class Store:
    """A database or a cache: where it listens, and its security groups."""

    address: str
    port: int
    groups: tuple[str, ...]


class Reach:
    """What one task reaches. A task without a network of its own reaches all."""

    def __init__(self, world: World, task: Task) -> None:
        self._world = world
        self._ec2 = ec2_backends[world.account][world.region]
        self._network = (task.given.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}

    def service(self, name: str) -> bool:
        """Whether it reaches a service of AWS, such as `ecr.api`, by the internet or by an endpoint."""
        if not self._network:
            return True
        subnet = self._ec2.get_subnet(self._network["subnets"][0])
        endpoints = {
            (each.service_name.split(".", 3)[-1], each.vpc_endpoint_type)
            for each in self._ec2.vpc_end_points.values()
            if each.vpc_id == subnet.vpc_id
        }
        if (name, "Gateway") in endpoints:
            return True
        if not any(_covers(rule, HTTPS) and rule.ip_range for rule in self._rules("egress_rules")):
            return False
        return (name, "Interface") in endpoints or self._way_out(subnet)

    def store(self, store: Store) -> bool:
        """Whether security groups let it through to a store."""
        if not self._network or not store.groups:
            return True
        ours, theirs = self._groups(), [self._ec2.get_security_group_from_id(g) for g in store.groups]
        return _lets(self._rules("egress_rules"), store.groups, store.port) and _lets(
            (rule for group in theirs if group for rule in group.ingress_rules),
            [group.id for group in ours],
            store.port,
        )

    def stores(self) -> Iterator[Store]:
        """All databases and caches of the region."""
        for database in rds_backends[self._world.account][self._world.region].databases.values():
            groups = tuple(database.vpc_security_group_ids or ())
            yield Store(database.address, int(database.port or 5432), groups)
        for cache in elasticache_backends[self._world.account][
            self._world.region
        ].replication_groups.values():
            endpoint = cache.node_groups[0].get("primary_endpoint") or {}
            groups = tuple(cache.security_group_ids or ())
            yield Store(endpoint.get("address", ""), int(endpoint.get("port") or cache.port), groups)

    def _way_out(self, subnet: Any) -> bool:
        tables = [t for t in self._ec2.route_tables.values() if t.vpc_id == subnet.vpc_id]
        own = [t for t in tables if any(a.get("SubnetId") == subnet.id for a in t.associations)]
        main = [t for t in tables if t.main_association_id]
        for route in (route for table in (own or main)[:1] for route in table.routes):
            if route.destination_cidr_block not in EVERYWHERE:
                continue
            if route.nat_gateway_id:
                return True
            if (route.gateway_id or "").startswith("igw-"):
                return self._network.get("assignPublicIp") == "ENABLED"
        return False

    def _groups(self) -> list[Any]:
        given = self._network.get("securityGroups")
        if given:
            return [group for g in given if (group := self._ec2.get_security_group_from_id(g))]
        # As ECS does: those of a VPC are born with one.
        vpc = self._ec2.get_subnet(self._network["subnets"][0]).vpc_id
        return [group for group in self._ec2.groups[vpc].values() if group.is_default]

    def _rules(self, kind: str) -> Iterator[Any]:
        for group in self._groups():
            yield from getattr(group, kind)


class Silence:
    """Addresses at which nobody answers: a connection to one of them is never made."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._lock = threading.Lock()
        self._at: dict[int, str] = {}
        self._open: list[socket.socket] = []

    def at(self, port: int) -> str:
        """An address where a port stays silent."""
        with self._lock:
            if port not in self._at:
                self._at[port] = self._made(port)
            return self._at[port]

    def _made(self, port: int) -> str:
        address = self._addresses.take()
        full = socket.socket()
        full.bind((address, port))
        full.listen(0)
        self._open.append(full)
        # Linux drops what comes while the queue of those to be accepted is full.
        for _ in range(4):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex((address, port))
            self._open.append(waiting)
        return address


def walled(text: str, reach: Reach, silence: Silence) -> str:
    """The value of a variable, with stores that the task does not reach at an address that never answers."""
    for store in reach.stores():
        place = f"{store.address}:{store.port}"
        if store.address and place in text and not reach.store(store):
            text = text.replace(place, f"{silence.at(store.port)}:{store.port}")
    return text


def _lets(rules: Iterable[Any], others: Iterable[str], port: int) -> bool:
    wanted = set(others)
    return any(
        _covers(rule, port) and (rule.source_group.get("GroupId") in wanted or _inside(rule))
        for rule in rules
    )


def _covers(rule: Any, port: int) -> bool:
    if rule.ip_protocol == "-1":
        return True
    return rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port


def _inside(rule: Any) -> bool:
    """Whether a rule names addresses of private networks, as those of a VPC are."""
    block = rule.ip_range.get("CidrIp")
    return bool(block) and any(
        ip_network(block).overlaps(ip_network(private))
        for private in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    )
