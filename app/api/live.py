"""`/ws/generations/{id}`: a film is followed as it is made."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool
from structlog.contextvars import bind_contextvars

from app import accounts, generations
from app.api.deps import public_url
from app.database import DatabaseUnavailable, session
from app.following import Following
from app.links import link_maker
from app.problems import NotFound, Unauthenticated
from app.schemas.live import Connected

SUBPROTOCOL = "reelflow.v1"
# 4000 to 4999 are for applications (RFC 6455, 7.4.2); these are HTTP's statuses beside them.
UNAUTHENTICATED, NOT_FOUND, ENDED, TRY_LATER = 4401, 4404, 1000, 1013
_CLOSE_CODES = {Unauthenticated: UNAUTHENTICATED, NotFound: NOT_FOUND, DatabaseUnavailable: TRY_LATER}
# A close frame holds 123 bytes of reason (RFC 6455, 5.5.1); causes are plain ASCII.
LONGEST_REASON = 100
GREATEST_SEQUENCE = 2**53 - 1

router = APIRouter()
log = structlog.get_logger(__name__)


@router.websocket("/ws/generations/{generation_id}")
async def follow(
    websocket: WebSocket,
    generation_id: UUID,
    last_sequence: Annotated[int | None, Query(ge=0, le=GREATEST_SEQUENCE)] = None,
) -> None:
    """Sends what happens to a film until it is made; see `app.schemas.live` for the messages."""
    token, subprotocol = _credentials(websocket)
    await websocket.accept(subprotocol)
    try:
        session_id = accounts.known_session(token) or await run_in_threadpool(accounts.session_of, token)
        bind_contextvars(session_id=str(session_id), job_id=str(generation_id))
        await run_in_threadpool(_own, session_id, generation_id)
    except (Unauthenticated, NotFound, DatabaseUnavailable) as refusal:
        await websocket.close(_CLOSE_CODES[type(refusal)], refusal.cause[:LONGEST_REASON])
        return
    await websocket.send_text(Connected(generation_id=generation_id).model_dump_json())
    links = link_maker(await public_url(websocket))
    following = Following(generation_id, links, websocket.app.state.live)
    # Whoever follows says nothing: what is received is only that it has gone.
    gone = asyncio.create_task(_gone(websocket))
    sending = asyncio.create_task(_send(websocket, following, last_sequence))
    done, pending = await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        if (fault := task.exception()) and not isinstance(fault, WebSocketDisconnect):
            raise fault


async def _send(websocket: WebSocket, following: Following, last_sequence: int | None) -> None:
    try:
        async for message in following.messages(last_sequence):
            await websocket.send_text(message.model_dump_json(exclude_none=True))
    except DatabaseUnavailable as away:
        await websocket.close(TRY_LATER, away.cause[:LONGEST_REASON])
    else:
        await websocket.close(ENDED)


async def _gone(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


def _credentials(websocket: WebSocket) -> tuple[str, str | None]:
    """The token, and the subprotocol to answer with: browsers can't send a header, but may name those."""
    offered = [name.strip() for name in websocket.headers.get("sec-websocket-protocol", "").split(",")]
    chosen = SUBPROTOCOL if SUBPROTOCOL in offered else None
    for name in offered:
        if name.startswith("bearer."):
            return name.removeprefix("bearer."), chosen
    scheme, _, token = websocket.headers.get("authorization", "").partition(" ")
    return (token.strip() if scheme.lower() == "bearer" else ""), chosen


def _own(session_id: UUID, generation_id: UUID) -> None:
    with session() as db:
        generations.owned(db, session_id, generation_id)
