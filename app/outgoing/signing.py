"""Whose webhook it is, and that it is ours: https://github.com/standard-webhooks/standard-webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from uuid import UUID

from standardwebhooks.webhooks import Webhook

from app.models import WebhookDelivery
from app.settings import settings

PREFIX = "whsec_"


def secret_of(session_id: UUID) -> str:
    """The secret that a session's webhooks are signed with, `whsec_` and 32 bytes in base64.

    Derived, so that nothing is stored that could leak; it changes with SECRET_KEY.
    """
    key = settings().secret_key.get_secret_value().encode()
    secret = hmac.new(key, f"webhooks:{session_id}".encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(secret).decode()


def webhook_id(delivery_id: UUID) -> str:
    """What a webhook is called at every try, so that a repetition is known as one."""
    return f"msg_{delivery_id.hex}"


def body_of(delivery: WebhookDelivery) -> bytes:
    """The same bytes at every try."""
    return json.dumps(delivery.payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def headers_of(delivery: WebhookDelivery, body: bytes, now: datetime) -> dict[str, str]:
    """Id, time and signature."""
    name = webhook_id(delivery.id)
    moment = now.astimezone(UTC)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret_of(delivery.session_id)).sign(name, moment, body.decode()),
        "content-type": "application/json",
        "user-agent": "Reelflow-Webhooks/1",
    }
