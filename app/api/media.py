"""`/media`: where the signed links of a directory store lead. S3 serves its own, all but text."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from app.api.deps import LinksDep
from app.links import OWN
from app.problems import NotFound
from app.serving import POLICY, serve
from app.settings import settings
from app.store import media_store
from app.streams import PLAYLIST, playlist
from blocks.media_store import DirectoryMediaStore
from blocks.media_store.links import verify

# Links are made by us and taken as they are: there is nothing to describe.
router = APIRouter(include_in_schema=False)


@router.api_route("/media/{key:path}", methods=["GET", "HEAD"])
def read_media(request: Request, key: str, links: LinksDep) -> Response:
    """The object behind a signed link."""
    store = media_store()
    local = isinstance(store, DirectoryMediaStore)
    if not local and not key.endswith(OWN):
        raise NotFound("There is no media here", "it is kept in S3", "Use the link exactly as it was given")
    path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    secret = settings().secret_key.get_secret_value()
    link = verify(f"{path}?{request.url.query}", secret, datetime.now(UTC))
    if link.key.endswith(PLAYLIST):
        return playlist(store, link.key, links)
    if not local:
        headers = {"Cache-Control": "private, no-cache", "Content-Security-Policy": POLICY}
        return Response(store.get_bytes(link.key), media_type="text/vtt", headers=headers)
    return serve(store, link, request.headers, body=request.method == "GET")
