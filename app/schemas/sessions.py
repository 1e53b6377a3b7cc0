"""Sessions as the API gives them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.schemas.base import Schema


class SessionCreated(Schema):
    """A new session. The token is shown this once."""

    id: UUID

    token: str = Field(examples=["rf_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6"])
    """Send it as `Authorization: Bearer …`."""

    expires_at: datetime
