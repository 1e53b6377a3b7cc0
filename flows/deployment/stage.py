"""What makes a function a stage: a Prefect task with deadline and retries, booked in the release."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.tasks import exponential_backoff

from flows.deployment.faults import passes, stage_failed, transient
from flows.deployment.release import StageRecord

if TYPE_CHECKING:
    from flows.deployment.run import Deployment

P = ParamSpec("P")
T = TypeVar("T")
JITTER = 0.5


@dataclass(frozen=True)
class Done(Generic[T]):
    """How a stage ended well.

    Attributes:
        value: what it learned.
        verdict: what came of it, in one line.
        skipped: whether there was nothing to do.
    """

    value: T
    verdict: str
    skipped: bool = False


Body = Callable[Concatenate["Deployment", P], Awaitable[Done[T]]]


def stage(
    name: str, *, deadline_s: float, retries: int = 2
) -> Callable[[Body[P, T]], Callable[Concatenate[Deployment, P], Coroutine[Any, Any, T]]]:
    """Makes a function a stage of the deployment.

    It may run more than once for one release, after a kill or an approval, and has to find out what of its
    work is done already.

    Args:
        name: as it is shown.
        deadline_s: how long one attempt may take, in seconds.
        retries: how often a fault that passes by itself is tried again; others never are.

    Raises:
        StageFailed: from the stage, for whatever it raises.
    """

    def decorate(body: Body[P, T]) -> Callable[Concatenate[Deployment, P], Coroutine[Any, Any, T]]:
        prefect_task = task(
            name=name.replace("_", " "),
            description=(body.__doc__ or "").partition("\n")[0],
            retries=retries,
            retry_delay_seconds=cast(Any, exponential_backoff(backoff_factor=2)),
            retry_jitter_factor=JITTER,
            retry_condition_fn=transient,
            timeout_seconds=deadline_s,
            # After an approval, or for a taken-up release, a stage looks again at what is done.
            cache_policy=NO_CACHE,
            persist_result=False,
        )(_booked(name, body))

        @functools.wraps(body)
        async def run_stage(run: Deployment, *args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return await cast(Any, prefect_task)(run, *args, **kwargs)
            except Exception as fault:
                failed = stage_failed(name, fault, deadline_s=deadline_s)
                await _end(run, name, "failed", f"{failed.cause.kind}: {failed.cause.message}")
                # A fault that is its own cause would have whoever follows causes go round for ever.
                if failed is fault:
                    raise
                raise failed from fault

        return run_stage

    return decorate


def branch(
    name: str, *, deadline_s: float, retries: int = 4
) -> Callable[[Callable[..., Any]], Task[..., Any]]:
    """Makes a function the way back of a stage: a task that is tried again whatever its fault."""
    return task(
        name=f"undo {name.replace('_', ' ')}",
        retries=retries,
        retry_delay_seconds=cast(Any, exponential_backoff(backoff_factor=2)),
        retry_jitter_factor=JITTER,
        timeout_seconds=deadline_s,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


def _booked(name: str, body: Body[P, T]) -> Callable[Concatenate[Deployment, P], Awaitable[T]]:
    @functools.wraps(body)
    async def booked(run: Deployment, *args: P.args, **kwargs: P.kwargs) -> T:
        await _begin(run, name)
        try:
            done = await body(run, *args, **kwargs)
        except Exception as fault:
            if passes(fault):
                get_run_logger().warning("%s: %s", name, fault)
            raise
        await _end(run, name, "skipped" if done.skipped else "done", done.verdict)
        get_run_logger().info("%s: %s", name, done.verdict)
        return done.value

    return booked


async def _begin(run: Deployment, name: str) -> None:
    before = run.release.stage(name)
    now = datetime.now(UTC)
    if before is None or before.status != "running":
        record = StageRecord(name=name, started=now)
    else:
        record = before.model_copy(update={"attempts": before.attempts + 1})
    await run.journal.write(lambda release: release.with_stage(record))


async def _end(run: Deployment, name: str, status: str, verdict: str) -> None:
    before = run.release.stage(name) or StageRecord(name=name, started=datetime.now(UTC))
    record = before.model_copy(update={"status": status, "ended": datetime.now(UTC), "verdict": verdict})
    await run.journal.write(lambda release: release.with_stage(record))
