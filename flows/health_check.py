"""The health check, every five minutes: how an environment is, and whether that makes an incident."""

from __future__ import annotations

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from blocks.environment import EnvironmentName
from flows.deployment.artifacts import check_rows
from flows.deployment.target import target
from flows.operation import history as histories
from flows.operation import reporting
from flows.operation.health import LATENCY, Examined, FilmWhen, examine
from flows.operation.history import Entry, History
from flows.operation.incident_telling import follow
from flows.operation.looking import failed
from flows.operation.reporting import Flow
from flows.operation.standing import Standing, standing

HEALTH = Flow("health-check", "Health", LATENCY, "/health, ms")


@flow(
    name="health-check",
    description="Looks at every part of an environment, and opens an incident when it stays bad.",
    flow_run_name="health check {environment}",
    timeout_seconds=600,
)
async def health_check(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Which one.")],
    film: Annotated[
        FilmWhen, Field(title="Film", description="Whether to order a small film: hourly, now, never.")
    ] = "hourly",
) -> State:
    """Looks at everything side by side, remembers and tells it, and follows the incident.

    Raises:
        AnotherEnvironment: the deployment in Prefect is named after another one.
        BlockError: it can't be looked at at all: nothing is deployed, or its record can't be had.
    """
    stands = await standing(await target(environment))
    before = await histories.read(stands.records, HEALTH.record(environment), History)
    found = await examine(stands, before, film)
    words = reporting.in_words(found.checks)
    known = await reporting.remember(HEALTH, environment, stands.records, entry(stands, found))
    await reporting.tell(HEALTH, environment, check_rows(found.checks), known, words=words)
    await follow(stands, known, found.checks)
    if found.verdict == "unhealthy":
        return Failed(message=f"{environment} is unhealthy. {words}")
    return Completed(name=found.verdict.capitalize(), message=words)


def entry(stands: Standing, found: Examined) -> Entry:
    """What is remembered of a check."""
    return Entry(
        at=stands.now,
        verdict=found.verdict,
        failed=failed(found.checks),
        figures=found.figures,
        release=stands.release.id if stands.release else None,
    )
