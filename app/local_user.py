"""The user of the commands on this machine."""

import hashlib
import secrets
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from app.models import SESSION_LIFETIME, UserSession

# Nobody knows a token for it, so it can't be signed in to.
LOCAL_SESSION_ID = UUID("5eed0000-0000-4000-8000-000000000001")


def local_session(session: Session) -> UserSession:
    """The user session of the command on this machine; made on first use, and each use renews it."""
    expires = datetime.now(UTC) + SESSION_LIFETIME
    unknown = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
    made = insert(UserSession).values(id=LOCAL_SESSION_ID, token_hash=unknown, expires_at=expires)
    session.exec(
        made.on_conflict_do_update(
            index_elements=["id"], set_={"expires_at": expires, "last_seen_at": func.now()}
        )
    )
    return session.get_one(UserSession, LOCAL_SESSION_ID, populate_existing=True)
