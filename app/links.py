"""Presigned links to what lies in the media store."""

from __future__ import annotations

from collections.abc import Callable

from app.settings import settings
from blocks.media_store import media_store_from_url

Links = Callable[[str], str]
LINK_LIFETIME_S = 3600


def link_maker(base_url: str) -> Links:
    here = settings()
    store = media_store_from_url(
        here.media_url, base_url=base_url, secret_key=here.secret_key, endpoint_url=here.s3_endpoint_url
    )
    return lambda key: store.link(key, expires_s=LINK_LIFETIME_S)
