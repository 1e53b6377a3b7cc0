"""Uploads that have been proven, in the media store and the database."""

from __future__ import annotations

import uuid
from pathlib import Path

from sqlmodel import Session

from app import storage_keys
from app.models import AssetKind, BrandAsset, UserSession
from app.records import find_asset
from app.store import media_store
from app.uploads import prove_upload


def keep_upload(db: Session, user: UserSession, path: Path, kind: AssetKind) -> BrandAsset:
    """The row of an upload; the same bytes given twice by one session are kept once.

    Args:
        db: an open transaction; the row is flushed, not committed.
        path: the file as it was given; its name is only shown, never trusted.

    Raises:
        UploadRefused: the file is not what its kind asks for.
        StoreUnavailable, StoreFull: it can't be kept; no row is left.
    """
    proven = prove_upload(path, filename=path.name, kind=kind.value)
    known = find_asset(db, user, kind, proven.sha256)
    store = media_store()
    if known and store.head(known.storage_key):
        return known
    asset_id = known.id if known else uuid.uuid4()
    key = storage_keys.upload_key(user.id, asset_id, proven.extension)
    store.put_file(key, path, content_type=proven.content_type)
    if known:
        known.storage_key = key
        return known
    asset = BrandAsset(
        id=asset_id,
        session_id=user.id,
        kind=kind,
        filename=path.name,
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
