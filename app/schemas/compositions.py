"""Compositions, the versions of a film, as the API gives them."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict
from pydantic.config import JsonDict

from app.models import CompositionStatus
from app.schemas.base import Schema
from planning.brief import FPS, Aspect
from planning.cut_list import EXAMPLE as CUT_LIST
from planning.cut_list import CutList

EXAMPLE: JsonDict = {
    "id": "b7a3f2de-7c56-4a0f-9b8e-0f3b7c1d2e4a",
    "generation_id": "3f6c0a52-7c55-4b9b-9a53-5f6b1c3d2e1f",
    "version": 1,
    "parent_id": None,
    "status": "completed",
    "width": 1280,
    "height": 720,
    "frames": 450,
    "duration_s": 15.0,
    "loudness_lufs": -14.0,
    "true_peak_dbtp": -1.2,
    "size_bytes": 4213807,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "video_url": "https://films.example.com/media/compositions/b7a3/final.mp4?expires=1795600800&signature=4be1",
    "thumbnail_url": "https://films.example.com/media/compositions/b7a3/thumbnail.jpg?expires=1795600800&signature=90d2",
    "contact_sheet_url": None,
    "preview_url": "https://films.example.com/media/compositions/b7a3/preview.webp?expires=1795600800&signature=77c1",
    "captions_url": None,
    "hls_url": None,
    "timeline_url": None,
    "renditions": [],
    "error_message": None,
    "created_at": "2026-11-24T10:01:10Z",
    "completed_at": "2026-11-24T10:02:05Z",
}
_TIMELINE: JsonDict = {
    "composition_id": EXAMPLE["id"],
    "generation_id": EXAMPLE["generation_id"],
    "version": 1,
    "fps": FPS,
    "frames": 210,
    "cut_list": CUT_LIST,
    "clips": [
        {"number": 1, "frames": 160, "description": "A bike leans on a wall at dawn", "thumbnail_url": None},
        {"number": 2, "frames": 170, "description": "The city slides by", "thumbnail_url": None},
    ],
}
_DOWNLOAD: JsonDict = {
    "url": EXAMPLE["video_url"],
    "filename": "Volta.mp4",
    "size_bytes": EXAMPLE["size_bytes"],
    "sha256": EXAMPLE["sha256"],
    "expires_at": "2026-11-24T11:02:05Z",
}


class Rendition(Schema):
    """A version of a film in another aspect ratio, from the same clips; links last an hour."""

    aspect: Aspect
    width: int
    height: int
    size_bytes: int
    sha256: str
    video_url: str
    thumbnail_url: str
    contact_sheet_url: str

    padded: list[int]
    """Clips whose subject doesn't fit: they are shown before a blurred backdrop, by number."""

    following: list[int]
    """Clips whose crop moves with the subject, by number."""


class Composition(Schema):
    """A version of a film. What is measured or linked is null until it is made; links last an hour."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    generation_id: UUID
    version: int

    parent_id: UUID | None
    """The version it was edited from."""

    status: CompositionStatus
    width: int | None
    height: int | None
    frames: int | None
    duration_s: float | None
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    size_bytes: int | None
    sha256: str | None
    video_url: str | None
    thumbnail_url: str | None
    contact_sheet_url: str | None
    preview_url: str | None
    """A few seconds of it without sound, an animated WebP."""

    captions_url: str | None
    """What is said, as WebVTT, where the captions are a track."""

    hls_url: str | None
    """The master playlist of the stream, where one was asked for."""

    timeline_url: str | None
    """The timeline drawn as a picture, a PNG."""

    renditions: list[Rendition]
    """In the aspect ratios that it was asked for besides its own."""

    error_message: str | None
    created_at: datetime
    completed_at: datetime | None


class TimelineClip(Schema):
    """A clip that the film may be cut from."""

    number: int

    frames: int
    """How many it holds."""

    description: str

    thumbnail_url: str | None
    """A JPEG, once the clip is made; good for an hour."""


class CompositionTimeline(Schema):
    """A version of a film taken apart: how it is cut, and from which clips."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TIMELINE]})

    composition_id: UUID
    generation_id: UUID
    version: int

    fps: int = FPS
    """Frames per second."""

    frames: int
    """Length of the version."""

    cut_list: CutList
    """Change it and give it to `POST /compositions/{id}/edit`."""

    clips: list[TimelineClip]
    """All clips there are, whether or not this version shows them."""


class Download(Schema):
    """A link to a finished film."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DOWNLOAD]})

    url: str
    filename: str
    size_bytes: int
    sha256: str

    expires_at: datetime
    """After this, ask again."""
