"""Prefect's server as the embedded stack serves it: a busy database is tried again at once.

On SQLite, tasks that report at the same time find its file locked. Prefect then answers 503, and its
client waits two seconds and more before it tries again, unless the answer says when to.
"""

from __future__ import annotations

from prefect.server.api.server import create_app
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

RETRY_AFTER_S = "0.1"
SERVICE_UNAVAILABLE = 503

_prefect = create_app()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application."""

    async def send_with_hint(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == SERVICE_UNAVAILABLE:
            MutableHeaders(scope=message).setdefault("Retry-After", RETRY_AFTER_S)
        await send(message)

    await _prefect(scope, receive, send_with_hint)
