"""`/webhooks`: what others tell us."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from app.problems import BodyTooLarge
from app.webhooks import take_prediction

LARGEST_BODY_BYTES = 1 << 20

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post("/replicate", status_code=status.HTTP_202_ACCEPTED, response_class=Response)
async def replicate(request: Request, clip: UUID | None = None) -> None:
    """Replicate tells how a prediction goes on. The call must carry Replicate's signature."""
    await take_prediction(request.headers, await _body(request), clip)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            raise BodyTooLarge(
                "The call was refused",
                f"its body has more than {LARGEST_BODY_BYTES >> 20} MiB",
                "Leave the logs out of it",
            )
    return bytes(body)
