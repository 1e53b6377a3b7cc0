"""Housekeeping, daily: removes what nobody needs any more, and nothing that a rollback may need."""

from __future__ import annotations

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from blocks.environment import EnvironmentName
from flows.deployment.target import target
from flows.operation.reporting import Flow, conclude
from flows.operation.standing import standing
from flows.operation.tidying import tidy

HOUSEKEEPING = Flow("housekeeping", "Housekeeping", "removed", "Things removed")


@flow(
    name="housekeeping",
    description="Removes what nobody needs any more, and nothing that a rollback may need.",
    flow_run_name="housekeeping {environment}",
    timeout_seconds=3600,
)
async def housekeeping(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Which one.")],
    dry_run: Annotated[bool, Field(title="Dry run", description="List only.")] = False,
    at_once: Annotated[
        bool,
        Field(title="At once", description="New things too: no film and no deployment is being prepared."),
    ] = False,
) -> State:
    """Removes, remembers and tells it.

    Raises:
        AnotherEnvironment: the deployment in Prefect is named after another one.
        BlockError: it can't be looked at at all.
        ReleaseUnreadable: a release record can't be read; no part of any release was removed.
    """
    stands = await standing(await target(environment))
    done = await tidy(stands, dry_run=dry_run, at_once=at_once)
    removed = 0.0 if dry_run else sum(done.figures.values())
    return await conclude(HOUSEKEEPING, stands, done.checks, figures={HOUSEKEEPING.figure: removed})
