"""The budget, daily: what the month has cost, and will, at AWS and at Replicate."""

from __future__ import annotations

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from blocks.environment import EnvironmentName
from flows.deployment.target import target
from flows.operation import drift, money
from flows.operation.reporting import Flow, conclude
from flows.operation.standing import standing

BUDGET = Flow("budget", "Budget", "aws_forecast_usd", "AWS this month, forecast, $")


@flow(
    name="budget",
    description="What the month has cost, and will: AWS and Replicate against the budget.",
    flow_run_name="budget {environment}",
    timeout_seconds=1800,
)
async def budget(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Which one.")],
) -> State:
    """Counts, remembers and tells it.

    Raises:
        AnotherEnvironment: the deployment in Prefect is named after another one.
        BlockError: it can't be looked at at all.
    """
    stands = await standing(await target(environment))
    found = await money.count(stands, await drift.plan_of(stands))
    return await conclude(BUDGET, stands, found.checks, figures=found.figures)
