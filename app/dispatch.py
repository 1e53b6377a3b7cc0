"""From a job's row to a Prefect flow run: the outbox, and who sends what lies in it.

A job and its dispatch are written in one transaction, and sent afterwards: nothing that was accepted is lost,
whatever is down at the moment. Sending twice is harmless, since the idempotency key finds the first run.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import httpx
import structlog
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from sqlalchemy import Engine, exists, func
from sqlmodel import Session, col, select

from app import jobs
from app.database import session
from app.models import DispatchStatus, GenerationJob, JobStatus, QueuedTask

DEPLOYMENT = "generate/film"
LONGEST_DELAY_S = 30.0
# Of the schema that a deployment's parameters are checked against.
_REFUSED = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)

log = structlog.get_logger(__name__)


def enqueue(db: Session, job: GenerationJob, *, new: bool = False) -> QueuedTask:
    """Puts a pending job into the outbox, in the transaction that makes it pending.

    The first dispatch goes under the job's id, so that it can only ever start one flow run; every later one
    (a retry, an edit) under the id and its number. A `new` job has none yet, which then need not be asked.
    """
    earlier = select(func.count()).select_from(QueuedTask).where(QueuedTask.job_id == job.id)
    before = 0 if new else db.exec(earlier).one()
    task = QueuedTask(
        job_id=job.id,
        deployment=DEPLOYMENT,
        parameters={"job_id": str(job.id)},
        idempotency_key=f"{job.id}:{before + 1}" if before else str(job.id),
    )
    db.add(task)
    db.flush()
    return task


def dispatch_due(engine: Engine, client: SyncPrefectClient) -> int:
    """Starts the flow runs of dispatches that are due, as many as may run at once; returns how many.

    Raises:
        DatabaseUnavailable: the database can't be reached.
        httpx.TransportError: Prefect's server can't be reached; everything stays due.
    """
    with session(engine) as db:
        due = [task.id for task in _due(db, limit=_capacity(db))]
    started = 0
    for task_id in due:
        started += _send(engine, client, task_id)
    return started


def _capacity(db: Session) -> int:
    """How many more jobs may be worked on now."""
    waiting = exists().where(
        col(QueuedTask.job_id) == GenerationJob.id, col(QueuedTask.status) == DispatchStatus.PENDING
    )
    sent = exists().where(
        col(QueuedTask.job_id) == GenerationJob.id, col(QueuedTask.status) == DispatchStatus.DISPATCHED
    )
    starting = (col(GenerationJob.status) == JobStatus.PENDING) & sent & ~waiting
    working = db.exec(
        select(func.count())
        .select_from(GenerationJob)
        .where(col(GenerationJob.status).in_(jobs.ACTIVE) | starting)
    ).one()
    return max(0, jobs.most_at_once(db) - working)


def _due(db: Session, *, limit: int) -> list[QueuedTask]:
    # As their jobs came: a film that lost its worker goes on before those that were ordered after it.
    return list(
        db.exec(
            select(QueuedTask)
            .join(GenerationJob, col(GenerationJob.id) == QueuedTask.job_id)
            .where(QueuedTask.status == DispatchStatus.PENDING, QueuedTask.available_at <= func.now())
            .order_by(col(GenerationJob.created_at), col(QueuedTask.created_at))
            .limit(limit)
        )
    )


def _send(engine: Engine, client: SyncPrefectClient, task_id: UUID) -> bool:
    """Starts one dispatch's flow run and writes down which; says whether it is started."""
    with session(engine) as db:
        task = db.get(QueuedTask, task_id)
        if task is None or task.status is not DispatchStatus.PENDING:
            return False
    try:
        deployment = client.read_deployment_by_name(task.deployment)
        run = client.create_flow_run_from_deployment(
            deployment.id,
            parameters=task.parameters,
            idempotency_key=task.idempotency_key,
            name=f"film-{task.job_id}",
        )
    except ObjectNotFound:
        _put_off(engine, task_id, f"Prefect has no deployment {task.deployment}")
        return False
    except (PrefectHTTPStatusError, httpx.HTTPStatusError) as refusal:
        if refusal.response.status_code in _REFUSED:
            _give_up(engine, task_id, f"Prefect refused the parameters: {refusal.response.text[:500]}")
        else:
            _put_off(engine, task_id, f"Prefect answered {refusal.response.status_code}")
        return False
    with session(engine) as db:
        mark_sent(db, task.job_id, run.id)
    log.info("job dispatched", job_id=str(task.job_id), flow_run_id=str(run.id))
    return True


def mark_sent(db: Session, job_id: UUID, flow_run_id: UUID) -> bool:
    """Links the job's waiting dispatch to its flow run; says whether one was waiting.

    Called by whoever notices first: the run may have begun before its sender has heard of it.
    """
    jobs.lock_job(db, job_id)
    task = db.exec(
        select(QueuedTask)
        .where(QueuedTask.job_id == job_id, QueuedTask.status == DispatchStatus.PENDING)
        .order_by(col(QueuedTask.created_at))
        .limit(1)
    ).first()
    known = db.exec(
        select(QueuedTask.id).where(QueuedTask.job_id == job_id, QueuedTask.flow_run_id == flow_run_id)
    ).first()
    if known or task is None:
        return known is not None
    task.status = DispatchStatus.DISPATCHED
    task.flow_run_id = flow_run_id
    task.dispatched_at = datetime.now(UTC)
    task.attempts += 1
    task.last_error = None
    db.flush()
    return True


def _put_off(engine: Engine, task_id: UUID, reason: str) -> None:
    with session(engine) as db:
        task = db.get_one(QueuedTask, task_id, with_for_update=True)
        task.attempts = min(task.attempts + 1, 1000)
        task.last_error = reason
        task.available_at = datetime.now(UTC) + timedelta(seconds=min(2.0**task.attempts, LONGEST_DELAY_S))
    log.warning("dispatch put off", job_id=str(task.job_id), reason=reason)


def _give_up(engine: Engine, task_id: UUID, reason: str) -> None:
    with session(engine) as db:
        task = db.get_one(QueuedTask, task_id)
        job = jobs.lock_job(db, task.job_id)
        task.status = DispatchStatus.FAILED
        task.last_error = reason
        if job.status is JobStatus.PENDING:
            jobs.fail(db, job.id, "dispatch_refused", reason, "Tell the operator: flow and API don't match")
    log.error("dispatch given up", job_id=str(task.job_id), reason=reason)
