"""`/assets`: what a user gives for the films, logos, pictures and sound."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response, status

from app.api.deps import CurrentSession, LinksDep
from app.assets import asset_of, delete_asset, keep_upload, list_assets, shown_asset
from app.database import session
from app.forms import received
from app.models import AssetKind
from app.schemas.assets import Asset
from app.schemas.base import DEFAULT_PER_PAGE, MOST_PER_PAGE, Page

router = APIRouter(prefix="/assets", tags=["assets"])

# A picture of 50 megapixels takes 200 MB while it is proven; and other requests need the threads.
_proving = CapacityLimiter(2)

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "kind"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A PNG, JPEG or WebP picture of at most 50 MB, or an MP3, WAV, "
                            "M4A or AAC file of at most 100 MB. Its content decides, not its name.",
                        },
                        "kind": {"$ref": "#/components/schemas/AssetKind"},
                    },
                },
                "example": {"file": "volta.png", "kind": "logo"},
            }
        },
    }
}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=_FORM,
    responses={200: {"model": Asset, "description": "This session has the same file already: that one"}},
)
async def upload_asset(
    request: Request, response: Response, session_id: CurrentSession, links: LinksDep
) -> Asset:
    """Takes a file in, for 30 days. It is proven to be what it has to be before anything uses it."""
    async with received(request) as given:
        asset, is_new = await to_thread.run_sync(
            keep_upload, session_id, given.path, given.kind, given.filename, limiter=_proving
        )
    if not is_new:
        response.status_code = status.HTTP_200_OK
    return shown_asset(asset, links)


@router.get("")
def get_assets(
    session_id: CurrentSession,
    links: LinksDep,
    kind: AssetKind | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = DEFAULT_PER_PAGE,
) -> Page[Asset]:
    """The uploads of this session, newest first."""
    return list_assets(session_id, kind, cursor, limit, links)


@router.get("/{asset_id}")
def get_asset(asset_id: UUID, session_id: CurrentSession, links: LinksDep) -> Asset:
    """An upload of this session."""
    with session() as db:
        return shown_asset(asset_of(db, session_id, asset_id), links)


@router.delete("/{asset_id}", status_code=status.HTTP_204_NO_CONTENT)
def remove_asset(asset_id: UUID, session_id: CurrentSession) -> None:
    """Deletes an upload. Films made with it stay as they are; one that is being made keeps it from going."""
    delete_asset(session_id, asset_id)
