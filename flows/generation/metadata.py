"""What is written down beside a film: everything that was asked for, made, measured and paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import imageio_ffmpeg
from sqlmodel import Session

from app import records
from app.database import session
from app.models import Composition as Row
from app.models import GenerationJob
from app.schemas.metadata import (
    BesideMetadata,
    ClipMetadata,
    CompositionMetadata,
    JobMetadata,
    ProvenanceMetadata,
    SegmentsMetadata,
    TextMetadata,
    Versions,
    VideoMetadata,
)
from app.settings import settings
from flows.generation.beside import made_beside
from flows.generation.composition import Film
from flows.generation.origins import Sourced, sourced_clips
from flows.generation.production import Production
from flows.generation.provenance import story
from media.files import sha256_of
from media.provenance import digital_source
from planning.storyboard import Storyboard


def composition_metadata(film: Production, storyboard: Storyboard, made: Film) -> dict[str, Any]:
    """The document of one version of the film."""
    shown = {scene.number for scene in made.cut_list.scenes}
    with session() as db:
        row = db.get_one(Row, made.version_id)
        clips = [clip for clip in _clips(db, film, storyboard) if clip.number in shown]
        document = CompositionMetadata(
            composition_id=made.version_id,
            job_id=film.job_id,
            version=row.version,
            parent_id=row.parent_id,
            title=storyboard.title,
            cut_list=made.cut_list,
            clips=clips,
            beside=_beside(db, film, storyboard, made),
            video=_video(made),
            texts=[
                TextMetadata(overlay=text.overlay, contrast=text.ratio, scrim=text.scrim)
                for text in made.composition.contrast
            ],
            segments=SegmentsMetadata(**asdict(made.composition.segments)),
            provenance=_provenance(film, storyboard, made),
            warnings=[*_clip_warnings(clips), *made.composition.warnings],
            versions=_versions(),
        )
    return document.model_dump(mode="json")


def job_metadata(film: Production, storyboard: Storyboard, made: Film) -> dict[str, Any]:
    """The document of the whole job, as of its newest version."""
    with session() as db:
        job = db.get_one(GenerationJob, film.job_id)
        document = JobMetadata(
            job_id=job.id,
            request=job.parameters,
            seed=job.seed,
            storyboard=storyboard,
            clips=_clips(db, film, storyboard),
            beside=_beside(db, film, storyboard, made),
            estimated_cost_usd=float(job.estimated_cost_usd),
            actual_cost_usd=float(job.actual_cost_usd),
            versions=_versions(),
        )
    return document.model_dump(mode="json")


def _clips(db: Session, film: Production, storyboard: Storyboard) -> list[ClipMetadata]:
    return [_clip(sourced) for sourced in sourced_clips(db, film, storyboard)]


def _beside(db: Session, film: Production, storyboard: Storyboard, made: Film) -> tuple[BesideMetadata, ...]:
    return tuple(
        BesideMetadata(
            purpose=each.purpose,
            model=each.model,
            predictions=list(each.predictions),
            cost_usd=float(each.usd),
        )
        for each in made_beside(db, film, storyboard, made)
    )


def _clip(sourced: Sourced) -> ClipMetadata:
    clip, origin = sourced.clip, sourced.origin
    return ClipMetadata(
        number=clip.number,
        model=origin.model,
        prompt=origin.prompt or clip.description,
        seed=origin.seed,
        frames=clip.frames,
        sha256=origin.sha256,
        storage_key=clip.storage_key,
        attempts=clip.attempts,
        predictions=list(sourced.predictions),
        estimated_cost_usd=float(clip.estimated_cost_usd),
        actual_cost_usd=float(clip.actual_cost_usd),
        quality=records.quality_of(clip),
    )


def _clip_warnings(clips: Sequence[ClipMetadata]) -> list[str]:
    warnings = ((clip.number, clip.quality and clip.quality.warning) for clip in clips)
    return [f"Clip {number}: {warning}" for number, warning in warnings if warning]


def _video(made: Film) -> VideoMetadata:
    found = made.composition.probe
    return VideoMetadata(
        sha256=sha256_of(made.video),
        size_bytes=made.video.stat().st_size,
        width=found.width,
        height=found.height,
        frames=found.frames,
        duration_s=made.timeline.duration_s,
        codec=found.codec,
        profile=found.profile,
        pixel_format=found.pixel_format,
        colour=found.colour,
        audio_codec=found.audio_codec,
        audio_rate=found.audio_rate,
        loudness_lufs=made.composition.loudness_lufs,
        true_peak_dbtp=made.composition.true_peak_dbtp,
        decode_errors=found.decode_errors,
    )


def _provenance(film: Production, storyboard: Storyboard, made: Film) -> ProvenanceMetadata:
    told = story(film, storyboard, made)
    return ProvenanceMetadata(
        signed=made.signer is not None,
        issuer=made.signer.issuer if made.signer else None,
        development=made.signer is not None and made.signer.development,
        digital_source=digital_source(told.clips, told.uploads),
        prompts_shown=made.signer is not None and settings().c2pa_prompts,
    )


def _versions() -> Versions:
    return Versions(
        reelflow=version("reelflow"),
        ffmpeg=imageio_ffmpeg.get_ffmpeg_version(),
        c2pa=version("c2pa-python"),
    )
