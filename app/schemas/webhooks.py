"""Webhooks as they are sent, and as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict
from pydantic.config import JsonDict

from app.models import DeliveryStatus, JobStatus
from app.schemas.base import Schema
from app.schemas.compositions import EXAMPLE as COMPOSITION
from planning.brief import JobType

Event = Literal["generation.completed", "generation.failed", "generation.cancelled"]

_CALL: JsonDict = {
    "type": "generation.completed",
    "timestamp": "2026-11-24T10:02:05Z",
    "data": {
        "generation_id": COMPOSITION["generation_id"],
        "status": "completed",
        "title": "Volta",
        "job_type": "ad_creative",
        "actual_cost_usd": 0.0,
        "composition": {
            "id": COMPOSITION["id"],
            "version": 1,
            "duration_s": 15.0,
            "width": 1280,
            "height": 720,
            "size_bytes": COMPOSITION["size_bytes"],
            "sha256": COMPOSITION["sha256"],
        },
        "error": None,
    },
}
DELIVERY: JsonDict = {
    "id": "msg_6f1e0c52a7c94b9b9a535f6b1c3d2e1f",
    "event": "generation.completed",
    "status": "pending",
    "attempts": 1,
    "next_attempt_at": "2026-11-24T10:02:10Z",
    "last_error": "The server answered 503",
    "created_at": "2026-11-24T10:02:05Z",
    "delivered_at": None,
}


class ToldComposition(Schema):
    """The newest finished version of the film. Links to it: `GET /compositions/{id}/download`."""

    id: UUID
    version: int
    duration_s: float
    width: int
    height: int
    size_bytes: int
    sha256: str


class ToldFailure(Schema):
    """Why there is no film."""

    code: str
    message: str
    remedy: str


class ToldGeneration(Schema):
    """How the generation stands."""

    generation_id: UUID

    status: JobStatus
    """`completed` when only an edit of its film was cancelled."""

    title: str | None
    job_type: JobType
    actual_cost_usd: float
    composition: ToldComposition | None
    error: ToldFailure | None


class WebhookCall(Schema):
    """The body of a webhook, as Standard Webhooks has it.

    It holds no links: they would be dead before the last try, and a leak where somebody else gets it.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_CALL]})

    type: Event
    timestamp: datetime
    data: ToldGeneration


class Delivery(Schema):
    """A webhook on its way."""

    model_config = ConfigDict(json_schema_extra={"examples": [DELIVERY]})

    id: str
    """Its `webhook-id`, the same at every try."""

    event: str

    status: DeliveryStatus
    """`failed` after the last try, about 32 hours after the first."""

    attempts: int

    next_attempt_at: datetime | None
    """Null once it is delivered or failed."""

    last_error: str | None
    """Why the last try did not succeed."""

    created_at: datetime
    delivered_at: datetime | None


class WebhookSecret(Schema):
    """What your webhooks are signed with."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}]}
    )

    secret: str
    """`whsec_` and a key in base64, for the libraries of standardwebhooks.com. Keep it to your server."""
