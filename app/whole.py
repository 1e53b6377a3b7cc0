"""A job with its clips and the versions of its film, as one statement reads them.

What a page asks for most often. Three statements and the tables' own classes take three times as long, most
of it for the storyboard and the timelines, which are not shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlmodel import Session

from app.models import AspectRatio, ClipStatus, CompositionStatus, DeliveryStatus, JobStatus, JobType
from app.quality import ClipQuality


class WholeClip(BaseModel):
    """Of a clip's row what is shown."""

    number: int
    status: ClipStatus
    description: str
    frames: int
    attempts: int
    approved: bool | None
    source: str
    estimated_cost_usd: float
    actual_cost_usd: float
    storage_key: str | None
    thumbnail_key: str | None
    error_message: str | None
    completed_at: datetime | None
    quality: ClipQuality | None


class WholeFilm(BaseModel):
    """Of a composition's row what is shown."""

    id: UUID
    job_id: UUID
    version: int
    parent_id: UUID | None
    status: CompositionStatus
    storage_key: str | None
    thumbnail_key: str | None
    contact_sheet_key: str | None
    preview_key: str | None
    captions_key: str | None
    stream_key: str | None
    width: int | None
    height: int | None
    frames: int | None
    duration_seconds: float | None
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    size_bytes: int | None
    sha256: str | None
    renditions: list[dict[str, Any]]
    error_message: str | None
    created_at: datetime
    completed_at: datetime | None


class WholeDelivery(BaseModel):
    """Of a webhook's row what is shown."""

    id: UUID
    event: str
    status: DeliveryStatus
    attempts: int
    available_at: datetime
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None


class WholeJob(BaseModel):
    """Of a job's row what is shown: its clips as in the film, its versions by number, its webhooks by age."""

    id: UUID
    session_id: UUID | None
    job_type: JobType
    status: JobStatus
    prompt: str
    parameters: dict[str, Any]
    duration_seconds: int
    aspect_ratio: AspectRatio
    seed: int
    draft: bool
    title: str | None
    progress: int
    error_code: str | None
    error_message: str | None
    error_remedy: str | None
    estimated_cost_usd: float
    actual_cost_usd: float
    cancel_requested_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    webhook_url: str | None
    clips: list[WholeClip]
    films: list[WholeFilm]
    deliveries: list[WholeDelivery]


_LISTS = ("clips", "films", "deliveries")


def _columns(facts: type[BaseModel]) -> str:
    return ", ".join(name for name in facts.model_fields if name not in _LISTS)


_READ = text(f"""
SELECT row_to_json(whole)::text FROM (
    SELECT {_columns(WholeJob)},
        coalesce((
            SELECT json_agg(clip ORDER BY number)
            FROM (SELECT {_columns(WholeClip)} FROM clips WHERE job_id = job.id) AS clip
        ), '[]') AS clips,
        coalesce((
            SELECT json_agg(film ORDER BY version)
            FROM (SELECT {_columns(WholeFilm)} FROM compositions WHERE job_id = job.id) AS film
        ), '[]') AS films,
        coalesce((
            SELECT json_agg(delivery ORDER BY created_at)
            FROM (SELECT {_columns(WholeDelivery)} FROM webhook_deliveries WHERE job_id = job.id) AS delivery
        ), '[]') AS deliveries
    FROM generation_jobs AS job WHERE id = :job_id
) AS whole
""")


def read_whole(db: Session, job_id: UUID) -> WholeJob | None:
    """All that is shown of a job, with what this transaction has changed; None if there is no such job."""
    db.flush()
    found = db.connection().execute(_READ, {"job_id": job_id}).scalar()
    return None if found is None else WholeJob.model_validate_json(found)
