"""What is to be told of a job, written in the transaction that it tells of."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session, col, select

from app.models import Composition, CompositionStatus, GenerationJob, JobStatus, WebhookDelivery
from app.schemas.webhooks import Event, ToldComposition, ToldFailure, ToldGeneration, WebhookCall


def announce(db: Session, job: GenerationJob, event: Event) -> WebhookDelivery | None:
    """Puts a webhook into the outbox, if the job's request asked for one. The job must be locked."""
    if job.webhook_url is None or job.session_id is None:
        return None
    db.flush()
    delivery = WebhookDelivery(
        job_id=job.id,
        session_id=job.session_id,
        event=event,
        url=job.webhook_url,
        payload=_call(db, job, event).model_dump(mode="json"),
    )
    db.add(delivery)
    db.flush()
    return delivery


def _call(db: Session, job: GenerationJob, event: Event) -> WebhookCall:
    return WebhookCall(
        type=event,
        timestamp=datetime.now(UTC).replace(microsecond=0),
        data=ToldGeneration(
            generation_id=job.id,
            status=job.status,
            title=job.title,
            job_type=job.job_type.value,
            actual_cost_usd=float(job.actual_cost_usd),
            composition=_newest_film(db, job),
            error=_failure(job),
        ),
    )


def _newest_film(db: Session, job: GenerationJob) -> ToldComposition | None:
    finished = Composition.job_id == job.id, Composition.status == CompositionStatus.COMPLETED
    newest = select(Composition).where(*finished).order_by(col(Composition.version).desc()).limit(1)
    film = db.exec(newest).first()
    if film is None:
        return None
    shared = ("id", "version", "width", "height", "size_bytes", "sha256")
    return ToldComposition.model_validate(
        {name: getattr(film, name) for name in shared} | {"duration_s": film.duration_seconds}
    )


def _failure(job: GenerationJob) -> ToldFailure | None:
    if job.status is not JobStatus.FAILED:
        return None
    return ToldFailure.model_validate(
        {"code": job.error_code, "message": job.error_message, "remedy": job.error_remedy}
    )
