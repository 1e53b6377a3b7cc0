"""`/generations/{id}/scenes` and `/promote`: a draft is looked at, approved, and made in full."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response, status

from app import events, generations, promotion
from app.api.deps import CurrentSession, LinksDep
from app.background import wake
from app.bodies import JsonRoute
from app.database import session
from app.dispatch import enqueue
from app.schemas.generations import Generation
from app.schemas.scenes import Promotion, SceneChange, Scenes
from planning.cut_list import MOST_SCENES

router = APIRouter(prefix="/generations/{generation_id}", tags=["drafts"], route_class=JsonRoute)

SceneNumber = Annotated[int, Path(ge=1, le=MOST_SCENES, description="Counts from 1, as in the draft.")]


@router.get("/scenes")
def list_scenes(generation_id: UUID, session_id: CurrentSession, links: LinksDep) -> Scenes:
    """A film's scenes; of a draft, which are approved, and what each costs in full."""
    with session() as db:
        return promotion.scenes(db, session_id, generation_id, links)


@router.patch("/scenes/{number}")
def change_scene(
    generation_id: UUID,
    number: SceneNumber,
    change: SceneChange,
    session_id: CurrentSession,
    links: LinksDep,
) -> Scenes:
    """Approves a draft's scene, rejects it, or describes it otherwise. Nothing is made or paid by that."""
    with session() as db:
        return promotion.change_scene(db, session_id, generation_id, number, change, links)


@router.post("/promote", status_code=status.HTTP_202_ACCEPTED)
def promote_generation(
    generation_id: UUID,
    request: Request,
    response: Response,
    session_id: CurrentSession,
    links: LinksDep,
    promoted: Promotion | None = None,
) -> Generation:
    """Makes a draft's approved scenes in full, as a generation of its own. The others are left out.

    Asked for again it is the same generation: what was made in full before is not paid again.
    """
    with session() as db:
        job, new, due = promotion.promote(
            db, session_id, generation_id, promoted.scenes if promoted else None
        )
        if due:
            enqueue(db, job, new=new)
        described = generations.describe(db, job.id, links)
    events.tell(job.id, "status", first=new, status=job.status, progress=job.progress)
    wake()
    response.headers["Location"] = str(request.url_for("read_generation", generation_id=job.id).path)
    return described
