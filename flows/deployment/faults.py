"""What goes wrong with a deployment: what is tried again, and what is told as the one cause."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State
from prefect.task_engine import TaskRunTimeoutError

from app.errors import AppError
from blocks.errors import BlockError
from flows.deployment.release import Cause

TRANSIENT: tuple[type[BaseException], ...] = (ConnectionError, TimeoutError)


class DeploymentError(AppError):
    """The deployment could not be begun, or could not go on."""


class StageFailed(Exception):
    """A stage failed for good: the one named cause of a deployment's end."""

    def __init__(self, stage: str, kind: str, message: str, remedy: str) -> None:
        # Positional arguments keep the exception picklable across processes.
        super().__init__(stage, kind, message, remedy)
        self.cause = Cause(stage=stage, kind=kind, message=message, remedy=remedy)

    def __str__(self) -> str:
        return str(self.cause)


async def transient(task: Any, run: Any, state: State) -> bool:
    """Prefect's `retry_condition_fn`: whether the stage's fault may be gone a moment later.

    A plain coroutine function on purpose: Prefect 3.8 never retries on a partial or a callable object, and
    where an event loop runs, a state's `result()` is none yet.
    """
    return passes(await state.aresult(raise_on_failure=False))


def passes(fault: object) -> bool:
    """Whether a fault may be gone a moment later. A stage's whole time being up is none such."""
    if isinstance(fault, BlockError):
        return fault.transient
    return isinstance(fault, TRANSIENT) and not isinstance(fault, TaskRunTimeoutError)


def kind_of(fault: BaseException) -> str:
    """The name of the fault's class in snake case."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(fault).__name__).lstrip("_")


def stage_failed(stage: str, fault: BaseException, *, deadline_s: float | None = None) -> StageFailed:
    """The fault as the cause of a stage's failure; its kind is the fault's class in snake case."""
    if isinstance(fault, StageFailed):
        return fault
    if isinstance(fault, TaskRunTimeoutError):
        waited = f"within {deadline_s:.0f} s" if deadline_s else "in time"
        return StageFailed(
            stage, "deadline", f"It did not end {waited}", "See the stage's log for what it waited for"
        )
    kind = kind_of(fault)
    if isinstance(fault, AppError | BlockError):
        message = ": ".join(part for part in (fault.what, fault.cause) if part)
        return StageFailed(stage, kind, message, fault.remedy)
    message = str(fault).strip() or type(fault).__name__
    return StageFailed(stage, kind, message, "See the stage's log; deploy again when it is put right")
