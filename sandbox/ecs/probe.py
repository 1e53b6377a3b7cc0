"""The health check of one container, again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from sandbox.ecs.health import HEALTHY, Health
from sandbox.ecs.records import Container, World
from sandbox.runners import RunningContainer, health_command, inside

HEALTH_TIMEOUT_S = 5
INTERVAL_S = 30
RETRIES = 3


class Probe:
    """Checks a container beside whatever else goes on, and notes what it finds.

    Args:
        container: the record of it.
        running: what is checked.
        check: the task definition's `healthCheck`.
        address: of its task.
    """

    def __init__(
        self,
        world: World,
        container: Container,
        running: RunningContainer,
        check: Mapping[str, Any],
        address: str,
    ) -> None:
        self._world = world
        self._container = container
        self._running = running
        self._command = inside(health_command(check["command"]), address)
        self._timeout = check.get("timeout") or HEALTH_TIMEOUT_S
        self._retries = check.get("retries") or RETRIES
        self._interval = check.get("interval") or INTERVAL_S
        self._first_interval = min(self._interval, world.timing.health_interval_s)
        self._start_period = min(check.get("startPeriod") or 0, world.timing.start_period_s)
        self._began = time.monotonic()
        self._next = self._began + self._first_interval / 2
        self._health = Health()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begins a check when it is time to."""
        if time.monotonic() < self._next or (self._thread and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._check, daemon=True)
        self._thread.start()

    def _check(self) -> None:
        passed = self._running.execute(self._command, self._timeout)
        self._health = self._health.after(
            passed=passed,
            age_s=time.monotonic() - self._began,
            start_period_s=self._start_period,
            retries=self._retries,
        )
        healthy = self._health.status == HEALTHY
        self._next = time.monotonic() + (self._interval if healthy else self._first_interval)
        with self._world.changed:
            self._container.health = self._health.status
            self._world.changed.notify_all()
