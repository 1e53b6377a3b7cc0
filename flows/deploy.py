"""The deployment DAG: preflight → (plan → approval → apply) ∥ (build → push) → prove → expand → roll out →
bake → verify → contract.
"""

from __future__ import annotations

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed
from pydantic import Field

from blocks.environment import EnvironmentName
from blocks.terraform.outputs import Outputs
from flows.deployment.ending import DeploymentCancelled, beside, deployment
from flows.deployment.faults import StageFailed
from flows.deployment.options import Options
from flows.deployment.release import Image
from flows.deployment.run import Deployment
from flows.deployment.target import target
from flows.stages import WAYS_BACK
from flows.stages.apply import apply, plan_again
from flows.stages.approve import approve
from flows.stages.bake import bake
from flows.stages.build import build
from flows.stages.contract import contract
from flows.stages.expand import expand
from flows.stages.plan import plan
from flows.stages.preflight import preflight
from flows.stages.prove import prove
from flows.stages.push import push
from flows.stages.roll_out import roll_out
from flows.stages.verify import confirm, verify

PLANS = 3


@flow(
    name="deploy", description="Ships the checkout to an environment.", flow_run_name="deploy {environment}"
)
async def deploy(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Where to.")],
    options: Annotated[Options, Field(title="Options")] = Options(),  # noqa: B008 - a frozen value
) -> State:
    """Deploys, or takes up or undoes what a dead deployment has left.

    Raises:
        StageFailed: the one cause; the last verified release serves again.
        LockHeld: another deployment of the environment is at work.
        AnotherEnvironment: the deployment in Prefect is named after another one.
    """
    where = await target(environment)
    try:
        async with deployment(where, options, WAYS_BACK, confirm) as run:
            await ship(run, options)
    except DeploymentCancelled as cancelled:
        return Cancelled(message=str(cancelled))
    return Completed(message=f"Release {run.release.id} serves {environment}")


async def ship(run: Deployment, options: Options) -> None:
    """The stages, in order."""
    await preflight(run, ignore_alarms=options.ignore_alarms)
    outputs, image = await beside(provision(run), publish(run))
    if image.repository != outputs.ecr_repository_url:
        image = await publish(run)
    pending = await prove(run, image)
    await expand(run, image, pending)
    moved = await roll_out(run, image)
    await bake(run, moved, alarms_rang=options.ignore_alarms)
    await verify(run, image)
    await contract(run, image)


async def publish(run: Deployment) -> Image:
    """Builds the image, and pushes it as soon as there is a registry: while the database is being made."""
    return await push(run, await build(run), await run.repository.get())


async def provision(run: Deployment) -> Outputs:
    """Plans, asks and applies; plans anew when that is outdated by the time, or AWS broke off."""
    for left in reversed(range(PLANS)):
        planned = await plan(run)
        await approve(run, planned.question(run.environment.name))
        try:
            return await apply(run, planned)
        except StageFailed as failed:
            if not left or not plan_again(failed.__cause__):
                raise
    raise AssertionError("unreachable")
