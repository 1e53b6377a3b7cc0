"""Compositions as users see them."""

from __future__ import annotations

from app import storage_keys
from app.links import Links
from app.models import Composition as Row
from app.models import CompositionStatus
from app.schemas.compositions import Composition


def composition_schema(row: Row, links: Links) -> Composition:
    """A version of a film in the API's words; what is stored becomes links."""
    made = row.status is CompositionStatus.COMPLETED
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
        timeline_url=links(storage_keys.timeline_picture_key(row.id)) if made else None,
        error_message=row.error_message,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )
