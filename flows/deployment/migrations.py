"""The schema's steps, run by the image that brings them: one-off tasks in the network of the database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from blocks.ecs.events import TaskResult
from flows.deployment.faults import DeploymentError
from flows.deployment.release import Image, Step
from flows.deployment.run import Deployment

SERVICE = "backend"
STATUS_WITHIN_S = 300.0
MOVED_WITHIN_S = 1200.0


class MigrationFailed(DeploymentError):
    """The one-off task did not move the schema."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Pending(_Value):
    """Where the schema stands, as `reelflow migrate local status --json` of the image tells.

    Attributes:
        steps: that the image has and the database lacks.
        known: all that the image has, oldest first.
    """

    current: str | None
    head: str
    steps: tuple[Step, ...] = Field(alias="pending")
    known: tuple[Step, ...] = Field(default=(), alias="steps")

    @property
    def ahead(self) -> bool:
        """Whether the database has steps that the image does not know."""
        versions = {step.version for step in self.known}
        return self.current is not None and bool(versions) and self.current not in versions

    def of(self, phase: Literal["expand", "contract"]) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.phase == phase)

    @property
    def way_back(self) -> str | None:
        """The version to which the expanded schema can be taken back: not before a one-way step."""
        one_way = [step.version for step in self.of("expand") if not step.reversible]
        return one_way[-1] if one_way else self.current


class Moved(_Value):
    """From where to where the schema was moved."""

    before: str | None = Field(alias="from")
    to: str | None

    def __str__(self) -> str:
        if self.before == self.to:
            return f"the schema is at {self.to or 'nothing'}"
        return f"the schema went from {self.before or 'nothing'} to {self.to or 'nothing'}"


async def revision(run: Deployment, image: Image) -> str:
    """The ARN of a task definition with the image, which no service runs yet."""
    outputs = await run.outputs()
    service = run.environment.service(outputs, SERVICE)
    return await asyncio.to_thread(
        service.register, outputs.services[SERVICE].task_definition, image.reference
    )


async def status(run: Deployment, arn: str) -> Pending:
    """Where the schema stands, and which steps of the image it lacks.

    Raises:
        MigrationFailed: the task did not tell.
    """
    return Pending.model_validate(await _migrate(run, arn, "status", deadline_s=STATUS_WITHIN_S))


async def up(run: Deployment, arn: str, phase: Literal["expand", "contract"]) -> Moved:
    """Runs the pending steps of a phase.

    Raises:
        MigrationFailed: one failed; those before it stay.
    """
    found = await _migrate(run, arn, "up", "--phase", phase, deadline_s=MOVED_WITHIN_S)
    return Moved.model_validate(found)


async def up_to(run: Deployment, arn: str, version: str) -> Moved:
    """Runs the steps up to a version, of whichever phase.

    Raises:
        MigrationFailed: one failed; those before it stay.
    """
    return Moved.model_validate(await _migrate(run, arn, "up", "--to", version, deadline_s=MOVED_WITHIN_S))


async def down(run: Deployment, arn: str, to: str | None) -> Moved:
    """Takes steps back; `to` None is an empty schema.

    Raises:
        MigrationFailed: one could not be taken back.
    """
    found = await _migrate(run, arn, "down", "--to", to or "base", deadline_s=MOVED_WITHIN_S)
    return Moved.model_validate(found)


async def _migrate(
    run: Deployment, arn: str, action: str, *options: str, deadline_s: float
) -> dict[str, Any]:
    outputs = await run.outputs()
    service = run.environment.service(outputs, SERVICE)
    run.logger.info("Running: reelflow migrate local %s", " ".join((action, *options)))
    result = await service.run_task(
        ["migrate", "local", action, *options, "--json"],
        outputs.network,
        task_definition=arn,
        deadline_s=deadline_s,
        on_log=lambda line: run.logger.info("%s", line),
    )
    return document(result, action)


def document(result: TaskResult, action: str) -> dict[str, Any]:
    """The JSON document that the task has written last.

    Raises:
        MigrationFailed: it failed, or has written none.
    """
    what = f"`migrate {action}` failed" if action != "status" else "The schema could not be looked at"
    remedy = f"Read the log of task {result.task_arn.rpartition('/')[2]}; deploy again when it is put right"
    if not result.succeeded:
        raise MigrationFailed(what, result.cause, remedy)
    found = _last_document(result.log)
    if found is None:
        raise MigrationFailed(what, "it has written no result", remedy)
    return found


def _last_document(lines: Sequence[str]) -> dict[str, Any] | None:
    for line in reversed(lines):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        # A line of the log is a document too.
        if isinstance(found, dict) and ({"from", "to"} <= found.keys() or "pending" in found):
            return found
    return None
