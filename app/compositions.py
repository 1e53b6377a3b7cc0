"""Compositions, the versions of a film, as users see them: read, taken apart, downloaded."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app import storage_keys
from app.links import LINK_LIFETIME_S, Links, download_link
from app.models import Composition as Row
from app.models import CompositionStatus, GenerationJob
from app.problems import Conflict, NotFound
from app.records import Rendition as StoredRendition
from app.records import clips_of
from app.requests import GenerationCreate
from app.schemas.compositions import (
    Composition,
    CompositionTimeline,
    Download,
    Rendition,
    TimelineClip,
)
from app.whole import WholeFilm
from planning.brief import Aspect
from planning.cut_list import CutList, cut_list_of
from planning.storyboard import Storyboard

LONGEST_NAME = 80
_NOT_IN_NAMES = re.compile(r"[^\w '&+-]+")


def owned(db: Session, session_id: UUID, composition_id: UUID) -> tuple[Row, GenerationJob]:
    """The session's own version of a film, and its job.

    Raises:
        NotFound: there is none, or it is another session's, which nobody is told apart.
    """
    found = db.exec(
        select(Row, GenerationJob)
        .join(GenerationJob, col(GenerationJob.id) == Row.job_id)
        .where(Row.id == composition_id, GenerationJob.session_id == session_id)
    ).first()
    if found is None:
        raise NotFound(
            f"There is no composition {composition_id}",
            "it never was, or it is another session's",
            "Read the generation: it lists its compositions",
        )
    return found


def composition_schema(row: Row | WholeFilm, links: Links) -> Composition:
    """A version of a film in the API's words; what is stored becomes links."""
    made = row.status is CompositionStatus.COMPLETED
    # Rows are valid by the database's constraints.
    return Composition.model_construct(
        id=row.id,
        generation_id=row.job_id,
        version=row.version,
        parent_id=row.parent_id,
        status=row.status,
        width=row.width,
        height=row.height,
        frames=row.frames,
        duration_s=row.duration_seconds,
        loudness_lufs=row.loudness_lufs,
        true_peak_dbtp=row.true_peak_dbtp,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        video_url=links(row.storage_key) if row.storage_key else None,
        thumbnail_url=links(row.thumbnail_key) if row.thumbnail_key else None,
        contact_sheet_url=links(row.contact_sheet_key) if row.contact_sheet_key else None,
        preview_url=links(row.preview_key) if row.preview_key else None,
        captions_url=links(row.captions_key) if row.captions_key else None,
        hls_url=links(row.stream_key) if row.stream_key else None,
        timeline_url=links(storage_keys.timeline_picture_key(row.id)) if made else None,
        renditions=[_rendition(each, links) for each in row.renditions],
        error_message=row.error_message,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )


def _rendition(facts: dict[str, Any], links: Links) -> Rendition:
    made = StoredRendition(**facts)
    return Rendition.model_construct(
        aspect=made.aspect,
        width=made.width,
        height=made.height,
        size_bytes=made.size_bytes,
        sha256=made.sha256,
        video_url=links(made.storage_key),
        thumbnail_url=links(made.thumbnail_key),
        contact_sheet_url=links(made.contact_sheet_key),
        padded=list(made.padded),
        following=list(made.following),
    )


def cut_list_of_version(job: GenerationJob, row: Row) -> CutList:
    """How a version is cut: as it was asked for, else as the film was planned."""
    if row.cut_list is not None:
        return CutList.model_validate(row.cut_list)
    request = GenerationCreate.model_validate(job.parameters)
    return cut_list_of(
        Storyboard.model_validate(job.storyboard), request.music_asset_id, request.voice, request.also
    )


def timeline(db: Session, session_id: UUID, composition_id: UUID, links: Links) -> CompositionTimeline:
    """A version of a film taken apart, as an edit begins.

    Raises:
        NotFound: as `owned`.
    """
    row, job = owned(db, session_id, composition_id)
    cut_list = cut_list_of_version(job, row)
    return CompositionTimeline(
        composition_id=row.id,
        generation_id=row.job_id,
        version=row.version,
        frames=cut_list.frames,
        cut_list=cut_list,
        clips=[
            TimelineClip(
                number=clip.number,
                frames=clip.frames,
                description=clip.description,
                thumbnail_url=links(clip.thumbnail_key) if clip.thumbnail_key else None,
            )
            for clip in clips_of(db, row.job_id)
        ],
    )


def download(
    db: Session, session_id: UUID, composition_id: UUID, base_url: str, aspect: Aspect | None = None
) -> Download:
    """A link to a finished version, under which a browser saves it by its title.

    Args:
        aspect: of the film as it is wanted; None is its own.

    Raises:
        NotFound: as `owned`; or it was not made in that aspect ratio.
        Conflict: it is not finished.
    """
    row, job = owned(db, session_id, composition_id)
    if row.status is not CompositionStatus.COMPLETED:
        raise Conflict(
            f"Version {row.version} can't be downloaded",
            f"it is {row.status}",
            "Wait until it is completed, or take another version",
        )
    assert row.storage_key is not None
    assert row.size_bytes is not None
    assert row.sha256 is not None
    key, size, sha256 = row.storage_key, row.size_bytes, row.sha256
    other = aspect if aspect != job.aspect_ratio else None
    if other:
        made = _made_in(row, other, job.aspect_ratio)
        key, size, sha256 = made.storage_key, made.size_bytes, made.sha256
    filename = _filename(job.title, row.version, other)
    return Download(
        url=download_link(key, filename, base_url),
        filename=filename,
        size_bytes=size,
        sha256=sha256,
        expires_at=datetime.now(UTC) + timedelta(seconds=LINK_LIFETIME_S),
    )


def _made_in(row: Row, aspect: Aspect, own: str) -> StoredRendition:
    for facts in row.renditions:
        if (made := StoredRendition(**facts)).aspect == aspect:
            return made
    raise NotFound(
        f"Version {row.version} is not there in {aspect}",
        f"it was made in {', '.join([own, *(facts['aspect'] for facts in row.renditions)])}",
        "Edit it with `also` naming that aspect ratio: its clips are used again",
    )


def _filename(title: str | None, version: int, aspect: Aspect | None) -> str:
    """The title in letters that every file system takes, and what tells several of one title apart."""
    name = " ".join(_NOT_IN_NAMES.sub(" ", title or "").split())[:LONGEST_NAME].strip()
    shape = f" {aspect.replace(':', 'x')}" if aspect else ""
    return f"{name or 'reelflow'}{f' v{version}' if version > 1 else ''}{shape}.mp4"
