"""Links to media that expire: the one place where they are made for people."""

from __future__ import annotations

import time
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Protocol

from cachetools import TTLCache
from pydantic import SecretStr

from app.settings import settings
from blocks.media_store import MediaStore, SignedLink, media_store_from_url


class Links(Protocol):
    """Makes the link to a storage key.

    A browser shows a picture that it has shown under a link before without asking, whatever it was told. So
    where what lies under a key is replaced, another `version` of it has another link, and `anew` gives one
    to who knows only that it was replaced a moment ago.
    """

    def __call__(self, key: str, *, version: datetime | None = None, anew: bool = False) -> str: ...


LINK_LIFETIME_S = 3600
# A link that is given again has half its life left; as long as it is the same, browsers need not ask again.
REPEATED_S = LINK_LIFETIME_S // 2
REPEATED_LINKS = 20_000
SPREAD_S = 300

# Text that pages and players read by way of us, from whichever store: playlists are given links, and a page
# may not read captions from another origin.
OWN = (".m3u8", ".vtt")

_links: TTLCache[tuple[str, str, str, datetime | None], str] = TTLCache(REPEATED_LINKS, REPEATED_S)
_lock = Lock()


def link_maker(base_url: str) -> Links:
    """What makes links, good for half an hour to an hour.

    Args:
        base_url: under which people reach the application; it serves the links of a directory, and text of
            any store.
    """
    place = settings().media_url
    store = _store(base_url)

    def sign(key: str, expires_s: int) -> str:
        if key.endswith(OWN):
            secret = settings().secret_key.get_secret_value()
            return SignedLink(key, int(time.time()) + expires_s).url(base_url, secret)
        return store.link(key, expires_s=expires_s)

    def link(key: str, *, version: datetime | None = None, anew: bool = False) -> str:
        with _lock:
            known = _links.get((place, base_url, key, version))
        if known is None or anew:
            # Two threads may sign the same link; the later one stays. What is signed within one second is
            # the same link, and must not be for another version.
            spread = version.microsecond % SPREAD_S if version else 0
            made = sign(key, LINK_LIFETIME_S + spread)
            known = made if made != known else sign(key, LINK_LIFETIME_S + 1)
            with _lock:
                _links[place, base_url, key, version] = known
        return known

    return link


def download_link(key: str, filename: str, base_url: str | None, *, lifetime_s: int = LINK_LIFETIME_S) -> str:
    """A link under which a browser saves the object by a name, for an hour unless told otherwise.

    Without a base URL the link to an object of a directory is a `file://` address.
    """
    return _store(base_url).link(key, expires_s=lifetime_s, filename=filename)


def _store(base_url: str | None) -> MediaStore:
    here = settings()
    return _made(here.media_url, base_url, here.secret_key, here.s3_endpoint_url)


# Bounded, since the caller says where it reaches us.
@lru_cache(maxsize=64)
def _made(media_url: str, base_url: str, secret_key: SecretStr, endpoint_url: str | None) -> MediaStore:
    return media_store_from_url(
        media_url, base_url=base_url, secret_key=secret_key, endpoint_url=endpoint_url
    )
