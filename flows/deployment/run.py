"""One deployment in the making: what its stages share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect import Task
from prefect.logging import get_logger

from blocks.account import account_of
from blocks.environment import Environment
from blocks.record_store import records_of
from blocks.registry import Registry
from blocks.terraform.outputs import Outputs, OutputsMissing
from flows.deployment import journal
from flows.deployment.faults import StageFailed
from flows.deployment.journal import Journal
from flows.deployment.learned import Learned
from flows.deployment.options import Manner
from flows.deployment.progress import Progress
from flows.deployment.release import (
    Cause,
    Kind,
    Release,
    StageRecord,
    Status,
    last_verified,
    next_id,
    unproven,
)
from flows.deployment.resumption import Decision, decide
from flows.deployment.saga import Saga
from flows.explaining.enrich import explained

if TYPE_CHECKING:
    from flows.deployment.ending import Confirm


class Deployment:
    """Shared by the stages of one flow run, in one event loop.

    Attributes:
        environment: where to.
        options: how, as the flow was asked.
        previous: the last verified release before this one; None before the first.
        taken_over: the stages of the dead run that was found, as it has left them.
        scratch: files that nobody needs afterwards.
        repository: the registry's address, known as soon as the registry is there.
    """

    def __init__(
        self,
        environment: Environment,
        options: Manner,
        branches: Mapping[str, Task[..., Any]],
        *,
        flow_run: UUID | None,
        scratch: Path,
    ) -> None:
        self.environment = environment
        self.options = options
        self.scratch = scratch
        self.records = records_of(environment)
        self.account = account_of(environment)
        self.journal = Journal(self.records)
        self.saga = Saga(self.journal, branches)
        self.previous: Release | None = None
        self.taken_over: tuple[StageRecord, ...] = ()
        self.logger = get_logger(f"flows.deploy.{environment.name}")
        self._flow_run = flow_run
        self._outputs: Outputs | None = None
        self.repository = Learned[str]()

    @property
    def release(self) -> Release:
        """The release's record as it was written last."""
        return self.journal.release

    async def outputs(self) -> Outputs:
        """What the infrastructure is called and where it is.

        Raises:
            OutputsMissing: it was not applied yet.
        """
        if self._outputs is None:
            self._outputs = await self.environment.terraform.outputs()
        return self._outputs

    async def outputs_if_any(self) -> Outputs | None:
        """The same; None before the first deployment."""
        try:
            return await self.outputs()
        except OutputsMissing:
            return None

    def keep_outputs(self, outputs: Outputs) -> None:
        """Remembers the outputs of an apply."""
        self._outputs = outputs
        self.repository.tell(outputs.ecr_repository_url)

    def registry(self, repository: str) -> Registry:
        """The registry of a repository."""
        return Registry(
            repository_url=repository,
            region=self.environment.region,
            credentials=self.environment.credentials,
        )

    async def progress(self, key: str, description: str) -> Progress:
        """A bar in Prefect's page."""
        words = key.replace("_", "-")
        return await Progress.open(f"{words}-{self.environment.name}", description)

    async def open(self, confirm: Confirm, *, kind: Kind = "deploy", source: str | None = None) -> None:
        """Starts a release, or takes up the one that a dead run has left; undoes first what has to be.

        Args:
            confirm, kind, source: as of `flows.deployment.ending.deployment`.

        Raises:
            StageFailed: a dead run's changes could not be undone.
        """
        newest = await asyncio.to_thread(journal.newest, self.records, self.environment.name)
        revision = None
        if source is None:
            source = await asyncio.to_thread(self.environment.source_hash)
            revision = await asyncio.to_thread(self.environment.revision)
        decision = decide(newest, source=source, flow_run=self._flow_run)
        if newest is not None:
            self.logger.info("The newest release, %s, is %s: %s", newest.id, newest.status, decision)
            unfinished = newest.status in (Status.RUNNING, Status.UNDOING, Status.AWAITING_APPROVAL)
            self.taken_over = newest.stages if unfinished else ()
            if unfinished or decision is not Decision.START:
                await self.journal.take_up(newest)
                await self._load_previous(newest.last_verified)
            if decision is Decision.GO_ON:
                runs = dict.fromkeys((*newest.flow_runs, *((self._flow_run,) if self._flow_run else ())))
                await self.journal.update(status=Status.RUNNING, flow_runs=tuple(runs))
                return
            if decision is Decision.UNDO:
                await self._undo_the_dead(confirm)
            elif unfinished:
                await self.journal.update(status=Status.ABANDONED, ended=datetime.now(UTC))
        await self._load_previous(last_verified(newest))
        await self.journal.start(
            Release(
                kind=kind,
                id=next_id(datetime.now(UTC), newest.id if newest else None),
                environment=self.environment.name,
                started=datetime.now(UTC),
                flow_runs=(self._flow_run,) if self._flow_run else (),
                revision=revision,
                source=source,
                last_verified=last_verified(newest),
                unproven=unproven(newest),
            )
        )

    async def fail(
        self, cause: Cause, confirm: Confirm, *, cancelled: bool = False, fault: BaseException | None = None
    ) -> None:
        """Goes the ways back, looks at what serves then, and ends the release with its cause.

        Args:
            fault: what the cause was made of.
        """
        now = datetime.now(UTC)
        await self.journal.write(lambda release: release.stopped(now).model_copy(update={"cause": cause}))
        # What speaks for the cause is gone when the ways back are.
        if not cancelled and (told := await explained(self, cause, fault)) != cause:
            await self.journal.update(cause=told)
        undone = await self.saga.unwind(self)
        status = Status.CANCELLED if cancelled else Status.FAILED
        # A verified release that failed in what comes after serves on.
        good = self.release if self.release.verified else self.previous
        serving = good.services if good else {}
        if undone and self.release.verified is None and self.release.branches:
            try:
                serving = await confirm(self)
            except Exception as fault:  # noqa: BLE001 - it is told, and is no second cause
                self.logger.error("What serves now is not as it should be: %s", fault)
                serving, undone = {}, False
        await self.journal.update(
            status=status if undone else Status.UNDO_FAILED, ended=datetime.now(UTC), serving=serving
        )

    async def _undo_the_dead(self, confirm: Confirm) -> None:
        dead = self.release
        at = next((stage.name for stage in reversed(dead.stages) if stage.status == "running"), dead.kind)
        cause = dead.cause or Cause(
            stage=at,
            kind="killed",
            message="The process that deployed it ended without a word",
            remedy="Nothing: the deployment after it has undone its changes",
        )
        await self.fail(cause, confirm)
        if self.release.status is Status.UNDO_FAILED:
            left = ", ".join(branch.name for branch in self.release.open_branches) or "what serves"
            raise StageFailed(
                "undo",
                "undo_failed",
                f"Release {dead.id} has ended half-way, and could not be undone: {left}",
                "See the release's record for why, put that right, and deploy again",
            )

    async def _load_previous(self, release_id: str | None) -> None:
        if release_id is not None:
            self.previous = await asyncio.to_thread(
                journal.read, self.records, self.environment.name, release_id
            )
