"""What the state of the parts comes to."""

from __future__ import annotations

from collections.abc import Mapping

from app.schemas.health import Check, CheckStatus, HealthStatus

VITAL = frozenset({"database", "migrations", "s3"})
"""Without the database nothing can be asked for, on a schema that is behind no answer can be trusted, and
without the store neither uploads nor films can be had. Without Redis progress is read from the database;
without Prefect or Replicate films wait."""


def verdict(checks: Mapping[str, Check]) -> HealthStatus:
    """Unhealthy when a vital part failed, degraded when another did. A skipped part doesn't count."""
    failed = {name for name, check in checks.items() if check.status is CheckStatus.FAILED}
    if failed & VITAL:
        return HealthStatus.UNHEALTHY
    return HealthStatus.DEGRADED if failed else HealthStatus.HEALTHY
