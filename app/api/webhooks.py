"""`/webhooks`: what others tell us."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from app.bodies import read_body
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
async def receive_prediction(request: Request, clip: UUID | None = None) -> None:
    """Replicate tells how a prediction goes on. The call must carry Replicate's signature."""
    await take_prediction(request.headers, await read_body(request, LARGEST_BODY_BYTES), clip)
