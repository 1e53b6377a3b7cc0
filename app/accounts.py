"""Who asks: anonymous sessions, known by a token of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from uuid import UUID

from cachetools import TTLCache
from sqlmodel import Session, select

from app.database import session
from app.models import SESSION_LIFETIME, UserSession
from app.problems import Unauthenticated

# Lets scanners of leaked secrets recognise ours.
TOKEN_PREFIX = "rf_"
TOKEN_BYTES = 32
LONGEST_TOKEN = 200
# A session is never changed but only ends, so what was read may be kept; deleted ones are noticed so late.
CACHED_S = 30
CACHED_SESSIONS = 10_000

_known: TTLCache[str, tuple[UUID, datetime]] = TTLCache(CACHED_SESSIONS, CACHED_S)


def open_session(db: Session) -> tuple[UserSession, str]:
    """A new session and its token, which nobody can read again."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    opened = UserSession(token_hash=_hash(token), expires_at=datetime.now(UTC) + SESSION_LIFETIME)
    db.add(opened)
    db.flush()
    return opened, token


def known_session(token: str) -> UUID | None:
    """The session of a token, if it was looked up a moment ago; None says nothing."""
    found = _known.get(_hash(token))
    return found[0] if found and found[1] > datetime.now(UTC) else None


def session_of(token: str) -> UUID:
    """The session of a token.

    Raises:
        Unauthenticated: it is nobody's, or the session is over.
        DatabaseUnavailable: it can't be looked up.
    """
    if len(token) > LONGEST_TOKEN:
        raise _refused()
    mark = _hash(token)
    with session() as db:
        row = db.exec(
            select(UserSession.id, UserSession.expires_at).where(
                UserSession.token_hash == mark, UserSession.expires_at > datetime.now(UTC)
            )
        ).first()
    if row is None:
        raise _refused()
    _known[mark] = (row[0], row[1])
    return row[0]


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "The request was refused",
        "its session is unknown or over",
        "Open a session with POST /api/v1/sessions and send its token as 'Authorization: Bearer …'",
    )


def _hash(token: str) -> str:
    # A token is 256 random bits: there is nothing to guess, and so no need for a slow hash.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
