"""Webhooks: signed as Replicate signs them (by Standard Webhooks), and sent again where not taken."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from sandbox.replicate.conduct import Conduct
from sandbox.replicate.predictions import Event, Prediction

TIMEOUT_S = 5.0


def signing_secret(home: Path) -> str:
    """The account's signing secret, `whsec_…`; made once, and kept."""
    file = home / "webhook-secret"
    if not file.exists():
        file.write_text(f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}")
        file.chmod(0o600)
    return file.read_text()


def signed(secret: str, message: str, moment: int, body: bytes) -> dict[str, str]:
    """The headers of a call.

    Args:
        message: id of the call; the same when it is sent again.
        moment: when it is sent, in seconds since the epoch.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message}.{moment}.".encode() + body, sha256).digest()
    return {
        "content-type": "application/json",
        "user-agent": "Replicate stand-in",
        "webhook-id": message,
        "webhook-timestamp": str(moment),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


class Webhooks:
    """Sends what happens to those who asked for it."""

    def __init__(self, conduct: Conduct, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.secret = signing_secret(conduct.home)
        self._conduct = conduct
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, transport=transport)
        self._sending: set[asyncio.Task[None]] = set()

    def tell(self, prediction: Prediction, event: Event, document: dict[str, Any]) -> None:
        """Has an event told, if it was asked for. Only the last one meets faults, and is sent again."""
        if prediction.webhook is None or event not in prediction.events:
            return
        message = f"msg_{secrets.token_hex(12)}"
        body = json.dumps(document).encode()
        last = event == "completed"
        if last and "lost_webhook" in prediction.faults:
            return
        late = prediction.faults.get("late_webhook")
        pauses = self._conduct.webhook_pauses_s if last else ()
        for _ in range(2 if last and "duplicate_webhook" in prediction.faults else 1):
            self._spawn(
                self._send(prediction.webhook, message, body, pauses, late.delay_s if late and last else 0)
            )

    async def delivered(self) -> None:
        """Returns when nothing is on its way any more."""
        await asyncio.gather(*self._sending)

    async def close(self) -> None:
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._client.aclose()

    def _spawn(self, sending: Any) -> None:
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(
        self, address: str, message: str, body: bytes, pauses: tuple[float, ...], delay_s: float
    ) -> None:
        await asyncio.sleep(delay_s)
        for pause in (*pauses, None):
            headers = signed(self.secret, message, int(self._conduct.clock()), body)
            try:
                answer = await self._client.post(address, content=body, headers=headers)
                if answer.is_success:
                    return
            except httpx.HTTPError:
                pass  # as good as a refusal: it is tried again
            if pause is not None:
                await asyncio.sleep(pause)
