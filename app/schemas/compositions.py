"""Compositions, the versions of a film, as the API gives them."""

from datetime import datetime
from uuid import UUID

from app.models import CompositionStatus
from app.schemas.base import Schema
from planning.brief import FPS
from planning.cut_list import CutList


class Composition(Schema):
    """A version of a film. What is measured or linked is null until it is made; links last an hour."""

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
    timeline_url: str | None
    """The timeline drawn as a picture, a PNG."""

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

    url: str
    filename: str
    size_bytes: int
    sha256: str

    expires_at: datetime
    """After this, ask again."""
