"""Choose: which release is gone back to."""

from __future__ import annotations

import asyncio

from blocks.terraform.outputs import Outputs
from flows.deployment import journal
from flows.deployment.release import Release
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.rolling_back.goal import NAME, choose


@stage(NAME, deadline_s=300)
async def choose_goal(run: Deployment, to: str | None) -> Done[Release]:
    """Chooses once: a rollback that is taken up leads to where it has begun to lead."""
    releases = await others(run)
    if begun := next((release for release in releases if release.id == run.release.goal), None):
        return Done(begun, f"release {begun.id}, as begun")
    goal = choose(releases, await serving(run, await run.outputs()), to)
    await run.journal.update(goal=goal.id, revision=goal.revision, image=goal.image)
    assert goal.verified is not None
    return Done(goal, f"release {goal.id}, verified {goal.verified:%Y-%m-%d %H:%M} UTC")


async def others(run: Deployment) -> list[Release]:
    """All releases but this one, oldest first."""
    releases = await asyncio.to_thread(journal.every, run.records, run.environment.name)
    return [release for release in releases if release.id != run.release.id]


async def serving(run: Deployment, outputs: Outputs) -> dict[str, str]:
    """The task definition of each service that is to run any task."""
    names = list(outputs.services)
    found = await asyncio.gather(
        *(asyncio.to_thread(run.environment.service(outputs, name).running) for name in names)
    )
    return {name: now.task_definition for name, now in zip(names, found, strict=True) if now.desired}
