"""What endpoints depend on: who asks, and where links begin."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from structlog.contextvars import bind_contextvars

from app import accounts
from app.links import Links, link_maker
from app.problems import Unauthenticated
from app.settings import settings

_bearer = HTTPBearer(auto_error=False, description="The token of a session: `POST /api/v1/sessions`.")


async def current_session(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> UUID:
    """The session whose token the request carries.

    Raises:
        Unauthenticated: it carries none, or one that is unknown or over.
    """
    if credentials is None:
        raise Unauthenticated(
            "The request was refused",
            "it carries no session",
            "Open a session with POST /api/v1/sessions and send its token as 'Authorization: Bearer …'",
        )
    token = credentials.credentials
    # Most often known already: only then is no thread needed.
    session = accounts.known_session(token) or await run_in_threadpool(accounts.session_of, token)
    # For the log: who asked, not by which token.
    bind_contextvars(session_id=str(session))
    return session


async def public_url(connection: HTTPConnection) -> str:
    """Under which address the caller reaches us, without a slash at its end."""
    if configured := settings().public_url:
        return configured.rstrip("/")
    base = connection.base_url
    return f"{'https' if base.scheme in ('https', 'wss') else 'http'}://{base.netloc}"


async def links_of(connection: HTTPConnection) -> Links:
    """Makes presigned links that begin where the caller reaches us."""
    return link_maker(await public_url(connection))


CurrentSession = Annotated[UUID, Depends(current_session)]
PublicUrl = Annotated[str, Depends(public_url)]
LinksDep = Annotated[Links, Depends(links_of)]
