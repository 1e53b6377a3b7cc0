"""The `metadata.json` of a generation and of each version of its film: what was made, by what, at what cost.

Fields are added to a version of a schema; a field that changes its meaning or goes makes a new one.
"""

from typing import Any, Literal
from uuid import UUID

from app.models import Purpose
from app.quality import ClipQuality
from app.schemas.base import Schema
from planning.brief import FPS
from planning.cut_list import CutList
from planning.storyboard import Storyboard


class Versions(Schema):
    """What the film was made with."""

    reelflow: str
    ffmpeg: str

    c2pa: str
    """Of the library that signs."""


class ClipMetadata(Schema):
    """A clip, as it was ordered and as it came."""

    number: int
    """Counted from 1 in the order of the storyboard."""

    model: str
    """Name of what made it; of several that made its parts, all."""

    prompt: str
    """What the model was told."""

    seed: int
    """Of the take that is shown."""

    frames: int
    """At 30 frames per second."""

    sha256: str
    """Of the clip's file, in hex."""

    storage_key: str | None
    attempts: int

    predictions: list[str]
    """What the model's provider calls the orders that it came of, part by part."""

    estimated_cost_usd: float

    actual_cost_usd: float
    """What this generation paid for it; 0 where an earlier one did."""

    quality: ClipQuality | None
    """What was measured on it when it arrived."""


class BesideMetadata(Schema):
    """What models have made of the film besides its clips, by what it is."""

    purpose: Purpose

    model: str
    """Name of what made it; of several, all."""

    predictions: list[str]
    """What the model's provider calls the orders that it came of."""

    cost_usd: float
    """What those have cost, be it for this generation or for an earlier one."""


class VideoMetadata(Schema):
    """The MP4 as it was measured."""

    sha256: str
    """Of the whole file, its manifest included."""

    size_bytes: int
    width: int
    height: int
    frames: int
    fps: int = FPS
    duration_s: float
    codec: str
    profile: str
    pixel_format: str

    colour: tuple[str, ...]
    """Primaries, transfer, matrix, range."""

    audio_codec: str | None
    audio_rate: int | None

    loudness_lufs: float | None
    """Integrated; null for silence."""

    true_peak_dbtp: float | None

    decode_errors: int


class TextMetadata(Schema):
    """How readable a text is on the picture below it."""

    overlay: int
    """Its place among the timeline's overlays, counted from 0."""

    contrast: float
    """WCAG contrast ratio, 1 to 21."""

    scrim: float
    """Opacity of the shade that was laid under it, 0 to 1."""


class SegmentsMetadata(Schema):
    """How many pieces of the film came from where."""

    copied: int
    rendered: int
    reused: int


class ProvenanceMetadata(Schema):
    """The film's C2PA manifest."""

    signed: bool

    issuer: str | None
    """Who signed it; null where nobody did."""

    development: bool
    """Whether the signer is this installation itself, whom nobody else trusts."""

    digital_source: str
    """How the film came to be, as a term (URI) of IPTC's vocabulary."""

    prompts_shown: bool
    """Whether the manifest shows what the models were told."""


class CompositionMetadata(Schema):
    """A version of a film: `compositions/{id}/metadata.json`."""

    schema_version: Literal["reelflow.composition/1"] = "reelflow.composition/1"
    composition_id: UUID
    job_id: UUID
    version: int
    parent_id: UUID | None
    title: str
    cut_list: CutList

    clips: list[ClipMetadata]
    """Those that this version shows, by number."""

    beside: tuple[BesideMetadata, ...] = ()
    """Its plan, the picture of its subject, its music and its voice, where models made them."""

    video: VideoMetadata
    texts: list[TextMetadata]
    segments: SegmentsMetadata
    provenance: ProvenanceMetadata

    warnings: list[str]
    """What a user should know."""

    versions: Versions


class JobMetadata(Schema):
    """A generation: `generations/{id}/metadata.json`, as of its newest published version."""

    schema_version: Literal["reelflow.generation/1"] = "reelflow.generation/1"
    job_id: UUID

    request: dict[str, Any]
    """What was asked for, as for `POST /generations`."""

    seed: int
    """Drawn, where the request left it to chance."""

    storyboard: Storyboard
    clips: list[ClipMetadata]

    beside: tuple[BesideMetadata, ...] = ()
    """As of the newest version."""

    estimated_cost_usd: float
    actual_cost_usd: float
    versions: Versions
