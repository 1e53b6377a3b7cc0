"""The checklist, weekly: the guide's security and cost lines, each with its evidence."""

from __future__ import annotations

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from blocks.environment import EnvironmentName
from flows.deployment.target import target
from flows.operation import guide
from flows.operation.looking import failed
from flows.operation.reporting import Flow, conclude
from flows.operation.standing import standing

CHECKLIST = Flow("checklist", "Checklist", "not_good", "Lines that are not good")


@flow(
    name="checklist",
    description="The security and the cost checklist, each line with its evidence.",
    flow_run_name="checklist {environment}",
    timeout_seconds=1800,
)
async def checklist(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Which one.")],
) -> State:
    """Goes through the lines side by side, remembers and tells it.

    Raises:
        AnotherEnvironment: the deployment in Prefect is named after another one.
        BlockError: it can't be looked at at all.
    """
    stands = await standing(await target(environment))
    checks = await guide.examine(stands)
    return await conclude(CHECKLIST, stands, checks, figures={CHECKLIST.figure: float(len(failed(checks)))})
