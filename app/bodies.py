"""Bodies of requests that are held in memory: read no further than they may be long."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Message

from app.problems import BodyTooLarge, UnsupportedBody

# The longest edit in the most wasteful spelling has 50 KiB. Checking costs far more than reading does.
LARGEST_JSON_BYTES = 64 << 10


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The whole body of a request.

    Raises:
        BodyTooLarge: it has more than `most_bytes`; the rest is not read.
        HTTPException: 400, the caller went away before its end.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most_bytes:
        raise _too_large(most_bytes)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most_bytes:
                raise _too_large(most_bytes)
    except ClientDisconnect as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body was broken off before its end.") from error
    return bytes(body)


class JsonRoute(APIRoute):
    """A route whose body, where it takes one, is JSON of a bounded length.

    FastAPI reads bodies before anything else, whoever sends them: this comes before that.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def bounded(request: Request) -> Response:
            body = await read_body(request, LARGEST_JSON_BYTES)
            if body and not _is_json(request.headers.get("content-type", "")):
                raise UnsupportedBody(
                    "The request can't be read", "its body is not JSON", "Send JSON as application/json"
                )

            async def receive() -> Message:
                return {"type": "http.request", "body": body}

            return await handle(Request(request.scope, receive))

        return bounded


def _is_json(content_type: str) -> bool:
    kind, _, name = content_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (name == "json" or name.endswith("+json"))


def _too_large(most_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(
        "The request was refused", f"its body has more than {most_bytes >> 10} KiB", "Send less"
    )
