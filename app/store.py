"""The media store that the settings name."""

from __future__ import annotations

from app.settings import settings
from blocks.media_store import MediaStore, media_store_from_url


def media_store() -> MediaStore:
    """The store at MEDIA_URL. It isn't contacted."""
    here = settings()
    return media_store_from_url(here.media_url, secret_key=here.secret_key, endpoint_url=here.s3_endpoint_url)
