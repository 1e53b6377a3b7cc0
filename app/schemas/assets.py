"""Uploads as the API gives them."""

from datetime import datetime
from uuid import UUID

from app.models import AssetKind
from app.schemas.base import Schema


class Asset(Schema):
    """An upload of this session."""

    id: UUID
    kind: AssetKind
    filename: str
    content_type: str
    size_bytes: int

    width: int | None
    """Pixels, as the picture is to be seen; null for sound."""

    height: int | None

    duration_s: float | None
    """Null for pictures."""

    url: str
    """Where to GET it for the next hour."""

    created_at: datetime
    expires_at: datetime
