"""What a user asked for and what was made of it: jobs, their clips and their compositions."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text

from app.models.columns import (
    Table,
    big,
    check,
    document,
    flag,
    moment,
    now,
    one_of,
    real,
    reference,
    small,
    stamped,
    usd,
    uuid_key,
    whole,
    words,
)


class JobType(StrEnum):
    """What kind of film is asked for."""

    AD_CREATIVE = "ad_creative"
    MUSIC_VIDEO = "music_video"


class AspectRatio(StrEnum):
    """The shape of the picture."""

    LANDSCAPE = "16:9"
    PORTRAIT = "9:16"
    SQUARE = "1:1"


class JobStatus(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    PLANNING = "planning"
    GENERATING = "generating"
    COMPOSING = "composing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ClipStatus(StrEnum):
    """Where a clip stands."""

    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CompositionStatus(StrEnum):
    """Where a composition stands."""

    PENDING = "pending"
    COMPOSING = "composing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class GenerationJob(Table, table=True):
    """A generation that a user asked for. ``app.jobs`` moves it from state to state."""

    __tablename__ = "generation_jobs"
    __table_args__ = (
        check("prompt_length", "char_length(prompt) BETWEEN 1 AND 2000"),
        check(
            "duration_by_type",
            "(job_type <> 'ad_creative' OR duration_seconds BETWEEN 15 AND 60)"
            " AND (job_type <> 'music_video' OR duration_seconds BETWEEN 60 AND 180)",
        ),
        check("seed_not_negative", "seed >= 0"),
        check("title_length", "char_length(title) BETWEEN 1 AND 200"),
        check("fingerprint_sha256", "fingerprint ~ '^[0-9a-f]{64}$'"),
        check("parameters_object", "jsonb_typeof(parameters) = 'object'"),
        check("progress_percent", "progress BETWEEN 0 AND 100"),
        check("costs_not_negative", "estimated_cost_usd >= 0 AND actual_cost_usd >= 0"),
        check("error_when_failed", "(status = 'failed') = (error_code IS NOT NULL)"),
        check("completed_after_started", "completed_at >= started_at"),
        Index(
            "ix_generation_jobs_session_id_created_at_id",
            "session_id",
            text("created_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_generation_jobs_session_id_status_created_at_id",
            "session_id",
            "status",
            text("created_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_generation_jobs_active",
            "status",
            "created_at",
            postgresql_where=text("status IN ('pending', 'planning', 'generating', 'composing')"),
        ),
        check("idempotency_key_length", "char_length(idempotency_key) BETWEEN 1 AND 255"),
        check("webhook_url_length", "char_length(webhook_url) BETWEEN 1 AND 2000"),
        Index(
            "uq_generation_jobs_session_id_idempotency_key",
            "session_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        Index("ix_generation_jobs_fingerprint", "fingerprint", text("created_at DESC")),
        Index(
            "ix_generation_jobs_completed_at",
            "completed_at",
            postgresql_where=text("completed_at IS NOT NULL"),
        ),
    )

    id: UUID = uuid_key()
    # A job outlives the session that asked for it.
    session_id: UUID | None = reference("user_sessions.id", ondelete="SET NULL", nullable=True)
    job_type: JobType = one_of(JobType, name="job_type")
    status: JobStatus = one_of(JobStatus, name="status", default=JobStatus.PENDING)
    prompt: str = words(nullable=False)
    parameters: dict[str, Any] = document()
    duration_seconds: int = small()
    aspect_ratio: AspectRatio = one_of(AspectRatio, name="aspect_ratio")
    seed: int = big()
    title: str | None = words()
    storyboard: dict[str, Any] | None = document(nullable=True)
    fingerprint: str = words(nullable=False)
    # What the client called its request, so that one sent twice is one job.
    idempotency_key: str | None = words()
    # Small and cheap, to be looked at and promoted: another job makes the film then.
    draft: bool = flag(default=False)
    # Not among the parameters, which are shown in places: an address may hold its owner's secret.
    webhook_url: str | None = words()
    progress: int = small(default=0)
    error_code: str | None = words()
    error_message: str | None = words()
    error_remedy: str | None = words()
    estimated_cost_usd: Decimal = usd()
    actual_cost_usd: Decimal = usd()
    cancel_requested_at: datetime | None = moment()
    created_at: datetime = now()
    updated_at: datetime = stamped(nullable=False)
    started_at: datetime | None = stamped()
    completed_at: datetime | None = stamped()


class Clip(Table, table=True):
    """A generated shot of a job. ``number`` counts from 1 in the order of the film."""

    __tablename__ = "clips"
    __table_args__ = (
        UniqueConstraint("job_id", "number"),
        check("number_range", "number BETWEEN 1 AND 20"),
        check("frames_positive", "frames > 0"),
        check("description_length", "char_length(description) BETWEEN 1 AND 4000"),
        check("attempts_not_negative", "attempts >= 0"),
        check("costs_not_negative", "estimated_cost_usd >= 0 AND actual_cost_usd >= 0"),
        check("stored_when_completed", "status <> 'completed' OR storage_key IS NOT NULL"),
        check("quality_object", "jsonb_typeof(quality) = 'object'"),
        check("completed_after_started", "completed_at >= started_at"),
        Index("ix_clips_address", "address"),
        Index("ix_clips_external_id", "external_id", postgresql_where=text("external_id IS NOT NULL")),
    )

    id: UUID = uuid_key()
    job_id: UUID = reference("generation_jobs.id", ondelete="CASCADE")
    number: int = small()
    status: ClipStatus = one_of(ClipStatus, name="status", default=ClipStatus.PENDING)
    description: str = words(nullable=False)
    frames: int = whole()
    # The hash of all that decides the clip's bytes; two jobs may share one stored clip.
    address: str = words(nullable=False)
    storage_key: str | None = words()
    thumbnail_key: str | None = words()
    source: str = words(nullable=False)
    external_id: str | None = words()
    # Of a draft's clips: whether its shot is to be made in full; null while nobody has said.
    approved: bool | None = flag(nullable=True)
    # What was measured on each take of it: app.quality.ClipQuality.
    quality: dict[str, Any] | None = document(nullable=True)
    attempts: int = small(default=0)
    error_message: str | None = words()
    estimated_cost_usd: Decimal = usd()
    actual_cost_usd: Decimal = usd()
    created_at: datetime = now()
    updated_at: datetime = stamped(nullable=False)
    started_at: datetime | None = stamped()
    completed_at: datetime | None = stamped()


class Composition(Table, table=True):
    """A version of a job's finished film. An edit is a new version with its origin as parent."""

    __tablename__ = "compositions"
    __table_args__ = (
        UniqueConstraint("job_id", "version"),
        check("version_positive", "version > 0"),
        check("not_its_own_parent", "parent_id <> id"),
        check("timeline_object", "jsonb_typeof(timeline) = 'object'"),
        check("renditions_array", "jsonb_typeof(renditions) = 'array'"),
        check("cut_list_object", "jsonb_typeof(cut_list) = 'object'"),
        check("size_positive", "width > 0 AND height > 0 AND frames > 0 AND duration_seconds > 0"),
        check("size_bytes_positive", "size_bytes > 0"),
        check("sha256_hex", "sha256 ~ '^[0-9a-f]{64}$'"),
        check(
            "whole_when_completed",
            "status <> 'completed' OR num_nulls(storage_key, width, height, frames,"
            " duration_seconds, size_bytes, sha256) = 0",
        ),
        check("completed_after_started", "completed_at >= started_at"),
        Index("ix_compositions_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    )

    id: UUID = uuid_key()
    job_id: UUID = reference("generation_jobs.id", ondelete="CASCADE")
    version: int = small(default=1)
    parent_id: UUID | None = reference("compositions.id", ondelete="SET NULL", nullable=True)
    status: CompositionStatus = one_of(CompositionStatus, name="status", default=CompositionStatus.PENDING)
    storage_key: str | None = words()
    thumbnail_key: str | None = words()
    contact_sheet_key: str | None = words()
    preview_key: str | None = words()
    captions_key: str | None = words()
    stream_key: str | None = words()
    # What was asked of this version: planning.cut_list.CutList. The timeline is what came of it.
    cut_list: dict[str, Any] | None = document(nullable=True)
    timeline: dict[str, Any] = document(default="{}")
    width: int | None = small(nullable=True)
    height: int | None = small(nullable=True)
    frames: int | None = whole(nullable=True)
    duration_seconds: float | None = real()
    loudness_lufs: float | None = real()
    true_peak_dbtp: float | None = real()
    size_bytes: int | None = big(nullable=True)
    sha256: str | None = words()
    # The same film in other aspect ratios: app.records.Rendition, one each.
    renditions: list[dict[str, Any]] = document(default="[]")
    error_message: str | None = words()
    created_at: datetime = now()
    updated_at: datetime = stamped(nullable=False)
    started_at: datetime | None = stamped()
    completed_at: datetime | None = stamped()
