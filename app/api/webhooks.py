"""`/webhooks`: what others tell us, and what we tell them."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from app.api.deps import CurrentSession
from app.bodies import read_body
from app.outgoing.signing import secret_of
from app.schemas.webhooks import WebhookCall, WebhookSecret
from app.webhooks import take_prediction

# With its logs, a prediction is long.
LARGEST_BODY_BYTES = 1 << 20

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


_PREDICTION = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "description": "A prediction, as Replicate describes it."},
                "example": {"id": "gm3qorzdhgbfurvjtvhg6dckhu", "status": "succeeded"},
            }
        },
    }
}


@router.post(
    "/replicate", status_code=status.HTTP_202_ACCEPTED, response_class=Response, openapi_extra=_PREDICTION
)
async def receive_prediction(request: Request, order: UUID | None = None) -> None:
    """Replicate tells how a prediction goes on. The call must carry Replicate's signature."""
    await take_prediction(request.headers, await read_body(request, LARGEST_BODY_BYTES), order)


@router.get("/secret")
async def read_webhook_secret(session_id: CurrentSession) -> WebhookSecret:
    """What the webhooks of the session's generations are signed with."""
    return WebhookSecret(secret=secret_of(session_id))


outgoing = APIRouter(tags=["webhooks"])


@outgoing.post("generation")
def tell_generation(call: WebhookCall) -> None:
    """Sent to a generation's `webhook_url` when it is completed, failed or cancelled. Answer with 2xx."""
