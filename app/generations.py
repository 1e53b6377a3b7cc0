"""Generations as users see them: asked for, listed, read, in the API's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app import admission, jobs
from app.compositions import composition_schema
from app.dispatch import enqueue
from app.links import Links
from app.models import (
    Composition,
    CompositionStatus,
    DeliveryStatus,
    GenerationJob,
    JobStatus,
    UserSession,
)
from app.outgoing.signing import webhook_id
from app.paging import decode_cursor, encode_cursor
from app.prices import require_affordable
from app.problems import NotFound, Unauthenticated, Unprocessable
from app.requests import GenerationCreate, fingerprint
from app.schemas.base import Page
from app.schemas.generations import Clip as ClipSchema
from app.schemas.generations import Failure, Generation, GenerationSummary
from app.schemas.webhooks import Delivery as DeliverySchema
from app.whole import WholeClip, WholeDelivery, WholeFilm, WholeJob, read_whole


class Film(NamedTuple):
    """What lists show of a version of a film."""

    id: UUID
    thumbnail_key: str | None


def submit(
    db: Session, session_id: UUID, request: GenerationCreate, idempotency_key: str | None
) -> tuple[GenerationJob, bool]:
    """The job of a request with its dispatch, and whether it is new.

    The same key of the same session gives the job that the key was first used for.

    Raises:
        AssetUnusable, LanguageUnspoken, PipelineDisabled, QuotaReached, WebhookRefused: as
            `admission.create_job`.
        BudgetExceeded: as `prices.require_affordable`.
        Unprocessable: the key was used for another request.
        Unauthenticated: the session is over.
    """
    user = db.get(UserSession, session_id)
    if user is None:
        raise Unauthenticated("The request was refused", "its session is over", "Open a new session")
    if idempotency_key and (known := _asked_before(db, session_id, request, idempotency_key)):
        return known, False
    try:
        with db.begin_nested():
            job = admission.create_job(db, request, user)
            require_affordable(db, request)
            job.idempotency_key = idempotency_key
            db.flush()
    except IntegrityError:
        # The same request, sent twice at once, and the other was first.
        known = idempotency_key and _asked_before(db, session_id, request, idempotency_key)
        if not known:
            raise
        return known, False
    enqueue(db, job, new=True)
    return job, True


def _asked_before(db: Session, session_id: UUID, request: GenerationCreate, key: str) -> GenerationJob | None:
    job = db.exec(
        select(GenerationJob).where(
            GenerationJob.session_id == session_id, GenerationJob.idempotency_key == key
        )
    ).first()
    if job and job.fingerprint != fingerprint(request):
        raise Unprocessable(
            "The generation was not started",
            "its Idempotency-Key was used for another request",
            "Use a new key for a new request",
            pointer="header:Idempotency-Key",
        )
    return job


def owned(db: Session, session_id: UUID, job_id: UUID) -> GenerationJob:
    """The session's own job.

    Raises:
        NotFound: there is none, or it is another session's, which nobody is told apart.
    """
    job = db.get(GenerationJob, job_id)
    if job is None or job.session_id != session_id:
        raise _not_found(job_id)
    return job


def read(db: Session, session_id: UUID, job_id: UUID, links: Links) -> Generation:
    """All that is known of the session's generation.

    Raises:
        NotFound: as `owned`.
    """
    job = read_whole(db, job_id)
    if job is None or job.session_id != session_id:
        raise _not_found(job_id)
    return _described(job, links)


def describe(db: Session, job_id: UUID, links: Links) -> Generation:
    """All that is known of a generation.

    Raises:
        NotFound: there is none.
    """
    job = read_whole(db, job_id)
    if job is None:
        raise _not_found(job_id)
    return _described(job, links)


def page(
    db: Session, session_id: UUID, *, cursor: str | None, limit: int, status: JobStatus | None, links: Links
) -> Page[GenerationSummary]:
    """A page of the session's generations, newest first.

    Raises:
        Unprocessable: the cursor is not one of ours.
    """
    before = decode_cursor(cursor) if cursor else None
    # One more than is shown tells whether there is another page.
    found = jobs.list_jobs(db, session_id, before=before, limit=limit + 1, status=status)
    shown = found[:limit]
    films = _newest_films(db, shown)
    more = len(found) > limit
    return Page(
        items=[_summary(job, films.get(job.id), links) for job in shown],
        next_cursor=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
    )


def _not_found(job_id: UUID) -> NotFound:
    return NotFound(
        f"There is no generation {job_id}", "it never was, or it is another session's", "List yours"
    )


def _described(job: WholeJob, links: Links) -> Generation:
    request = GenerationCreate.model_construct(**job.parameters)
    finished = [film for film in job.films if film.status is CompositionStatus.COMPLETED]
    summary = _summary(job, finished[-1] if finished else None, links)
    return Generation.model_construct(
        **dict(summary),
        seed=job.seed,
        brand_colors=list(request.brand_colors),
        cta=request.cta,
        also=list(request.also),
        clip_count=len(job.clips) or request.clip_count or request.clips,
        voice_over=request.voice_over,
        captions=request.captions,
        language=request.language,
        hls=request.hls,
        voice_asset_id=_uuid(request.voice_asset_id),
        logo_asset_id=_uuid(request.logo_asset_id),
        music_asset_id=_uuid(request.music_asset_id),
        estimated_cost_usd=job.estimated_cost_usd,
        actual_cost_usd=job.actual_cost_usd,
        cancel_requested=job.cancel_requested_at is not None and job.status in jobs.ACTIVE,
        error=_failure(job),
        started_at=job.started_at,
        clips=[_clip(clip, links) for clip in job.clips],
        compositions=[composition_schema(film, links) for film in job.films],
        webhook_url=job.webhook_url,
        webhook_deliveries=[_delivery(delivery) for delivery in job.deliveries],
    )


def _delivery(delivery: WholeDelivery) -> DeliverySchema:
    waits = delivery.status is DeliveryStatus.PENDING
    return DeliverySchema.model_construct(
        id=webhook_id(delivery.id),
        event=delivery.event,
        status=delivery.status,
        attempts=delivery.attempts,
        next_attempt_at=delivery.available_at if waits else None,
        last_error=delivery.last_error,
        created_at=delivery.created_at,
        delivered_at=delivery.delivered_at,
    )


def _newest_films(db: Session, shown: Sequence[GenerationJob]) -> dict[UUID, Film]:
    """The newest finished version of each job's film."""
    newest = (
        select(Composition.job_id, Composition.id, Composition.thumbnail_key)
        .where(
            col(Composition.job_id).in_([job.id for job in shown]),
            Composition.status == CompositionStatus.COMPLETED,
        )
        .distinct(col(Composition.job_id))
        .order_by(col(Composition.job_id), col(Composition.version).desc())
    )
    return {job_id: Film(film_id, picture) for job_id, film_id, picture in db.exec(newest)}


def _summary(job: GenerationJob | WholeJob, film: Film | WholeFilm | None, links: Links) -> GenerationSummary:
    # Rows are valid by the database's constraints; checking them again would be most of the answer's time.
    return GenerationSummary.model_construct(
        id=job.id,
        status=job.status,
        progress=job.progress,
        job_type=job.job_type,
        prompt=job.prompt,
        title=job.title,
        duration_s=job.duration_seconds,
        aspect=job.aspect_ratio,
        draft=job.draft,
        created_at=job.created_at,
        completed_at=job.completed_at,
        composition_id=film.id if film else None,
        thumbnail_url=links(film.thumbnail_key) if film and film.thumbnail_key else None,
    )


def _uuid(text: object) -> UUID | None:
    """Of a row's JSON, which has no type for it."""
    return UUID(str(text)) if text else None


def _failure(job: WholeJob) -> Failure | None:
    if job.status is not JobStatus.FAILED:
        return None
    return Failure.model_construct(
        code=job.error_code or "failed",
        message=job.error_message or "It failed",
        remedy=job.error_remedy or "Try again",
        recoverable=jobs.goes_on_by_itself(job),
    )


def _clip(clip: WholeClip, links: Links) -> ClipSchema:
    return ClipSchema.model_construct(
        number=clip.number,
        status=clip.status,
        description=clip.description,
        frames=clip.frames,
        attempts=clip.attempts,
        approved=clip.approved,
        source=clip.source,
        estimated_cost_usd=clip.estimated_cost_usd,
        actual_cost_usd=clip.actual_cost_usd,
        thumbnail_url=links(clip.thumbnail_key, version=clip.completed_at) if clip.thumbnail_key else None,
        video_url=links(clip.storage_key, version=clip.completed_at) if clip.storage_key else None,
        error_message=clip.error_message,
        quality=clip.quality,
        warning=clip.quality and clip.quality.warning,
    )
