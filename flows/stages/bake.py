"""Bake: what was rolled out has to stay healthy for a while.

Tasks that pass their health checks and die a little later may never trip the circuit breaker of ECS.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence

from blocks.ecs import EcsService
from blocks.ecs.events import Serving
from blocks.ecs.verdict import StoppedTask
from flows.deployment.faults import StageFailed
from flows.deployment.release import ServiceRecord
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage

NAME = "bake"
POLL_S = 2.0
# A task that Fargate Spot takes away, or that somebody stops, says nothing about its code.
NO_FAULT_OF_THEIRS = {"SpotInterruption", "UserInitiated", "ServiceSchedulerInitiated", "TerminationNotice"}
REMEDY = "See the log of the stopped task; correct the release and deploy it"


@stage(NAME, deadline_s=3900, retries=3)
async def bake(run: Deployment, moved: bool, *, alarms_rang: bool) -> Done[None]:
    """Watches the services for the bake period.

    Args:
        run: the deployment.
        moved: whether anything was rolled out.
        alarms_rang: whether alarms may have rung before, which are then not the release's fault. Otherwise
            none has, and one that rings by now was set off by the roll-out.
    """
    if not moved or not run.options.bake_s:
        return Done(None, "nothing was rolled out" if not moved else "no bake period", skipped=True)
    outputs = await run.outputs()
    services = {name: run.environment.service(outputs, name) for name in outputs.services}
    targets = run.release.services
    before = {name: await _ended(service, targets[name]) for name, service in services.items()}
    known = {name: {task.id for task in tasks} for name, tasks in before.items()}
    ringing = await asyncio.to_thread(run.account.ringing, outputs.alarm_names) if alarms_rang else ()
    started = time.monotonic()
    while (seconds := time.monotonic() - started) < run.options.bake_s:
        await asyncio.sleep(min(POLL_S, run.options.bake_s - seconds))
        for name, service in services.items():
            serving = await asyncio.to_thread(service.running)
            ended = [t for t in await _ended(service, targets[name]) if t.id not in known[name]]
            if failed := verdict(name, targets[name], serving, ended):
                raise failed
        now = await asyncio.to_thread(run.account.ringing, outputs.alarm_names)
        if failed := alarmed(before=ringing, now=now):
            raise failed
    return Done(None, f"healthy for {run.options.bake_s:g} s")


def verdict(
    name: str, target: ServiceRecord, serving: Serving, ended: Sequence[StoppedTask]
) -> StageFailed | None:
    """What is wrong with a service that was good a moment ago; None when nothing is.

    Args:
        ended: tasks of the release that have ended since.
    """
    if died := [task for task in ended if task.stop_code not in NO_FAULT_OF_THEIRS]:
        return StageFailed(NAME, "died", f"{name}: {died[0]}", REMEDY)
    if serving.task_definition != target.task_definition:
        return StageFailed(
            NAME,
            "superseded",
            f"{name} runs {serving.task_definition.rpartition('/')[2]} all of a sudden",
            "Somebody has rolled out past the deployments: find out who, and deploy again",
        )
    return None


def alarmed(*, before: Collection[str], now: Collection[str]) -> StageFailed | None:
    """An alarm that rings since the release is out; those from before are not its fault."""
    fresh = sorted(set(now) - set(before))
    if not fresh:
        return None
    return StageFailed(
        NAME, "alarm", f"The alarm {fresh[0]} rings", "See what it watches; correct, deploy again"
    )


async def _ended(service: EcsService, target: ServiceRecord) -> tuple[StoppedTask, ...]:
    return await asyncio.to_thread(service.stopped, target.task_definition)
