"""`/health`: for load balancers, and for people who want to know what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version

from fastapi import APIRouter, Request, Response

from app.health.examination import Examination
from app.health.verdict import verdict
from app.schemas.health import DetailedHealth, Health, HealthStatus

VERSION = version("reelflow")

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> Health:
    """Whether this process answers. It asks nobody, so it says nothing about the other parts."""
    return Health(timestamp=datetime.now(UTC), version=VERSION)


@router.get(
    "/health/detailed",
    responses={503: {"model": DetailedHealth, "description": "What is asked for is not served"}},
)
async def detailed_health(request: Request, response: Response) -> DetailedHealth:
    """How every part is: 200 when it is healthy or degraded, 503 when it is unhealthy."""
    examination: Examination = request.app.state.examination
    checks = await examination.checks()
    status = verdict(checks)
    if status is HealthStatus.UNHEALTHY:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    response.headers["Cache-Control"] = "no-store"
    return DetailedHealth(status=status, timestamp=datetime.now(UTC), version=VERSION, checks=dict(checks))
