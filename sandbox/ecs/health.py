"""When a container is healthy: pure, by the rules of container health checks."""

from __future__ import annotations

from dataclasses import dataclass, replace

UNKNOWN, HEALTHY, UNHEALTHY = "UNKNOWN", "HEALTHY", "UNHEALTHY"


@dataclass(frozen=True)
class Health:
    """What the checks have shown so far: the status, and how many failed in a row since they count."""

    status: str = UNKNOWN
    failures: int = 0

    def after(self, *, passed: bool, age_s: float, start_period_s: float, retries: int) -> Health:
        """What it is after another check.

        Args:
            passed: whether the check passed.
            age_s: how long the container runs, in seconds.
            start_period_s: how long failures don't count, unless a check has passed before.
            retries: so many failures in a row make it unhealthy.
        """
        if passed:
            return Health(HEALTHY)
        if self.status == UNKNOWN and age_s < start_period_s:
            return self
        failures = self.failures + 1
        return replace(self, failures=failures, status=UNHEALTHY if failures >= retries else self.status)
