"""Cursors of lists that are paged by key: where a page ends, as a word that only we read."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

from app.problems import Unprocessable


def encode_cursor(created_at: datetime, row_id: UUID) -> str:
    """The cursor of the page that goes on after a row; `created_at` knows its time zone."""
    place = f"{created_at.astimezone(UTC).isoformat()}/{row_id}"
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    """When the last row of the page before was made, and its id.

    Raises:
        Unprocessable: it is not a cursor of ours.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        moment, _, row_id = urlsafe_b64decode(padded).decode().partition("/")
        found = datetime.fromisoformat(moment), UUID(row_id)
        # What decodes to the same without being the same was not made here.
        if encode_cursor(*found) == cursor:
            return found
    except (binascii.Error, ValueError, OverflowError):
        pass
    raise Unprocessable(
        "The page can't be found",
        "the cursor is not one that a list has given",
        "Give next_cursor of the page before as it was, or no cursor for the first page",
        "query:cursor",
    )
