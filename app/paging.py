"""Cursors of keyset pages."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import UUID

from app.problems import Unprocessable


def encode_cursor(created_at: datetime, row_id: UUID) -> str:
    return base64.urlsafe_b64encode(f"{created_at.isoformat()}/{row_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, row_id = place.partition("/")
        return datetime.fromisoformat(moment), UUID(row_id)
    except ValueError as error:
        raise Unprocessable(
            "No page", "its cursor is not one of ours", "Use next_cursor", pointer="query:cursor"
        ) from error
