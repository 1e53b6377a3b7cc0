"""Finds jobs that nobody works on any more, and has them taken up again.

The database says what ought to happen, a claim who works on it, Prefect what became of a run. Where they
disagree for longer than a moment, the job is put into the outbox once more; finished clips are kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed
from sqlalchemy import Engine, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app import claims, events, jobs, local_user
from app.database import session
from app.dispatch import enqueue
from app.models import (
    Clip,
    Composition,
    CompositionStatus,
    DispatchStatus,
    GenerationJob,
    JobStatus,
    QueuedTask,
)

# A database that was restarted has dropped every claim, and the living take theirs again within seconds.
UNCLAIMED_FOR_S = 12.0
# A worker needs so long from taking a run up to claiming its job, on a machine that is busy.
STARTED_WITHIN_S = 90.0
# Of one job in an hour. What breaks every time is broken.
MOST_DISPATCHES = 6
GIVEN_UP = "broken_off"
TAKEN_UP_AGAIN_WITHIN = timedelta(hours=1)

Verdict = Literal["wait", "again", "cancel"]

log = structlog.get_logger(__name__)


def verdict(run: FlowRun | None, now: datetime) -> Verdict:
    """What to do about a pending job that was dispatched and that nobody has claimed, by its flow run.

    Args:
        run: as Prefect knows it; None if it doesn't.
        now: the time, with time zone.
    """
    if run is None or run.state is None:
        return "again"
    if run.state.type is StateType.CANCELLED:
        return "cancel"
    if run.state.is_final():
        return "again"
    taken_up = run.state.type in (StateType.PENDING, StateType.RUNNING)
    if taken_up and now - run.state.timestamp > timedelta(seconds=STARTED_WITHIN_S):
        return "again"
    return "wait"


@dataclass
class Reconciler:
    """Remembers between its turns since when a job has been nobody's."""

    engine: Engine
    clock: Callable[[], float] = time.monotonic
    _unclaimed: dict[UUID, float] = field(default_factory=dict)

    def turn(self, client: SyncPrefectClient) -> list[UUID]:
        """One look at everything that isn't ended; returns the jobs that are taken up again.

        Raises:
            DatabaseUnavailable: the database can't be reached.
            httpx.TransportError: Prefect's server can't be reached.
        """
        self._end_abandoned(client)
        taken_up = [*self._take_up_interrupted(), *self._follow_up(client), *self._enqueue_forgotten()]
        for job_id in taken_up:
            events.status_changed(job_id)
        return taken_up

    def _end_abandoned(self, client: SyncPrefectClient) -> None:
        """Ends active jobs without a claim, once they have been so for a while, and their flow runs."""
        unclaimed = claims.unclaimed(self.engine)
        now = self.clock()
        self._unclaimed = {job: self._unclaimed.get(job, now) for job in unclaimed}
        for job_id, since in self._unclaimed.items():
            if now - since >= UNCLAIMED_FOR_S and claims.end_abandoned(self.engine, job_id):
                log.warning("job was abandoned", job_id=str(job_id))
                with session(self.engine) as db:
                    runs = flow_runs_of(db, [job_id])
                crash(client, runs)
                events.status_changed(job_id)

    def _take_up_interrupted(self) -> list[UUID]:
        """Jobs whose process was ended go on by themselves, if they came through the outbox."""
        with session(self.engine) as db:
            interrupted = db.exec(
                select(GenerationJob.id).where(
                    GenerationJob.status == JobStatus.FAILED,
                    GenerationJob.error_code == jobs.INTERRUPTED,
                    GenerationJob.session_id != local_user.LOCAL_SESSION_ID,
                    col(GenerationJob.completed_at) > datetime.now(UTC) - TAKEN_UP_AGAIN_WITHIN,
                )
            ).all()
            return [job_id for job_id in interrupted if self._again(db, job_id)]

    def _follow_up(self, client: SyncPrefectClient) -> list[UUID]:
        """Pending jobs whose flow run is missing, over, or stuck on its way to a process."""
        with session(self.engine) as db:
            sent = _sent(db)
        if not sent:
            return []
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(sent.values())))
        # Left out, the order is sent as null, which Prefect 3.8's server refuses.
        found = client.read_flow_runs(flow_run_filter=wanted, sort=FlowRunSort.ID_DESC, limit=len(sent))
        runs = {run.id: run for run in found}
        taken_up: list[UUID] = []
        for job_id, run_id in sent.items():
            run = runs.get(run_id)
            decision = verdict(run, datetime.now(UTC))
            if decision == "wait" or claims.is_claimed(self.engine, job_id):
                continue
            crash(client, [run.id] if run and run.state and not run.state.is_final() else [])
            with session(self.engine) as db:
                job = jobs.lock_job(db, job_id)
                if job.status is not JobStatus.PENDING:
                    continue
                if decision == "cancel":
                    jobs.cancel(db, job_id)
                elif self._again(db, job_id):
                    taken_up.append(job_id)
        return taken_up

    def _enqueue_forgotten(self) -> list[UUID]:
        """Pending jobs that were never put into the outbox."""
        with session(self.engine) as db:
            queued = select(QueuedTask.id).where(QueuedTask.job_id == GenerationJob.id).exists()
            forgotten = db.exec(
                select(GenerationJob.id).where(
                    GenerationJob.status == JobStatus.PENDING,
                    GenerationJob.session_id != local_user.LOCAL_SESSION_ID,
                    ~queued,
                )
            ).all()
            return [job_id for job_id in forgotten if self._again(db, job_id)]

    def _again(self, db: Session, job_id: UUID) -> bool:
        """Puts the job into the outbox once more, unless that has been tried too often."""
        job = jobs.lock_job(db, job_id)
        # What has brought the film on is no failed try: a version that came out well, a clip that was made.
        film = (
            select(func.max(Composition.completed_at))
            .where(Composition.job_id == job_id, Composition.status == CompositionStatus.COMPLETED)
            .scalar_subquery()
        )
        clip = select(func.max(Clip.completed_at)).where(Clip.job_id == job_id).scalar_subquery()
        lately = func.greatest(func.now() - TAKEN_UP_AGAIN_WITHIN, film, clip)
        tried = db.exec(
            select(func.count())
            .select_from(QueuedTask)
            .where(QueuedTask.job_id == job_id, col(QueuedTask.created_at) > lately)
        ).one()
        if tried >= MOST_DISPATCHES:
            if job.status is JobStatus.FAILED:
                jobs.retry(db, job_id)
            jobs.fail(
                db,
                job_id,
                GIVEN_UP,
                f"Its flow was started {tried} times within the hour and was broken off each time",
                "Look at the worker's log, then retry the job",
            )
            return False
        if job.status is JobStatus.FAILED:
            jobs.retry(db, job_id)
        enqueue(db, job)
        log.info("job taken up again", job_id=str(job_id), dispatches=tried + 1)
        return True


def flow_runs_of(db: Session, job_ids: Iterable[UUID]) -> list[UUID]:
    """The flow runs that were ever started for these jobs."""
    runs = db.exec(
        select(QueuedTask.flow_run_id).where(
            col(QueuedTask.job_id).in_(list(job_ids)), col(QueuedTask.flow_run_id).is_not(None)
        )
    )
    return [run for run in runs if run]


def crash(client: SyncPrefectClient, runs: Iterable[UUID]) -> None:
    """Tells Prefect what it can't see: the processes of these runs are gone."""
    for run in runs:
        try:
            if not (state := client.read_flow_run(run).state) or not state.is_final():
                client.set_flow_run_state(run, Crashed(message="Its process is gone."), force=True)
        except ObjectNotFound:
            continue  # it ran on another Prefect server


def _sent(db: Session) -> dict[UUID, UUID]:
    """Pending jobs whose newest dispatch was sent, with the flow run that it started."""
    any_task = aliased(QueuedTask)
    newest = (
        select(any_task.id)
        .where(any_task.job_id == GenerationJob.id)
        .order_by(col(any_task.created_at).desc(), col(any_task.id))
        .limit(1)
        .correlate(GenerationJob)
        .scalar_subquery()
    )
    rows = db.exec(
        select(GenerationJob.id, QueuedTask.flow_run_id)
        .join(QueuedTask, col(QueuedTask.id) == newest)
        .where(
            GenerationJob.status == JobStatus.PENDING,
            QueuedTask.status == DispatchStatus.DISPATCHED,
        )
    ).all()
    return {job_id: run_id for job_id, run_id in rows if run_id}
