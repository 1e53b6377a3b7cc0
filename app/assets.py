"""Uploads that have been proven, in the media store and the database: kept, listed, deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import or_, tuple_
from sqlmodel import Session, col, select

from app import storage_keys
from app.configuration import configured
from app.database import session
from app.jobs import ACTIVE
from app.links import Links
from app.models import (
    ASSET_LIFETIME,
    AssetKind,
    BrandAsset,
    Composition,
    GenerationJob,
    JobStatus,
    UserSession,
)
from app.paging import decode_cursor, encode_cursor
from app.problems import Conflict, NotFound
from app.quota import require_space
from app.records import find_asset
from app.schemas.assets import Asset
from app.schemas.base import Page
from app.store import media_store
from app.uploads import ProvenUpload, prove_upload, safe_name
from blocks.media_store import MediaStore, StoreError

LONGEST_FILENAME = 255


def keep_upload(
    session_id: UUID, path: Path, kind: AssetKind, filename: str | None = None
) -> tuple[BrandAsset, bool]:
    """The row of an upload, and whether it is a new one; the same bytes given twice are kept once.

    Args:
        session_id: whose it is.
        path: the file as it was given.
        filename: its name, any text, only shown and never trusted; None takes the path's.

    Raises:
        UploadRefused: the file is not what its kind asks for.
        StoreFull, StoreError, DatabaseUnavailable: it can't be kept; neither row nor object is left.
        QuotaReached: no more media may be stored.
        NotFound: the session is over.
    """
    name = path.name if filename is None else filename
    proven = prove_upload(path, filename=name, kind=kind.value)
    store = media_store()
    with session() as db:
        if known := find_asset(db, session_id, kind, proven.sha256):
            # Given again, it is kept for as long as a new one.
            known.expires_at = datetime.now(UTC) + ASSET_LIFETIME
        else:
            require_space(configured(db))
    # Outside of a transaction: a slow store must not hold a connection of the database.
    if known:
        if store.head(known.storage_key) is None:
            store.put_file(known.storage_key, path, content_type=proven.content_type)
        return known, False
    asset_id = uuid.uuid4()
    key = storage_keys.upload_key(session_id, asset_id, proven.extension)
    store.put_file(key, path, content_type=proven.content_type)
    with _taken_back(store, key), session() as db:
        kept = _row(db, session_id, asset_id, key, kind, proven, name)
    if kept.id != asset_id:
        _discard(store, key)
    return kept, kept.id == asset_id


def list_assets(
    session_id: UUID, kind: AssetKind | None, cursor: str | None, limit: int, links: Links
) -> Page[Asset]:
    """The uploads of a session that have not expired, newest first, those of one kind or all.

    Raises:
        Unprocessable: the cursor is not one that a page has given.
    """
    wanted = (
        select(BrandAsset)
        .where(BrandAsset.session_id == session_id, BrandAsset.expires_at > datetime.now(UTC))
        .order_by(col(BrandAsset.created_at).desc(), col(BrandAsset.id).desc())
        .limit(limit + 1)
    )
    if kind:
        wanted = wanted.where(BrandAsset.kind == kind)
    if cursor is not None:
        place = tuple_(col(BrandAsset.created_at), col(BrandAsset.id))
        wanted = wanted.where(place < decode_cursor(cursor))
    with session() as db:
        rows = db.exec(wanted).all()
    page = rows[:limit]
    more = len(rows) > limit
    return Page(
        items=[shown_asset(row, links) for row in page],
        next_cursor=encode_cursor(page[-1].created_at, page[-1].id) if more else None,
    )


def asset_of(db: Session, session_id: UUID, asset_id: UUID, *, lock: bool = False) -> BrandAsset:
    """An upload of a session; with `lock`, no job begins to use it before the transaction ends.

    Raises:
        NotFound: there is none, it has expired, or it is another session's.
    """
    asset = db.get(BrandAsset, asset_id, with_for_update=lock or None)
    # One answer for all of these: nobody learns which ids exist.
    if asset is None or asset.session_id != session_id or asset.expires_at <= datetime.now(UTC):
        raise NotFound(
            "There is no such asset",
            "it never was, has expired or been deleted, or is another session's",
            "List the assets there are, or upload the file again",
        )
    return asset


def delete_asset(session_id: UUID, asset_id: UUID) -> None:
    """Deletes an upload, row and object. Films made with it stay as they are.

    Raises:
        NotFound: there is no such upload in this session.
        Conflict: a job that waits or is worked on uses it.
        StoreError: its object can't be deleted now; nothing has changed.
    """
    with session() as db:
        asset = asset_of(db, session_id, asset_id, lock=True)
        if job_id := _user_of(db, asset):
            raise Conflict(
                f"The asset {asset.filename} was not deleted",
                f"generation {job_id} uses it and has not ended",
                "Wait until it has, or cancel it first",
            )
        db.delete(asset)
        db.flush()
        media_store().delete(asset.storage_key)


def shown_asset(asset: BrandAsset, links: Links) -> Asset:
    """An upload as the API gives it."""
    return Asset(
        id=asset.id,
        kind=asset.kind,
        filename=asset.filename,
        content_type=asset.content_type,
        size_bytes=asset.size_bytes,
        width=asset.width,
        height=asset.height,
        duration_s=asset.duration_seconds,
        url=links(asset.storage_key),
        created_at=asset.created_at,
        expires_at=asset.expires_at,
    )


def _row(
    db: Session, session_id: UUID, asset_id: UUID, key: str, kind: AssetKind, proven: ProvenUpload, name: str
) -> BrandAsset:
    # One upload of a session at a time, or the same bytes sent twice at once would be two assets.
    if db.get(UserSession, session_id, with_for_update={"key_share": True}) is None:
        raise NotFound("The upload was not kept", "its session is over", "Open a session and send it again")
    if known := find_asset(db, session_id, kind, proven.sha256):
        return known
    asset = BrandAsset(
        id=asset_id,
        session_id=session_id,
        kind=kind,
        filename=safe_name(name, LONGEST_FILENAME) or f"{kind}.{proven.extension}",
        content_type=proven.content_type,
        size_bytes=proven.size_bytes,
        sha256=proven.sha256,
        storage_key=key,
        width=proven.width,
        height=proven.height,
        duration_seconds=proven.duration_s,
    )
    db.add(asset)
    db.flush()
    return asset


@contextmanager
def _taken_back(store: MediaStore, key: str) -> Iterator[None]:
    """Deletes an object again when the block, which is to note it in the database, fails."""
    try:
        yield
    except BaseException:
        _discard(store, key)
        raise


def _discard(store: MediaStore, key: str) -> None:
    # What is left behind costs room, not truth.
    with suppress(StoreError):
        store.delete(key)


def _user_of(db: Session, asset: BrandAsset) -> UUID | None:
    """The generation that needs the asset still, if there is one."""
    name = str(asset.id)
    edited = select(Composition.job_id).where(
        or_(*(col(Composition.cut_list)[part]["asset_id"].astext == name for part in ("music", "voice"))),
        Composition.job_id == GenerationJob.id,
    )
    return db.exec(
        select(GenerationJob.id)
        .where(
            GenerationJob.session_id == asset.session_id,
            col(GenerationJob.status).in_({JobStatus.PENDING, *ACTIVE}),
            or_(
                col(GenerationJob.parameters)["logo_asset_id"].astext == name,
                col(GenerationJob.parameters)["music_asset_id"].astext == name,
                col(GenerationJob.parameters)["voice_asset_id"].astext == name,
                edited.exists(),
            ),
        )
        .limit(1)
    ).first()
