"""`/generations/estimate`: what a film would take."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.deps import CurrentSession
from app.bodies import JsonRoute
from app.database import session
from app.estimates import estimate
from app.requests import GenerationCreate
from app.schemas.generations import Estimate

router = APIRouter(prefix="/generations/estimate", tags=["generations"], route_class=JsonRoute)


@router.post("")
def estimate_generation(body: GenerationCreate, session_id: CurrentSession) -> Estimate:
    """How long a film would take and what it would cost. Nothing is started."""
    with session() as db:
        return estimate(db, session_id, body)
