"""Uploads as the API gives them."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict
from pydantic.config import JsonDict

from app.models import AssetKind
from app.schemas.base import Schema

EXAMPLE: JsonDict = {
    "id": "0b9c5b0e-5d0f-4f6e-9a35-3a4c1be6f0a2",
    "kind": "logo",
    "filename": "volta.png",
    "content_type": "image/png",
    "size_bytes": 18213,
    "width": 640,
    "height": 240,
    "duration_s": None,
    "url": "https://films.example.com/media/uploads/5eed/0b9c/original.png?expires=1795600800&signature=4be1",
    "created_at": "2026-11-24T10:00:00Z",
    "expires_at": "2026-12-24T10:00:00Z",
}


class Asset(Schema):
    """An upload of this session."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

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
