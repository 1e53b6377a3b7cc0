"""Generations and their clips as the API gives them."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict
from pydantic.config import JsonDict

from app.models import ClipStatus, JobStatus
from app.quality import ClipQuality
from app.schemas.base import Schema
from app.schemas.compositions import EXAMPLE as COMPOSITION
from app.schemas.compositions import Composition
from app.schemas.webhooks import DELIVERY, Delivery
from planning.brief import Aspect, JobType
from planning.narration import Captions, Language

_SUMMARY: JsonDict = {
    "id": COMPOSITION["generation_id"],
    "status": "completed",
    "progress": 100,
    "job_type": "ad_creative",
    "prompt": "Volta, the electric city bike: glide through the morning, arrive fresh.",
    "title": "Volta",
    "duration_s": 15,
    "aspect": "16:9",
    "draft": False,
    "created_at": "2026-11-24T10:00:00Z",
    "completed_at": "2026-11-24T10:02:05Z",
    "composition_id": COMPOSITION["id"],
    "thumbnail_url": COMPOSITION["thumbnail_url"],
}
_CLIP: JsonDict = {
    "number": 1,
    "status": "completed",
    "description": "A bike leans on a wall at dawn",
    "frames": 160,
    "attempts": 1,
    "approved": None,
    "source": "drawn/1",
    "estimated_cost_usd": 0.0,
    "actual_cost_usd": 0.0,
    "thumbnail_url": "https://films.example.com/media/generations/3f6c/thumbnails/clip_001.jpg?expires=1795600800&signature=aa07",
    "video_url": "https://films.example.com/media/generations/3f6c/clips/clip_001.mp4?expires=1795600800&signature=c311",
    "error_message": None,
    "quality": {
        "takes": [
            {
                "seed": 1_184_203_377,
                "faults": [],
                "cause": None,
                "usable": True,
                "decode_errors": 0,
                "frames": 160,
                "width": 1280,
                "height": 720,
                "black": 0.0,
                "frozen": 0.0,
                "sharpness": 0.502,
                "palette_distance": 0.0172,
                "lettering": 0.0,
                "style_distance": 0.11,
                "milliseconds": 890.0,
            }
        ],
        "chosen": 0,
    },
    "warning": None,
}
_GENERATION: JsonDict = _SUMMARY | {
    "seed": 7,
    "brand_colors": ["#0fb5ae", "#ff8a3d"],
    "cta": "Book a test ride",
    "also": [],
    "clip_count": 3,
    "voice_over": "Glide through the morning. Arrive fresh.",
    "captions": "track",
    "language": "en",
    "hls": False,
    "logo_asset_id": None,
    "voice_asset_id": None,
    "music_asset_id": None,
    "estimated_cost_usd": 0.0,
    "actual_cost_usd": 0.0,
    "cancel_requested": False,
    "error": None,
    "started_at": "2026-11-24T10:00:01Z",
    "clips": [_CLIP],
    "compositions": [COMPOSITION],
    "webhook_url": "https://shop.example.com/reelflow",
    "webhook_deliveries": [DELIVERY],
}
_ESTIMATE: JsonDict = {
    "clips": 3,
    "frames": 450,
    "cost_usd": 0.0,
    "draft_cost_usd": 0.0,
    "full_cost_usd": 0.0,
    "render_seconds": 55.0,
    "queue_seconds": 0.0,
    "jobs_ahead": 0,
}
_FILE: JsonDict = {
    "kind": "clip_thumbnail",
    "filename": "clip_001.jpg",
    "content_type": "image/jpeg",
    "size_bytes": 20480,
    "clip_number": 1,
    "composition_id": None,
    "url": _CLIP["thumbnail_url"],
}


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

    approved: bool | None
    """Of a draft: whether its shot is to be made in full; null while nobody has said."""

    source: str
    estimated_cost_usd: float
    actual_cost_usd: float

    thumbnail_url: str | None
    """A JPEG, once the clip is made; good for an hour."""

    video_url: str | None
    """An MP4 without sound, once the clip is made; good for an hour."""

    error_message: str | None

    quality: ClipQuality | None
    """What was measured on it when it arrived; null until then."""

    warning: str | None
    """Set where every take of the clip had faults, and the best of them is shown."""


class GenerationSummary(Schema):
    """A generation as lists show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY]})

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

    draft: bool
    """Small and cheap, to be looked at; `POST /generations/{id}/promote` makes the film of it."""

    created_at: datetime
    completed_at: datetime | None

    composition_id: UUID | None
    """The newest finished version of the film."""

    thumbnail_url: str | None
    """Its poster frame, a JPEG; good for an hour."""


class Generation(GenerationSummary):
    """All that is known of a generation."""

    model_config = ConfigDict(json_schema_extra={"examples": [_GENERATION]})

    seed: int
    brand_colors: list[str]
    cta: str | None

    also: list[Aspect]
    """Aspect ratios in which it was asked for besides its own."""

    clip_count: int
    voice_over: str | None
    captions: Captions
    language: Language
    hls: bool
    logo_asset_id: UUID | None
    voice_asset_id: UUID | None
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

    webhook_url: str | None

    webhook_deliveries: list[Delivery]
    """What was told there, or will be, oldest first."""


class Estimate(Schema):
    """What a generation would take."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ESTIMATE]})

    clips: int
    frames: int

    cost_usd: float
    """Of all that is ordered for it: its plan, its clips, a picture of their subject, music and voice."""

    draft_cost_usd: float
    """As a draft."""

    full_cost_usd: float
    """In full; of a draft, if all of its scenes are promoted."""

    render_seconds: float
    """How long it will be worked on, from what films of this length took before."""

    queue_seconds: float
    """How long it will wait before that."""

    jobs_ahead: int
    """Generations that wait or are worked on now."""


class GenerationAsset(Schema):
    """A file that a generation has made."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FILE]})

    kind: str
    """`clip`, `clip_thumbnail`, `video`, `thumbnail`, `contact_sheet`, `preview`, `captions`, `stream`,
    `timeline` or `metadata`."""

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
