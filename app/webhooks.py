"""Calls from Replicate: who signed them is checked, each is taken once, and the waiting flow is woken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

import structlog
from pydantic import BaseModel, Field, ValidationError
from replicate.webhook import InvalidSecretKeyError, Webhooks, WebhookSigningSecret
from starlette.concurrency import run_in_threadpool

from app.database import engine
from app.ledger import accept
from app.problems import SignatureRefused, Unavailable, Unprocessable
from app.redis import reachable, redis_client
from app.settings import settings

PREDICTIONS = "replicate:predictions"
"""The Redis channel on which predictions are told of: JSON with `prediction`, `status` and `order`."""

OLDEST_S = 300
# Replicate repeats a call for some minutes; a copy of one is refused for its age long before this ends.
REMEMBERED_S = 24 * 3600

# In one step: a call that is remembered but was not told of would be lost.
_TELL_ONCE = """
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) then return 0 end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
"""

log = structlog.get_logger(__name__)


class Prediction(BaseModel):
    """What is used of a prediction; there is much more in it."""

    id: str = Field(min_length=1, max_length=200)
    status: str = Field(min_length=1, max_length=50)


async def take_prediction(headers: Mapping[str, str], body: bytes, order: UUID | None) -> None:
    """Tells those who wait on `PREDICTIONS` of a call, the first time that it comes.

    Args:
        order: the ledger's, from our own address of the webhook: one that was never answered is known by it.

    Raises:
        Unavailable: no secret is set, or one that can't be read.
        SignatureRefused: the call is not from Replicate, or is older than five minutes.
        Unprocessable: it is from Replicate, and not about a prediction.
        RedisUnavailable, DatabaseUnavailable: it can't be taken now; Replicate will send it again.
    """
    _check_signature(headers, body)
    try:
        prediction = Prediction.model_validate_json(body)
    except ValidationError as error:
        raise Unprocessable(
            "The call was not taken", "it is not about a prediction", "Send predictions only"
        ) from error
    call = headers["webhook-id"]
    if order:
        await run_in_threadpool(accept, engine(), order, prediction.id)
    facts = {"prediction": prediction.id, "status": prediction.status, "order": order and str(order)}
    with reachable():
        is_new = await redis_client().eval(
            _TELL_ONCE, 1, f"replicate:webhook:{call}", REMEMBERED_S, PREDICTIONS, json.dumps(facts)
        )
    log.info("prediction told" if is_new else "prediction told again", call=call, **facts)


def _check_signature(headers: Mapping[str, str], body: bytes) -> None:
    secret = settings().replicate_webhook_secret
    remedy = "Set REPLICATE_WEBHOOK_SECRET to the signing secret of the Replicate account, whsec_…"
    if secret is None:
        raise Unavailable("Webhooks are not taken", "no signing secret is set", remedy)
    try:
        Webhooks.validate(
            headers=dict(headers),
            body=body.decode(),
            secret=WebhookSigningSecret(key=secret.get_secret_value()),
            tolerance=OLDEST_S,
        )
    except InvalidSecretKeyError:
        # The error itself shows the secret.
        raise Unavailable("Webhooks are not taken", "the signing secret can't be read", remedy) from None
    except ValueError as error:
        # Of its own errors, and those of numbers, base64 and UTF-8 that it lets through.
        raise SignatureRefused(
            "The call was refused",
            "it is not signed by Replicate, or was signed more than five minutes ago",
            "Send it as Replicate does, with webhook-id, webhook-timestamp and webhook-signature",
        ) from error
