"""Answers that break off: connections that are held and closed, bodies that end in the middle."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI, Response
from starlette.types import Message, Receive, Scope, Send

# Where the application finds how to cut the connection of a request.
CUT = "sandbox.cut"
MARK = (b"x-stand-in", b"sandbox.replicate; this is not Replicate")


class AnswerLost(ConnectionAbortedError):
    """The connection was to be cut, and there is none: the application was called without a server."""


class MarkingApp(FastAPI):
    """Marks every answer as the stand-in's, and hands down the means to cut the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        # ASGI has no way to cut a connection; uvicorn's `send` is a method of what holds it. No middleware
        # meets that one: those of Starlette are within its own.
        if transport := getattr(getattr(send, "__self__", None), "transport", None):
            scope[CUT] = transport.abort

        async def marking(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), MARK]
            await send(message)

        await super().__call__(scope, receive, marking)


class NoAnswer(Response):
    """The connection is held for so many seconds, and then closed without a word."""

    def __init__(self, held_s: float) -> None:
        super().__init__()
        self._held_s = held_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(_left(receive), self._held_s)
        await _cut(scope, receive)


class HalfAFile(Response):
    """A file whose second half does not come, though its length is told."""

    def __init__(self, path: Path, media_type: str) -> None:
        self._content = path.read_bytes()
        super().__init__(media_type=media_type, headers={"content-length": str(len(self._content))})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        half = self._content[: len(self._content) // 2]
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        if CUT in scope:
            # The half shall arrive before the connection is reset.
            await asyncio.sleep(0.05)
            await _cut(scope, receive)
        else:
            await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cut(scope: Scope, receive: Receive) -> None:
    if CUT not in scope:
        raise AnswerLost("The answer was to be lost.")
    scope[CUT]()
    # Until the server knows it: it would answer for an application that returned without an answer.
    await _left(receive)
