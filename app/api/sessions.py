"""`/sessions`: a user signs in."""

from __future__ import annotations

from fastapi import APIRouter, status

from app.accounts import open_session
from app.database import session
from app.schemas.sessions import SessionCreated

router = APIRouter(prefix="/sessions", tags=["sessions"])


@router.post("", status_code=status.HTTP_201_CREATED)
def create_session() -> SessionCreated:
    """Opens an anonymous session for seven days. Its token is shown this once."""
    with session() as db:
        opened, token = open_session(db)
    return SessionCreated(id=opened.id, token=token, expires_at=opened.expires_at)
