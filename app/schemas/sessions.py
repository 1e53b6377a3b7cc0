"""Sessions as the API gives them."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict
from pydantic.config import JsonDict

from app.schemas.base import Schema

_EXAMPLE: JsonDict = {
    "id": "5eed0000-0000-4000-8000-0000000000a1",
    "token": "rf_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6",
    "expires_at": "2026-12-01T10:00:00Z",
}


class SessionCreated(Schema):
    """A new session. The token is shown this once."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID

    token: str
    """Send it as `Authorization: Bearer …`."""

    expires_at: datetime
