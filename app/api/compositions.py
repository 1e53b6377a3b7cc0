"""`/compositions`: the versions of a film are read, taken apart, edited and downloaded."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, status

from app import compositions, editing, events, generations
from app.api.deps import CurrentSession, LinksDep, PublicUrl
from app.background import wake
from app.bodies import JsonRoute
from app.database import session
from app.schemas.compositions import Composition, CompositionTimeline, Download
from app.schemas.generations import Generation
from planning.brief import Aspect
from planning.cut_list import CutList

router = APIRouter(prefix="/compositions", tags=["compositions"], route_class=JsonRoute)


@router.get("/{composition_id}")
def read_composition(composition_id: UUID, session_id: CurrentSession, links: LinksDep) -> Composition:
    """A version of a film."""
    with session() as db:
        row, _ = compositions.owned(db, session_id, composition_id)
    return compositions.composition_schema(row, links)


@router.get("/{composition_id}/timeline")
def read_timeline(composition_id: UUID, session_id: CurrentSession, links: LinksDep) -> CompositionTimeline:
    """How a version is cut, and the clips it may be cut from: what an edit begins with."""
    with session() as db:
        return compositions.timeline(db, session_id, composition_id, links)


@router.post("/{composition_id}/edit", status_code=status.HTTP_202_ACCEPTED)
def edit_composition(
    composition_id: UUID, cut_list: CutList, session_id: CurrentSession, links: LinksDep
) -> Generation:
    """Asks for another version, cut as given. This one stays; the generation is followed as before."""
    with session() as db:
        job = editing.edit_composition(db, session_id, composition_id, cut_list)
        described = generations.describe(db, job.id, links)
    events.status_changed(job.id)
    wake()
    return described


@router.get("/{composition_id}/download")
def download_composition(
    composition_id: UUID, session_id: CurrentSession, base_url: PublicUrl, aspect: Aspect | None = None
) -> Download:
    """A link to the video, good for an hour, under which a browser saves it by its title."""
    with session() as db:
        return compositions.download(db, session_id, composition_id, base_url, aspect)
