"""The drift check, daily: what somebody has changed past the deployments."""

from __future__ import annotations

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from blocks.environment import EnvironmentName
from flows.deployment.target import target
from flows.operation import drift
from flows.operation.looking import failed
from flows.operation.reporting import Flow, conclude
from flows.operation.standing import standing

DRIFT = Flow("drift-check", "Drift", "differences", "Differences")


@flow(
    name="drift-check",
    description="Compares an environment with its release: what somebody has changed by hand.",
    flow_run_name="drift check {environment}",
    timeout_seconds=1800,
)
async def drift_check(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Which one.")],
) -> State:
    """Compares everything side by side, remembers and tells it; sets nothing right.

    Raises:
        AnotherEnvironment: the deployment in Prefect is named after another one.
        BlockError: it can't be looked at at all.
    """
    stands = await standing(await target(environment))
    found = await drift.examine(stands)
    return await conclude(
        DRIFT,
        stands,
        found.checks,
        figures={DRIFT.figure: float(len(failed(found.checks)))},
        more_rows=drift.rows(found.plan) if found.plan else (),
    )
