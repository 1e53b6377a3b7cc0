"""Generations and their clips as the API gives them."""

from datetime import datetime
from uuid import UUID

from app.models import ClipStatus, JobStatus
from app.schemas.base import Schema
from app.schemas.compositions import Composition
from planning.brief import Aspect, JobType


class Failure(Schema):
    """Why a generation failed."""

    code: str
    """A short, stable name, such as `disk_full`."""

    message: str
    """What happened, and why."""

    remedy: str
    """What to do next."""

    recoverable: bool
    """Whether it is taken up again by itself; any other may be: `POST /generations/{id}/retry`."""


class Clip(Schema):
    """A shot of the film."""

    number: int
    """Counts from 1 in the order of the storyboard."""

    status: ClipStatus
    description: str
    frames: int
    attempts: int
    source: str
    estimated_cost_usd: float
    actual_cost_usd: float

    thumbnail_url: str | None
    """A JPEG, once the clip is made; good for an hour."""

    video_url: str | None
    """An MP4 without sound, once the clip is made; good for an hour."""

    error_message: str | None


class GenerationSummary(Schema):
    """A generation as lists show it."""

    id: UUID
    status: JobStatus

    progress: int
    """Percent."""

    job_type: JobType
    prompt: str

    title: str | None
    """Null until it is planned."""

    duration_s: int
    aspect: Aspect
    created_at: datetime
    completed_at: datetime | None

    composition_id: UUID | None
    """The newest finished version of the film."""

    thumbnail_url: str | None
    """Its poster frame, a JPEG; good for an hour."""


class Generation(GenerationSummary):
    """All that is known of a generation."""

    seed: int
    brand_colors: list[str]
    cta: str | None
    clip_count: int
    logo_asset_id: UUID | None
    music_asset_id: UUID | None
    estimated_cost_usd: float
    actual_cost_usd: float

    cancel_requested: bool
    """Whether it is on its way to be cancelled."""

    error: Failure | None
    started_at: datetime | None

    clips: list[Clip]
    """In order; empty until it is planned."""

    compositions: list[Composition]
    """Every version of the film, oldest first."""


class Estimate(Schema):
    """What a generation would take."""

    clips: int
    frames: int
    cost_usd: float

    render_seconds: float
    """How long it will be worked on, from what films of this length took before."""

    queue_seconds: float
    """How long it will wait before that."""

    jobs_ahead: int
    """Generations that wait or are worked on now."""


class GenerationAsset(Schema):
    """A file that a generation has made."""

    kind: str
    """`clip`, `clip_thumbnail`, `video`, `thumbnail`, `contact_sheet`, `timeline` or `metadata`."""

    filename: str
    content_type: str
    size_bytes: int

    clip_number: int | None
    """Of clips and their thumbnails."""

    composition_id: UUID | None
    """Of everything that belongs to a version of the film."""

    url: str
    """Where to GET it for the next hour."""


class GenerationAssets(Schema):
    """Every file that a generation has made: its clips', then those of each version of the film."""

    items: list[GenerationAsset]
