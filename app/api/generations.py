"""`/generations`: films are asked for, followed, stopped and taken up again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response, status
from sqlmodel import Session

from app import events, generations, jobs
from app.api.deps import CurrentSession, LinksDep
from app.background import wake
from app.bodies import JsonRoute
from app.database import session
from app.dispatch import enqueue
from app.models import JobStatus
from app.reads import read_in_thread
from app.requests import GenerationCreate
from app.schemas.base import DEFAULT_PER_PAGE, MOST_PER_PAGE, Page
from app.schemas.generations import Generation, GenerationSummary

router = APIRouter(prefix="/generations", tags=["generations"], route_class=JsonRoute)

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="Your name for this request: sent twice, it is one generation.",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


@router.post("", status_code=status.HTTP_202_ACCEPTED)
def create_generation(
    body: GenerationCreate,
    request: Request,
    response: Response,
    session_id: CurrentSession,
    links: LinksDep,
    idempotency_key: IdempotencyKey = None,
) -> Generation:
    """Asks for a film. It is made in the background: follow it through the WebSocket or by reading it."""
    with session() as db:
        job, new = generations.submit(db, session_id, body, idempotency_key)
        described = generations.describe(db, job.id, links)
    if new:
        events.tell(job.id, "status", first=True, status=job.status, progress=job.progress)
        wake()
    response.headers["Location"] = str(request.url_for("read_generation", generation_id=job.id).path)
    return described


@router.get("")
async def list_generations(
    session_id: CurrentSession,
    links: LinksDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = DEFAULT_PER_PAGE,
    status: JobStatus | None = None,
) -> Page[GenerationSummary]:
    """The session's films, newest first."""

    def read(db: Session) -> Page[GenerationSummary]:
        return generations.page(db, session_id, cursor=cursor, limit=limit, status=status, links=links)

    return await read_in_thread(read)


@router.get("/{generation_id}")
async def read_generation(generation_id: UUID, session_id: CurrentSession, links: LinksDep) -> Generation:
    """All that is known of a film: where it stands, its clips, its versions."""
    return await read_in_thread(lambda db: generations.read(db, session_id, generation_id, links))


@router.post("/{generation_id}/cancel", status_code=status.HTTP_202_ACCEPTED)
def cancel_generation(generation_id: UUID, session_id: CurrentSession, links: LinksDep) -> Generation:
    """Stops a film that isn't finished. One that is being made stops within seconds."""
    with session() as db:
        generations.owned(db, session_id, generation_id)
        job = jobs.request_cancel(db, generation_id)
        described = generations.describe(db, job.id, links)
    events.status_changed(generation_id)
    return described


@router.post("/{generation_id}/retry", status_code=status.HTTP_202_ACCEPTED)
def retry_generation(generation_id: UUID, session_id: CurrentSession, links: LinksDep) -> Generation:
    """Takes a failed film up where it stopped: what is finished is kept."""
    with session() as db:
        generations.owned(db, session_id, generation_id)
        job = jobs.retry(db, generation_id)
        enqueue(db, job)
        described = generations.describe(db, job.id, links)
    events.status_changed(generation_id)
    wake()
    return described
