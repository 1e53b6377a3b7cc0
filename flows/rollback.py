"""The rollback DAG: choose → check → plan → (approval) → apply → make way → roll out → bake → verify →
take back.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed
from pydantic import Field

from blocks.environment import EnvironmentName
from flows.deployment.ending import DeploymentCancelled, deployment
from flows.deployment.release import Image, Release
from flows.deployment.run import Deployment
from flows.deployment.target import target
from flows.rolling_back.options import RollbackOptions
from flows.stages import WAYS_BACK
from flows.stages.approve import approve
from flows.stages.bake import bake
from flows.stages.check import check_goal
from flows.stages.choose import choose_goal
from flows.stages.contract import contract
from flows.stages.expand import expand
from flows.stages.prepare import prepare
from flows.stages.reapply import reapply
from flows.stages.restore import restore_snapshot
from flows.stages.roll_back import roll_back
from flows.stages.roll_out import roll_out
from flows.stages.undo_steps import make_way, take_back
from flows.stages.verify import confirm, verify


@flow(
    name="rollback",
    description="Brings back an earlier release: its image, its infrastructure, and a schema it can run on.",
    flow_run_name="rollback {environment}",
)
async def rollback(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Where.")],
    options: Annotated[RollbackOptions, Field(title="Options")] = RollbackOptions(),  # noqa: B008 - frozen
) -> State:
    """Goes back, or takes up or undoes what a dead deployment has left.

    Raises:
        StageFailed: the one cause; what served before serves again.
        LockHeld: a deployment of the environment is at work.
        AnotherEnvironment: the deployment in Prefect is named after another one.
    """
    where = await target(environment)
    try:
        async with deployment(
            where, options, WAYS_BACK, confirm, kind="rollback", source=asked(options)
        ) as run:
            goal = await go_back(run, options)
    except DeploymentCancelled as cancelled:
        return Cancelled(message=str(cancelled))
    return Completed(message=f"Release {goal.id} serves {environment} again, as release {run.release.id}")


async def go_back(run: Deployment, options: RollbackOptions) -> Release:
    """The stages, in order; returns the release that was gone back to."""
    goal = await choose_goal(run, options.to)
    checked = await check_goal(run, goal, may_restore=options.restore_snapshot)
    planned, question = await prepare(run, goal, checked, take_back=options.take_schema_back)
    await approve(run, question)
    await reapply(run, planned)
    image, schema = image_of(goal), checked.schema
    if schema.way.behind:
        await expand(run, image)
    if schema.snapshot:
        await restore_snapshot(run, schema.snapshot, planned)
    await make_way(run, schema)
    # Terraform's own task definitions are new when what they stand on has changed.
    as_it_was = planned.plan.is_empty and schema.snapshot is None
    moved = await (roll_back(run, goal) if as_it_was else roll_out(run, image))
    await bake(run, moved, alarms_rang=True)
    await verify(run, image)
    if schema.way.behind:
        await contract(run, image)
    await take_back(run, schema, wanted=options.take_schema_back)
    return goal


def asked(options: RollbackOptions) -> str:
    """The hash of what is asked for, by which a dead rollback is taken up by one that asks for the same."""
    wanted = options.model_dump_json(include={"to", "take_schema_back", "restore_snapshot"})
    return hashlib.sha256(f"rollback {wanted}".encode()).hexdigest()


def image_of(release: Release) -> Image:
    """The image of a release that was verified."""
    assert release.image is not None
    return release.image
