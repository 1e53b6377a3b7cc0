"""Playlists of streams: what they name becomes links that expire, in whichever store it lies.

A player follows what a playlist says and adds no signature of its own. So playlists are stored with plain
names, and come by way of us, also where the media itself comes from S3.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi.responses import Response

from app.links import Links
from app.serving import POLICY
from blocks.media_store import MediaStore

PLAYLIST = ".m3u8"
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"

_NAMED = re.compile(r'(?<=URI=")[^"]+(?=")')


def playlist(store: MediaStore, key: str, links: Links) -> Response:
    """A stored playlist as players get it.

    Raises:
        ObjectMissing: it has been deleted meanwhile.
    """
    folder = key.rpartition("/")[0]
    text = with_links(store.get_bytes(key).decode(), lambda name: links(f"{folder}/{name}"))
    # Its links are made anew each time, and soon over.
    headers = {"Cache-Control": "private, no-cache", "Content-Security-Policy": POLICY}
    return Response(text, media_type=PLAYLIST_TYPE, headers=headers)


def with_links(text: str, link: Callable[[str], str]) -> str:
    """A playlist (RFC 8216, 4.1) with a link in the place of every name in it."""
    lines = [
        _NAMED.sub(lambda name: link(name[0]), line) if line.startswith("#") else link(line) if line else line
        for line in text.splitlines()
    ]
    return "\n".join(lines) + "\n"
