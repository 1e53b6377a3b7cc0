"""Prefect's server as the embedded stack serves it: a request that finds its database busy is tried again.

On SQLite, requests that write at the same time find its file locked. Prefect then rolls back and answers
503, which its client tries again after two seconds and more, and its page not at all: a run that was begun
in the page would simply not be there.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import time

from prefect.server.api.server import create_app
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SERVICE_UNAVAILABLE = 503
READING = ("GET", "HEAD", "OPTIONS")
TRIES_AGAIN = 50
AGAIN_AFTER_S = 0.1
COLLECTS_EVERY_S = 5.0


def patient(server: ASGIApp) -> ASGIApp:
    """An application that tries a changing request again while the server answers 503.

    Those that are tried again are so one after the other: side by side they would keep each other out.
    """
    turn = asyncio.Lock()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING:
            await server(scope, receive, send)
            return
        body = await _whole_body(receive)

        async def is_busy() -> bool:
            answer = _HeldBack(send)
            try:
                await server(dict(scope), _from_the_start(body, receive), answer)
            except Exception:
                # An error that has been answered is raised as well, to be logged.
                if not answer.busy:
                    raise
            return answer.busy

        if not await is_busy():
            return
        async with turn:
            for _ in range(TRIES_AGAIN):
                if not await is_busy():
                    return
                await asyncio.sleep(AGAIN_AFTER_S)
        await server(dict(scope), _from_the_start(body, receive), send)

    return application


class _HeldBack:
    """Sends an answer on, unless it says that the server is busy."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.busy = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.busy = message["status"] == SERVICE_UNAVAILABLE
        if not self.busy:
            await self._send(message)


async def _whole_body(receive: Receive) -> list[Message]:
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _from_the_start(body: list[Message], receive: Receive) -> Receive:
    left = iter(body)

    async def replayed() -> Message:
        return next(left, None) or await receive()

    return replayed


def collect_beside(every_s: float = COLLECTS_EVERY_S) -> None:
    """Has a thread of its own collect garbage from now on.

    A cursor that a cancelled request has left behind is freed by the collector, and freeing it waits until
    its connection, which others use by then, is at rest. That takes as long as a statement waits for the
    file's lock, a minute at most; and in the thread of the event loop nobody could give the lock back.

    What the server is made of, some 300,000 objects, is looked through once: that holds up every request.
    """

    def collect() -> None:
        while True:
            time.sleep(every_s)
            gc.collect()
            if not gc.get_freeze_count():
                gc.freeze()

    gc.disable()
    threading.Thread(target=collect, name="garbage", daemon=True).start()


def application() -> ASGIApp:
    """The server, in a process of its own."""
    collect_beside()
    return patient(create_app())
