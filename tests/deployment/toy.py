"""A deployment of a toy world, with the real lock, record, saga and stages around it; run as a program.

The world is a file. `python -m tests.deployment.toy BUCKET WORLD SOURCE MODE` deploys SOURCE to it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from blocks.aws import AwsDenied, AwsUnavailable
from blocks.environment import Environment
from blocks.terraform.cost import Cost, CostDelta
from blocks.terraform.outputs import OutputsMissing
from blocks.terraform.plan import Plan, ResourceChange
from flows.deployment.ending import DeploymentCancelled, deployment
from flows.deployment.faults import StageFailed
from flows.deployment.options import Options
from flows.deployment.release import ServiceRecord
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, branch, stage
from flows.stages.approve import approve
from flows.stages.plan import Planned, record

LEASE_S = 4.0


def world(run: Deployment) -> Path:
    return cast(Any, run.environment).world


def mode(run: Deployment) -> str:
    return cast(Any, run.environment).mode


async def _wait_for_the_end(run: Deployment) -> None:
    world(run).with_suffix(".reached").touch()
    await asyncio.sleep(120)


@stage("plan", deadline_s=60)
async def plan(run: Deployment) -> Done[str]:
    """Looks, and changes nothing."""
    begun = run.release.stage("plan")
    if mode(run) == "flaky" and begun and begun.attempts < 2:
        raise AwsUnavailable("Can't look", "throttled", "Try again")
    return Done(run.release.source, "to change")


@stage("first", deadline_s=60)
async def first(run: Deployment) -> Done[None]:
    """Changes the world."""
    await run.saga.register("first", to=world(run).read_text())
    world(run).write_text(world(run).read_text() + f"{run.release.source}1 ")
    if mode(run) == "hang-in-first":
        await _wait_for_the_end(run)
    return Done(None, "changed")


@stage("second", deadline_s=2)
async def second(run: Deployment) -> Done[None]:
    """Changes the world, or fails at it."""
    await run.saga.register("second", to=world(run).read_text())
    world(run).write_text(world(run).read_text() + f"{run.release.source}2 ")
    if mode(run) == "hang-in-second":
        await _wait_for_the_end(run)
    if mode(run) == "too-long":
        await asyncio.sleep(60)
    if mode(run).startswith("fail"):
        raise StageFailed("second", "broken", "It broke", "Mend it")
    return Done(None, "changed")


@branch("first", deadline_s=30, retries=1)
async def undo_first(run: Deployment, facts: Mapping[str, Any]) -> str:
    if mode(run) == "fail-no-way-back":
        raise AwsDenied("Can't go back", "not allowed", "Allow it")
    world(run).write_text(str(facts["to"]))
    return "back to the beginning"


@branch("second", deadline_s=30)
async def undo_second(run: Deployment, facts: Mapping[str, Any]) -> str:
    world(run).write_text(str(facts["to"]))
    if mode(run) == "fail-hang-in-undo":
        await _wait_for_the_end(run)
    if mode(run) == "fail-slowly-back":
        world(run).with_suffix(".reached").touch()
        await asyncio.sleep(2)
    return "back to the first"


async def confirm(run: Deployment) -> dict[str, ServiceRecord]:
    del run
    return {"toy": ServiceRecord(task_definition="toy:1", desired_count=1)}


class _NoTerraform:
    async def outputs(self) -> None:
        raise OutputsMissing("No outputs", "it is a toy", "Play")


def toy_environment(bucket: str, world: str, source: str, mode: str) -> Environment:
    values = SimpleNamespace(
        name="dev",
        region="us-east-2",
        credentials=None,
        state_bucket=bucket,
        source_hash=lambda: source,
        revision=lambda: "abc",
        terraform=_NoTerraform(),
        world=Path(world),
        mode=mode,
    )
    return cast(Environment, values)


@flow(name="toy")
async def toy(bucket: str, world: str, source: str, mode: str) -> State | str:
    environment = toy_environment(bucket, world, source, mode)
    options = Options(lease_s=LEASE_S)
    ways_back = {"first": undo_first, "second": undo_second}
    try:
        async with deployment(environment, options, ways_back, confirm) as run:
            await plan(run)
            if mode.startswith("ask"):
                await _ask(run)
            await first(run)
            await second(run)
            if mode == "verified-hang":
                now = run.release.started
                await run.journal.write(lambda release: release.as_verified(now))
                await _wait_for_the_end(run)
            await run.journal.write(lambda release: release.as_verified(release.started))
    except DeploymentCancelled as cancelled:
        return Cancelled(message=str(cancelled))
    return run.release.id


async def _ask(run: Deployment) -> None:
    """Has the real approval decide on a plan whose meaning is in a file."""
    address = world(run).with_suffix(".plan").read_text()
    change = ResourceChange(address=address, type="aws_db_instance", name="main", action="replace")
    nothing = Cost()
    planned = Planned(
        Plan(resources=(change,)), Path("none"), CostDelta(before=nothing, after=nothing, items=())
    )
    await run.journal.update(plan=record(planned.plan, run.release.plan))
    await approve(run, planned.question("dev"))


if __name__ == "__main__":
    # Under a shell that runs the tests in the background it is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio.run(cast(Any, toy(*sys.argv[1:5])))
