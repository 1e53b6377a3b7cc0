"""`/media`: where the signed links of a directory store lead. S3 serves its own."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.problems import NotFound
from app.serving import serve
from app.store import media_store
from blocks.media_store import DirectoryMediaStore

# Links are made by us and taken as they are: there is nothing to describe.
router = APIRouter(include_in_schema=False)


@router.api_route("/media/{key:path}", methods=["GET", "HEAD"])
def read_media(request: Request, key: str) -> Response:
    """The object behind a signed link."""
    store = media_store()
    if not isinstance(store, DirectoryMediaStore):
        raise NotFound("There is no media here", "it is kept in S3", "Use the link exactly as it was given")
    path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    link = store.verify_link(f"{path}?{request.url.query}")
    return serve(store, link, request.headers, body=request.method == "GET")
