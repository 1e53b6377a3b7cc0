"""A deployment from the lock to its end: whatever happens within, lock and record are true afterwards."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from prefect import Task
from prefect.exceptions import Pause
from prefect.runtime import flow_run

from blocks.environment import Environment
from blocks.media_store.errors import StoreMissing
from blocks.record_store import records_of
from flows.deployment import artifacts
from flows.deployment.faults import DeploymentError, StageFailed, stage_failed
from flows.deployment.keeper import Keeper, is_over
from flows.deployment.lock import Holder, Lock, LockLost
from flows.deployment.options import Manner
from flows.deployment.release import Kind, ServiceRecord, Status
from flows.deployment.run import Deployment

T = TypeVar("T")
U = TypeVar("U")
RENEWALS_PER_LEASE = 4

Confirm = Callable[[Deployment], Awaitable[dict[str, ServiceRecord]]]


class NotBootstrapped(DeploymentError):
    """What has to be there before Terraform is not."""


class DeploymentCancelled(Exception):
    """Somebody ended the deployment; what it had changed is undone."""


@asynccontextmanager
async def deployment(
    environment: Environment,
    options: Manner,
    branches: Mapping[str, Task[..., Any]],
    confirm: Confirm,
    *,
    kind: Kind = "deploy",
    source: str | None = None,
) -> AsyncIterator[Deployment]:
    """Takes the environment's lock and opens its release, and leaves both true however it ends.

    Args:
        branches: the ways back, by the stage whose change they undo.
        confirm: looks whether after them the last verified release serves, and says what does.
        kind: what it is.
        source: the hash of what is asked for; None for that of the environment's checkout.

    Raises:
        StageFailed: the one cause for which it failed; what it had changed is undone.
        DeploymentCancelled: somebody ended it; likewise.
        NotBootstrapped: the bucket for state, lock and records is not there.
        LockHeld: another deployment of the environment is at work.
        LockLost: another run has taken over.
    """
    run_id = UUID(flow_run.id) if flow_run.id else None
    lock = Lock(records_of(environment), environment.name, is_over=is_over, lease_s=options.lease_s)
    try:
        await asyncio.to_thread(lock.acquire, Holder.this_process(run_id))
    except StoreMissing as missing:
        raise NotBootstrapped(
            f"{environment.name} can't be deployed to",
            f"the bucket {environment.state_bucket} of its state does not exist",
            f"Run `reelflow bootstrap {environment.name}` once",
        ) from missing
    keeper = Keeper(lock, every_s=options.lease_s / RENEWALS_PER_LEASE, flow_run=run_id)
    scratch = Path(tempfile.mkdtemp(prefix=f"reelflow-{environment.name}-"))
    try:
        with keeper.keeping():
            run = Deployment(environment, options, branches, flow_run=run_id, scratch=scratch)
            await run.open(confirm, kind=kind, source=source)
            try:
                yield run
                await run.journal.update(status=Status.COMPLETED, ended=datetime.now(UTC))
            except Pause:
                # It has ended: a signal that comes now would make a crash of it.
                keeper.let_it_end()
                raise
            except BaseException as fault:
                await _end(run, confirm, keeper, fault)
                raise
            finally:
                await artifacts.release_report(run)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if not keeper.lost:
            await asyncio.to_thread(lock.release)


async def _end(run: Deployment, confirm: Confirm, keeper: Keeper, fault: BaseException) -> None:
    """Undoes what was done, and raises what the fault means to whoever has asked for the deployment."""
    keeper.let_it_end()
    cancelled = not isinstance(fault, Exception)
    if cancelled and (task := asyncio.current_task()):
        # What led here is cancelled, not the ways back.
        task.uncancel()
    failed = _cancellation(run) if cancelled else stage_failed(run.release.kind, fault)
    try:
        if not keeper.lost and not isinstance(fault, LockLost):
            await run.fail(failed.cause, confirm, cancelled=cancelled, fault=fault)
    except BaseException:
        if not keeper.lost:
            raise
    if keeper.lost or isinstance(fault, LockLost):
        raise LockLost(
            f"The deployment of {run.environment.name} goes on elsewhere",
            "another run has taken its lock",
            "Follow that run",
        ) from fault
    if cancelled:
        raise DeploymentCancelled(str(failed.cause)) from fault
    raise failed from (fault.__cause__ if failed is fault else fault)


def _cancellation(run: Deployment) -> StageFailed:
    at = next(
        (stage.name for stage in reversed(run.release.stages) if stage.status == "running"), run.release.kind
    )
    return StageFailed(at, "cancelled", "Somebody ended the deployment", "Deploy again when it is wanted")


async def beside(first: Coroutine[Any, Any, T], second: Coroutine[Any, Any, U]) -> tuple[T, U]:
    """Runs both at once.

    When the first fails, the second is ended. When the second fails, the first is let to its end: no
    infrastructure is left half changed because an image can't be built.
    """
    main, other = asyncio.ensure_future(first), asyncio.ensure_future(second)
    try:
        result = await main
        return result, await other
    finally:
        for task in (main, other):
            task.cancel()
        await asyncio.gather(main, other, return_exceptions=True)
