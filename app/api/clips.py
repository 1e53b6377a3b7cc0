"""`/generations/{id}/clips`: a clip is made again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status

from app import editing, events, generations
from app.api.deps import CurrentSession, LinksDep
from app.background import wake
from app.bodies import JsonRoute
from app.database import session
from app.schemas.clips import ClipRegenerate
from app.schemas.generations import Generation
from planning.cut_list import MOST_SCENES

router = APIRouter(prefix="/generations/{generation_id}/clips", tags=["clips"], route_class=JsonRoute)

ClipNumber = Annotated[int, Path(ge=1, le=MOST_SCENES, description="Counts from 1, as in the generation.")]


@router.post("/{number}/regenerate", status_code=status.HTTP_202_ACCEPTED)
def regenerate_clip(
    generation_id: UUID,
    number: ClipNumber,
    session_id: CurrentSession,
    links: LinksDep,
    change: ClipRegenerate | None = None,
) -> Generation:
    """Has a clip made again, then another version of the film, cut as the newest. Other clips are kept."""
    with session() as db:
        job = editing.regenerate_clip(db, session_id, generation_id, number, change or ClipRegenerate())
        described = generations.describe(db, job.id, links)
    events.status_changed(job.id)
    wake()
    return described
