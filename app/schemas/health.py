"""How the system is."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict, JsonValue

from app.schemas.base import Schema

_HEALTH: JsonDict = {"status": "healthy", "timestamp": "2026-11-24T10:00:00Z", "version": "1.0.0"}
_CHECK: JsonDict = {"status": "ok", "latency_ms": 2.1, "detail": "PostgreSQL 18.4 answers", "remedy": None}
_DETAILED: JsonDict = _HEALTH | {"checks": dict[str, JsonValue](database=_CHECK)}


class CheckStatus(StrEnum):
    """How a part was found."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class HealthStatus(StrEnum):
    """What the parts come to."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class Health(Schema):
    """This process answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [_HEALTH]})

    status: Literal["healthy"] = "healthy"

    timestamp: datetime

    version: str
    """Of the release that answers."""


class Check(Schema):
    """How one part was found."""

    status: CheckStatus
    """skipped: it is not configured, or can't be looked at while another part fails."""

    latency_ms: float | None = None
    """How long it took to find out."""

    detail: str
    """What was found."""

    remedy: str | None = None
    """What to do about it; null when there is nothing to do."""


class DetailedHealth(Schema):
    """How every part was found a moment ago."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DETAILED]})

    status: HealthStatus
    """degraded: something waits or is missing, and what is asked for is still served. unhealthy: it isn't."""

    timestamp: datetime

    version: str
    """Of the release that answers."""

    checks: dict[str, Check]
