"""Roll out: every service moves to the release's image, and is followed to the end of its deployment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.ecs import EcsService
from blocks.ecs.events import RollOut, RollOutEvent, Serving
from blocks.ecs.verdict import Deployment as Begun
from blocks.errors import BlockError
from flows.deployment.faults import StageFailed
from flows.deployment.progress import Progress
from flows.deployment.release import Image, Release, ServiceRecord
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, branch, stage

NAME = "roll_out"
DEADLINE_S = 3700
STOP_POLL_S = 0.5
REMEDY = "See the service's events and the log of its stopped tasks; correct the release and deploy it"


class NotBack(BlockError):
    """A service does not run again what it ran before."""

    @property
    def transient(self) -> bool:
        return True


@dataclass(frozen=True)
class Move:
    """One service on its way."""

    name: str
    service: EcsService
    target: ServiceRecord


@stage(NAME, deadline_s=DEADLINE_S, retries=1)
async def roll_out(run: Deployment, image: Image) -> Done[bool]:
    """Moves the services that run something else; says whether there were any."""
    return await move(run, await _targets(run, image))


async def move(run: Deployment, targets: dict[str, ServiceRecord]) -> Done[bool]:
    """Moves the services that don't run their target; says whether there were any."""
    outputs = await run.outputs()
    services = {name: run.environment.service(outputs, name) for name in outputs.services}
    now = await asyncio.gather(*(asyncio.to_thread(service.running) for service in services.values()))
    await run.journal.update(services=targets)
    moves = [
        Move(name, services[name], targets[name])
        for name, serving in zip(services, now, strict=True)
        if not runs(serving, targets[name])
    ]
    if not moves:
        return Done(False, "every service runs it already", skipped=True)
    await run.saga.register(NAME, services=way_back(run.previous, list(services)))
    progress = await run.progress(NAME, f"{run.environment.name}: {', '.join(move.name for move in moves)}")
    ended = await _move(run, moves, progress)
    if failed := verdict(dict(zip((move.name for move in moves), ended, strict=True))):
        raise failed
    await progress.close()
    return Done(True, f"{', '.join(move.name for move in moves)} run {_digest(targets)}")


@branch(NAME, deadline_s=DEADLINE_S)
async def undo(run: Deployment, facts: Mapping[str, Any]) -> str:
    """Brings back what the last verified release ran; before the first one, nothing."""
    outputs = await run.outputs()
    targets = {name: ServiceRecord.model_validate(record) for name, record in facts["services"].items()}
    services = {name: run.environment.service(outputs, name) for name in targets if name in outputs.services}
    await asyncio.gather(*(_back(run, name, service, targets[name]) for name, service in services.items()))
    if run.previous is None:
        return "nothing runs, as before the first release"
    return f"release {run.previous.id} runs"


async def _targets(run: Deployment, image: Image) -> dict[str, ServiceRecord]:
    """What each service is to run: the task definition that Terraform wrote, with the image in it."""
    outputs = await run.outputs()
    arns = await asyncio.gather(
        *(
            asyncio.to_thread(
                run.environment.service(outputs, name).register, service.task_definition, image.reference
            )
            for name, service in outputs.services.items()
        )
    )
    return {
        name: ServiceRecord(task_definition=arn, desired_count=service.desired_count, image=image.reference)
        for (name, service), arn in zip(outputs.services.items(), arns, strict=True)
    }


def _digest(targets: Mapping[str, ServiceRecord]) -> str:
    images = (target.image for target in targets.values())
    return next((image.rpartition("@")[2][7:19] for image in images if image), "nothing")


def runs(serving: Serving, target: ServiceRecord) -> bool:
    """Whether a service runs this already, with nothing else on its way."""
    return (
        serving.task_definition == target.task_definition
        and serving.desired == target.desired_count
        and serving.steady
    )


def way_back(previous: Release | None, services: list[str]) -> dict[str, Any]:
    """What each service is to run when the roll-out is undone: what was verified last, or nothing.

    Not what it runs now: that may be what a killed run has left, or a release that never was good.
    """
    nothing = ServiceRecord(task_definition=None, desired_count=0)
    before = previous.services if previous else {}
    return {name: before.get(name, nothing).model_dump() for name in services}


def verdict(ended: Mapping[str, RollOut | BaseException]) -> Exception | None:
    """The one cause, when any service did not get there: the first that says why itself.

    A fault on the way to AWS says less than a roll-out that AWS has ended.
    """
    for name, result in ended.items():
        if isinstance(result, RollOut) and not result.succeeded:
            return StageFailed(NAME, str(result.kind), f"{name}: {result.message}", REMEDY)
    return next((result for result in ended.values() if isinstance(result, Exception)), None)


async def _back(run: Deployment, name: str, service: EcsService, target: ServiceRecord) -> None:
    serving = await asyncio.to_thread(service.running)
    if target.task_definition is None:
        await _stop(service, serving)
    elif not runs(serving, target):
        # A deployment of the same revision that has failed would be told again, not begun anew.
        again = serving.task_definition == target.task_definition
        begun = await asyncio.to_thread(
            service.update, target.task_definition, target.desired_count, force=again
        )
        result = await _follow(run, name, service, begun, None)
        if not result.succeeded:
            raise NotBack(f"{name} was not rolled back", result.message, REMEDY)


async def stop_all(run: Deployment) -> None:
    """Stops every service, and waits until no task runs. The way back has to be registered before."""
    outputs = await run.outputs()
    services = [run.environment.service(outputs, name) for name in outputs.services]
    now = await asyncio.gather(*(asyncio.to_thread(service.running) for service in services))
    await asyncio.gather(*(_stop(service, serving) for service, serving in zip(services, now, strict=True)))


async def _stop(service: EcsService, serving: Serving) -> None:
    """Stops a service. How its deployment ends says nothing here: a failed one has no tasks either."""
    await asyncio.to_thread(service.update, serving.task_definition, 0)
    while serving.desired or serving.running or serving.pending:
        await asyncio.sleep(STOP_POLL_S)
        serving = await asyncio.to_thread(service.running)


async def _move(run: Deployment, moves: list[Move], progress: Progress) -> list[RollOut | BaseException]:
    def teller(name: str) -> Callable[[float], None]:
        return lambda done: progress.tell_part(name, done, len(moves))

    return await asyncio.gather(
        *(_one(run, move, teller(move.name)) for move in moves), return_exceptions=True
    )


async def _one(run: Deployment, move: Move, tell: Callable[[float], None]) -> RollOut:
    assert move.target.task_definition is not None
    begun = await asyncio.to_thread(
        move.service.update, move.target.task_definition, move.target.desired_count
    )
    return await _follow(run, move.name, move.service, begun, tell)


async def _follow(
    run: Deployment, name: str, service: EcsService, begun: Begun, tell: Callable[[float], None] | None
) -> RollOut:
    def hear(event: RollOutEvent) -> None:
        run.logger.info("%s: %s", name, event.message)
        if tell:
            tell(event.running / max(1, event.desired))

    return await service.follow(begun, deadline_s=run.options.roll_out_deadline_s, on_event=hear)
