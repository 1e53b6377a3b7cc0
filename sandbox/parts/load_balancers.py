"""ELBv2 for real: each load balancer is a proxy that sends requests to the healthy targets of its group."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import web
from moto.elbv2.models import (
    ELBv2Backend,
    FakeHealthStatus,
    FakeLoadBalancer,
    FakeTargetGroup,
    elbv2_backends,
)

from sandbox.network.loop import NetworkLoop
from sandbox.network.proxy import Destination, Proxy
from sandbox.parts import hooks
from sandbox.timing import Timing

LOOKS_EVERY_S = 0.1
INITIAL, HEALTHY, UNHEALTHY, DRAINING, UNUSED = "initial", "healthy", "unhealthy", "draining", "unused"
REASONS = {
    INITIAL: ("Elb.RegistrationInProgress", "Target registration is in progress"),
    UNHEALTHY: ("Target.FailedHealthChecks", "Health checks failed"),
    DRAINING: ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
    UNUSED: ("Target.NotRegistered", "Target is not registered to the target group"),
}


@dataclass
class Target:
    """A registered target and how it stands; times are of the monotonic clock."""

    address: str
    port: int
    state: str = INITIAL
    passed: int = 0
    failed: int = 0
    in_flight: int = 0
    check_at: float = 0.0
    checking: bool = False
    drained_by: float = 0.0


class TargetGroups:
    """The targets of all target groups: who is registered, healthy, draining.

    moto's record of a group says who is registered; everything else is here.
    """

    def __init__(self, account: str, timing: Timing) -> None:
        self._account = account
        self._timing = timing
        self._targets: dict[str, dict[str, Target]] = {}
        self._turns = itertools.count()
        self._lock = threading.RLock()

    def register(self, group: str, address: str, port: int) -> None:
        with self._lock:
            if record := self._record(group):
                record.register([{"Id": address, "Port": port}])
                self._targets.setdefault(group, {})[address] = Target(address, port)

    def deregister(self, group: str, address: str, port: int) -> None:
        with self._lock:
            record = self._record(group)
            if record and address in record.targets:
                record.deregister([{"Id": address, "Port": port}])
            self._drain(group, address)

    def state(self, group: str, address: str) -> str:
        with self._lock:
            target = self._targets.get(group, {}).get(address)
            if target and target.state == DRAINING and self._is_drained(target):
                del self._targets[group][address]
                return UNUSED
            return target.state if target else UNUSED

    @contextmanager
    def holding(self, target: Target) -> Iterator[None]:
        """While a request is under way. It was counted when the target was chosen."""
        try:
            yield
        finally:
            with self._lock:
                target.in_flight -= 1

    def choose(self, group: str) -> Target | None:
        """Whose turn it is; where none is healthy all are tried, as a load balancer does that fails open."""
        with self._lock:
            targets = list(self._targets.get(group, {}).values())
            fit = [one for one in targets if one.state == HEALTHY] or [
                one for one in targets if one.state == UNHEALTHY
            ]
            if not fit:
                return None
            target = fit[next(self._turns) % len(fit)]
            target.in_flight += 1
            return target

    async def watch(self) -> None:
        """Checks targets' health for ever."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as client:
            checks = set[asyncio.Task[None]]()
            while True:
                for record, target in self._due():
                    check = asyncio.create_task(self._check(client, record, target))
                    checks.add(check)
                    check.add_done_callback(checks.discard)
                await asyncio.sleep(LOOKS_EVERY_S)

    def _due(self) -> list[tuple[FakeTargetGroup, Target]]:
        """Who is to be checked now; who was registered or deregistered through the API is noticed here."""
        due = []
        with self._lock:
            for record in self._records():
                targets = self._targets.setdefault(record.arn, {})
                for address, described in list(record.targets.items()):
                    if address not in targets or targets[address].state == DRAINING:
                        targets[address] = Target(address, int(described["Port"]))
                for address, target in list(targets.items()):
                    if address not in record.targets:
                        self._drain(record.arn, address)
                    elif not target.checking and time.monotonic() >= target.check_at:
                        target.checking = True
                        due.append((record, target))
        return due

    async def _check(self, client: aiohttp.ClientSession, record: FakeTargetGroup, target: Target) -> None:
        port = record.health_check_port
        port = target.port if port in (None, "traffic-port") else int(port)
        url = f"http://{target.address}:{port}{record.health_check_path or '/'}"
        timeout = aiohttp.ClientTimeout(total=float(record.health_check_timeout_seconds))
        try:
            async with client.get(url, timeout=timeout, allow_redirects=False) as answer:
                passed = _matches(answer.status, str(record.matcher.get("HttpCode", "200")))
        except (aiohttp.ClientError, TimeoutError, OSError):
            passed = False
        with self._lock:
            _note(target, passed, int(record.healthy_threshold_count), int(record.unhealthy_threshold_count))
            target.checking = False
            interval = float(record.health_check_interval_seconds)
            if target.state != HEALTHY:
                interval = min(interval, self._timing.health_interval_s)
            target.check_at = time.monotonic() + interval

    def _drain(self, group: str, address: str) -> None:
        target = self._targets.get(group, {}).get(address)
        if target and target.state != DRAINING:
            record = self._record(group)
            delay = float(record.attributes["deregistration_delay.timeout_seconds"]) if record else 0.0
            target.state = DRAINING
            target.drained_by = time.monotonic() + min(delay, self._timing.deregistration_s)

    def _is_drained(self, target: Target) -> bool:
        return target.in_flight == 0 or time.monotonic() > target.drained_by

    def _record(self, group: str) -> FakeTargetGroup | None:
        return next((record for record in self._records() if record.arn == group), None)

    def _records(self) -> list[FakeTargetGroup]:
        return [
            record
            for backend in list(elbv2_backends[self._account].values())
            for record in list(backend.target_groups.values())
        ]


class LoadBalancers:
    """The proxies of all load balancers."""

    def __init__(self, loop: NetworkLoop, groups: TargetGroups) -> None:
        self._loop = loop
        self._groups = groups
        self._proxies: dict[str, Proxy] = {}
        self._hook()
        loop.begin(groups.watch())

    def close(self) -> None:
        for proxy in self._proxies.values():
            self._loop.do(proxy.close())

    def _hook(self) -> None:
        groups = self._groups

        def created(backend: ELBv2Backend, balancer: FakeLoadBalancer, *args: Any, **kwargs: Any) -> None:
            proxy = Proxy(lambda request: self._route(balancer, request))
            self._proxies[balancer.arn] = proxy
            # With the port in its name, http://NAME works without the right to listen on port 80.
            balancer.dns_name = f"127.0.0.1:{self._loop.do(proxy.listen('127.0.0.1', 0))}"

        def deleted(backend: ELBv2Backend, _: Any, arn: str, *args: Any, **kwargs: Any) -> None:
            if proxy := self._proxies.pop(arn, None):
                self._loop.do(proxy.close())

        def health_for(record: FakeTargetGroup, target: dict[str, Any], _: Any) -> Any:
            state = groups.state(record.arn, target["Id"])
            port = target.get("Port") or record.port
            return FakeHealthStatus(
                target["Id"], port, record.health_check_port, state, *REASONS.get(state, (None, None))
            )

        hooks.after(ELBv2Backend, "create_load_balancer", created)
        hooks.after(ELBv2Backend, "delete_load_balancer", deleted)
        hooks.instead(FakeTargetGroup, "health_for", health_for)

    async def _route(
        self, balancer: FakeLoadBalancer, request: web.BaseRequest
    ) -> Destination | web.Response:
        for listener in list(balancer.listeners.values()):
            if listener.protocol != "HTTP":
                continue
            action = listener.default_actions[0].data
            group = _forwarded_to(action)
            if group is None:
                return _fixed(action)
            target = self._groups.choose(group)
            if target is None:
                return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
            return Destination(target.address, target.port, self._groups.holding(target))
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)


def _forwarded_to(action: dict[str, Any]) -> str | None:
    if action.get("Type") != "forward":
        return None
    configured = action.get("ForwardConfig", {}).get("TargetGroups") or [{}]
    return action.get("TargetGroupArn") or configured[0].get("TargetGroupArn")


def _fixed(action: dict[str, Any]) -> web.Response:
    fixed = action.get("FixedResponseConfig") or {}
    return web.Response(
        status=int(fixed.get("StatusCode", HTTPStatus.NOT_IMPLEMENTED)), text=fixed.get("MessageBody", "")
    )


def _note(target: Target, passed: bool, healthy_after: int, unhealthy_after: int) -> None:
    """Notes a check; a new target needs one that passes, another as many in a row as its group says."""
    if target.state == DRAINING:
        return
    target.passed, target.failed = (target.passed + 1, 0) if passed else (0, target.failed + 1)
    if passed and (target.state == INITIAL or target.passed >= healthy_after):
        target.state = HEALTHY
    elif target.failed >= unhealthy_after:
        target.state = UNHEALTHY


def _matches(status: int, matcher: str) -> bool:
    """Whether a status is one of "200", "200,204" or "200-299"."""
    for part in matcher.split(","):
        low, _, high = part.partition("-")
        if int(low) <= status <= int(high or low):
            return True
    return False
