"""The files that a generation has made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app import generations, storage_keys
from app.links import Links
from app.models import Composition, CompositionStatus
from app.records import clips_of
from app.schemas.generations import GenerationAsset
from app.store import media_store

_TYPES = {
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
    "png": "image/png",
    "json": "application/json",
    "webp": "image/webp",
    "vtt": "text/vtt",
    "m3u8": "application/vnd.apple.mpegurl",
}


@dataclass(frozen=True)
class _File:
    kind: str
    key: str
    clip_number: int | None = None
    composition_id: UUID | None = None


@dataclass(frozen=True)
class Files:
    """What a generation keeps in the media store, and the prefixes below which it does."""

    prefixes: tuple[str, ...]
    files: tuple[_File, ...]


def files_of(db: Session, session_id: UUID, job_id: UUID) -> Files:
    """The files of the session's generation: its clips', then those of each finished version.

    Raises:
        NotFound: there is no such generation, or it is another session's.
    """
    generations.owned(db, session_id, job_id)
    versions = db.exec(
        select(Composition)
        .where(Composition.job_id == job_id, Composition.status == CompositionStatus.COMPLETED)
        .order_by(col(Composition.version))
    ).all()
    return Files(
        (storage_keys.job_prefix(job_id), *(storage_keys.composition_prefix(made.id) for made in versions)),
        (*_files_of_job(db, job_id), *(file for version in versions for file in _files_of(version))),
    )


def stored(expected: Files, links: Links) -> list[GenerationAsset]:
    """Those of the files that are in the media store now.

    Raises:
        StoreUnavailable: it can't be reached.
    """
    store = media_store()
    sizes = {found.key: found.size for prefix in expected.prefixes for found in store.list(prefix)}
    return [_asset(file, sizes[file.key], links) for file in expected.files if file.key in sizes]


def _files_of_job(db: Session, job_id: UUID) -> Iterator[_File]:
    for clip in clips_of(db, job_id):
        yield _File("clip", storage_keys.clip_key(job_id, clip.number), clip.number)
        yield _File("clip_thumbnail", storage_keys.clip_thumbnail_key(job_id, clip.number), clip.number)
    yield _File("metadata", storage_keys.job_metadata_key(job_id))


def _files_of(made: Composition) -> Iterator[_File]:
    version = made.id
    shapes = [None, *(rendition["aspect"] for rendition in made.renditions)]
    keys = {
        "video": [storage_keys.composition_key(version, shape) for shape in shapes],
        "thumbnail": [storage_keys.composition_thumbnail_key(version, shape) for shape in shapes],
        "contact_sheet": [storage_keys.contact_sheet_key(version, shape) for shape in shapes],
        "preview": [storage_keys.preview_key(version)],
        "captions": [storage_keys.captions_key(version)],
        "stream": [storage_keys.stream_key(version)],
        "timeline": [
            storage_keys.timeline_picture_key(version),
            storage_keys.composition_timeline_key(version),
        ],
        "metadata": [storage_keys.composition_metadata_key(version)],
    }
    for kind, stored in keys.items():
        yield from (_File(kind, key, composition_id=version) for key in stored)


def _asset(file: _File, size: int, links: Links) -> GenerationAsset:
    filename = file.key.rpartition("/")[2]
    return GenerationAsset(
        kind=file.kind,
        filename=filename,
        content_type=_TYPES[filename.rpartition(".")[2]],
        size_bytes=size,
        clip_number=file.clip_number,
        composition_id=file.composition_id,
        url=links(file.key),
    )
