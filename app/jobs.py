"""The life of a job: moved from state to state, broken off, taken up again.

Every function that changes a job locks its row first, so that states change one after the other
whoever asks; what belongs to the job (clips, compositions, dispatches) is locked after it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, tuple_, update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.configuration import configured
from app.errors import AppError
from app.local_user import LOCAL_SESSION_ID
from app.models import (
    Clip,
    ClipStatus,
    Composition,
    CompositionStatus,
    DispatchStatus,
    GenerationJob,
    JobStatus,
    QueuedTask,
)
from app.outgoing.outbox import announce
from app.whole import WholeJob

ACTIVE = frozenset({JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING})
"""The states in which some process works on the job."""

_STOPS = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})
TRANSITIONS = MappingProxyType(
    {
        JobStatus.PENDING: _STOPS | {JobStatus.PLANNING},
        JobStatus.PLANNING: _STOPS | {JobStatus.GENERATING},
        JobStatus.GENERATING: _STOPS | {JobStatus.COMPOSING},
        JobStatus.COMPOSING: _STOPS | {JobStatus.COMPLETED},
        JobStatus.COMPLETED: frozenset({JobStatus.PENDING}),
        JobStatus.FAILED: frozenset({JobStatus.PENDING}),
        JobStatus.CANCELLED: frozenset[JobStatus](),
    }
)
"""Where a job may go from each state.

A failed job goes back to pending when it is run again, a completed one when its film is edited.
"""


INTERRUPTED = "interrupted"
"""The error code of a job whose process ended before it did."""


class JobError(AppError):
    """A job can't do what was asked of it."""


class JobNotFound(JobError):
    """There is no such job."""


class IllegalTransition(JobError):
    """The job is in a state from which it can't go where it was sent."""


def most_at_once(session: Session) -> int:
    """How many jobs may be worked on at once, as the operator has it."""
    return configured(session).max_concurrent_jobs


def lock_job(session: Session, job_id: UUID) -> GenerationJob:
    """The job as it is now; nobody else changes it before this transaction ends.

    Raises:
        JobNotFound: there is no such job.
    """
    job = session.get(GenerationJob, job_id, with_for_update=True, populate_existing=True)
    if job is None:
        raise JobNotFound(
            f"There is no job {job_id}", "it never was, or it was cleaned up", "List the jobs there are"
        )
    return job


def advance(session: Session, job_id: UUID, to: JobStatus) -> GenerationJob:
    """Moves a job to its next state.

    A job that is in that state already, and is being worked on, stays there: a step that is
    repeated after a fault says again where it is.

    Raises:
        JobNotFound: there is no such job.
        IllegalTransition: ``TRANSITIONS`` has no way from its state to ``to``.
    """
    job = lock_job(session, job_id)
    if job.status is to and to in ACTIVE:
        return job
    _move(job, to)
    if to is JobStatus.COMPLETED:
        job.progress = 100
        announce(session, job, "generation.completed")
    session.flush()
    return job


def goes_on_by_itself(job: GenerationJob | WholeJob) -> bool:
    """Whether a failed job will be taken up again without anybody's doing."""
    return job.error_code == INTERRUPTED and job.session_id != LOCAL_SESSION_ID


def report_progress(session: Session, job_id: UUID, percent: int) -> None:
    """Notes how far an active job is, 0 to 100. It never goes back, and an ended job keeps its figure."""
    session.exec(
        update(GenerationJob)
        .where(col(GenerationJob.id) == job_id, col(GenerationJob.status).in_(ACTIVE))
        .values(progress=func.greatest(col(GenerationJob.progress), percent))
    )


def fail(session: Session, job_id: UUID, code: str, message: str, remedy: str) -> GenerationJob:
    """Ends a job as failed. Finished clips are kept; clips in the making wait for the next run.

    Args:
        session: the transaction.
        job_id: the job.
        code: a short name of the cause, such as ``disk_full``.
        message: what happened and why.
        remedy: what to do next.

    Raises:
        JobNotFound: there is no such job.
        IllegalTransition: it has ended already.
    """
    job = lock_job(session, job_id)
    _move(job, JobStatus.FAILED)
    job.error_code, job.error_message, job.error_remedy = code, message, remedy
    _settle_clips(session, job_id, (ClipStatus.GENERATING,), ClipStatus.PENDING)
    _settle_compositions(session, job_id, CompositionStatus.FAILED, message)
    if not goes_on_by_itself(job):
        announce(session, job, "generation.failed")
    session.flush()
    return job


def cancel(session: Session, job_id: UUID) -> GenerationJob:
    """Ends a job as cancelled, with whatever of it was unfinished.

    When it has a finished film only the edit of it is cancelled, and the job is completed as it was before.
    A clip that was to be made again is then made with the next version.

    Raises:
        JobNotFound: there is no such job.
        IllegalTransition: it has ended already.
    """
    job = lock_job(session, job_id)
    has_film = _has_film(session, job_id)
    _move(job, JobStatus.CANCELLED)
    if has_film:
        job.status, job.progress, job.cancel_requested_at = JobStatus.COMPLETED, 100, None
        _settle_clips(session, job_id, (ClipStatus.GENERATING,), ClipStatus.PENDING)
    else:
        job.cancel_requested_at = job.cancel_requested_at or datetime.now(UTC)
        _settle_clips(session, job_id, (ClipStatus.PENDING, ClipStatus.GENERATING), ClipStatus.CANCELLED)
    _settle_compositions(session, job_id, CompositionStatus.CANCELLED)
    session.exec(
        update(QueuedTask)
        .where(col(QueuedTask.job_id) == job_id, col(QueuedTask.status) == DispatchStatus.PENDING)
        .values(status=DispatchStatus.CANCELLED)
    )
    announce(session, job, "generation.cancelled")
    session.flush()
    return job


def request_cancel(session: Session, job_id: UUID) -> GenerationJob:
    """Asks the process that works on a job to stop. A pending job is cancelled at once.

    Raises:
        JobNotFound: there is no such job.
        IllegalTransition: it has ended already.
    """
    job = lock_job(session, job_id)
    if job.status not in ACTIVE:
        return cancel(session, job_id)
    job.cancel_requested_at = job.cancel_requested_at or datetime.now(UTC)
    session.flush()
    return job


def retry(session: Session, job_id: UUID) -> GenerationJob:
    """Puts a failed job back to pending, to go on with the version of its film that it failed at.

    Its storyboard and its finished clips are kept.

    Raises:
        JobNotFound: there is no such job.
        IllegalTransition: it has not failed.
    """
    job = lock_job(session, job_id)
    if job.status is JobStatus.COMPLETED:
        raise IllegalTransition(
            f"Job {job.id} can't become {JobStatus.PENDING}", "it has not failed", "Edit its film instead"
        )
    _restart(session, job)
    newest = select(func.max(Composition.version)).where(Composition.job_id == job_id).scalar_subquery()
    session.exec(
        update(Composition)
        .where(
            col(Composition.job_id) == job_id,
            col(Composition.version) == newest,
            col(Composition.status) == CompositionStatus.FAILED,
        )
        .values(status=CompositionStatus.PENDING, error_message=None)
    )
    session.flush()
    return job


def reopen(session: Session, job_id: UUID) -> GenerationJob:
    """Puts a job that has a finished film back to pending, to make another version of it.

    Its storyboard and its clips are kept. An edit that failed is given up for the new one.

    Raises:
        JobNotFound: there is no such job.
        IllegalTransition: it is being worked on, or has no finished film.
    """
    job = lock_job(session, job_id)
    if job.status is JobStatus.FAILED and not _has_film(session, job_id):
        raise IllegalTransition(
            f"Job {job.id} can't be edited", "it failed before it had a film", "Retry it first"
        )
    _restart(session, job)
    session.flush()
    return job


def list_jobs(
    session: Session,
    session_id: UUID,
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 20,
    status: JobStatus | None = None,
) -> Sequence[GenerationJob]:
    """A page of a user's jobs, newest first, without their storyboards and parameters.

    Args:
        session: the transaction.
        session_id: the user session whose jobs they are.
        before: ``(created_at, id)`` of the last job of the page before; None for the first page.
        limit: the most that a page holds.
        status: of these only; None for all.
    """
    place = tuple_(col(GenerationJob.created_at), col(GenerationJob.id))
    query = select(GenerationJob).where(GenerationJob.session_id == session_id)
    if before is not None:
        query = query.where(place < before)
    if status is not None:
        query = query.where(GenerationJob.status == status)
    newest_first = col(GenerationJob.created_at).desc(), col(GenerationJob.id).desc()
    # They are most of a row, and no list shows them.
    large = (defer(getattr(GenerationJob, name), raiseload=True) for name in ("storyboard", "parameters"))
    return session.exec(query.order_by(*newest_first).limit(limit).options(*large)).all()


def _restart(session: Session, job: GenerationJob) -> None:
    _move(job, JobStatus.PENDING)
    job.error_code = job.error_message = job.error_remedy = job.cancel_requested_at = None
    job.progress = 0
    _settle_clips(session, job.id, (ClipStatus.FAILED,), ClipStatus.PENDING)


def _has_film(session: Session, job_id: UUID) -> bool:
    finished = Composition.job_id == job_id, Composition.status == CompositionStatus.COMPLETED
    return session.exec(select(Composition.id).where(*finished).limit(1)).first() is not None


def _move(job: GenerationJob, to: JobStatus) -> None:
    if to not in TRANSITIONS[job.status]:
        open_ways = ", ".join(sorted(TRANSITIONS[job.status]))
        raise IllegalTransition(
            f"Job {job.id} can't become {to}",
            f"it is {job.status}" + ("" if open_ways else ", which is final"),
            f"From here it can become {open_ways}" if open_ways else "Start a new job",
        )
    job.status = to


def _settle_clips(session: Session, job_id: UUID, unfinished: tuple[ClipStatus, ...], to: ClipStatus) -> None:
    session.exec(
        update(Clip)
        .where(col(Clip.job_id) == job_id, col(Clip.status).in_(unfinished))
        .values(status=to, error_message=None)
    )


def _settle_compositions(
    session: Session, job_id: UUID, to: CompositionStatus, message: str | None = None
) -> None:
    unfinished = (CompositionStatus.PENDING, CompositionStatus.COMPOSING)
    session.exec(
        update(Composition)
        .where(col(Composition.job_id) == job_id, col(Composition.status).in_(unfinished))
        .values(status=to, error_message=message)
    )
