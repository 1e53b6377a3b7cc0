"""`/generations/{id}/assets`: the files that a generation has made."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.api.deps import CurrentSession, LinksDep
from app.database import session
from app.generation_assets import files_of, stored
from app.schemas.generations import GenerationAssets

router = APIRouter(prefix="/generations/{generation_id}/assets", tags=["generations"])


@router.get("")
def list_generation_assets(
    generation_id: UUID, session_id: CurrentSession, links: LinksDep
) -> GenerationAssets:
    """Every file of a generation, with a link that is good for an hour."""
    with session() as db:
        expected = files_of(db, session_id, generation_id)
    return GenerationAssets(items=stored(expected, links))
