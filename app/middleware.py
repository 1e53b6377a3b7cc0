"""What every request goes through: an id, a log line, its measurements, and the answer's security headers.

One ASGI callable for all of it, around everything else: each layer costs every request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from time import perf_counter
from uuid import uuid4

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.metrics import IN_FLIGHT, OPEN_SOCKETS, UNMATCHED, observe_request

REQUEST_ID = b"x-request-id"
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    # Links carry signatures.
    (b"referrer-policy", b"no-referrer"),
)
# Pictures and films come from the store, which may be at any address.
PAGE_POLICY = (
    b"default-src 'self'; img-src 'self' data: blob: https: http:; media-src 'self' blob: https: http:; "
    b"connect-src 'self' ws: wss:; style-src 'self'; script-src 'self'; frame-ancestors 'none'; "
    b"base-uri 'none'; form-action 'self'"
)
PAGE_HEADERS = (*SECURITY_HEADERS, (b"content-security-policy", PAGE_POLICY))
# Asked so often that at INFO they would be most of the log.
QUIET_ROUTES = frozenset({"/health", "/metrics"})
# What the access log of a web server says of a client that left before there was an answer.
CLIENT_LEFT = 499
ABNORMAL_CLOSURE = 1006

_SANE_ID = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Puts the middleware around the whole application, its answer to unexpected errors included."""
    inner = app.build_middleware_stack
    app.build_middleware_stack = lambda: RequestMiddleware(inner())


class RequestMiddleware:
    """Wraps an application; see the module."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the wrapped application does, with more headers."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = perf_counter()
        request_id = _identify(scope)
        status = CLIENT_LEFT
        complete = False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, complete
            if message["type"] == "http.response.start":
                # An HTTPStatus would be logged under its name.
                status = int(message["status"])
                message["headers"] = _headers(message.get("headers", ()), request_id)
            elif message["type"] == "http.response.body":
                complete = not message.get("more_body", False)
            await send(message)

        IN_FLIGHT.inc()
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            # Starlette raises again what it has answered, for the server to log. It is logged already.
            if not complete:
                raise
        finally:
            IN_FLIGHT.dec()
            seconds = perf_counter() - start
            route = _route(scope)
            observe_request(scope["method"], route, status, seconds)
            # The path without its query, which may carry a signature.
            (log.debug if route in QUIET_ROUTES else log.info)(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=round(seconds * 1000, 2),
            )

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = perf_counter()
        request_id = _identify(scope)
        accepted = False
        code = ABNORMAL_CLOSURE

        async def receive_and_note() -> Message:
            nonlocal code
            message = await receive()
            if message["type"] == "websocket.disconnect":
                code = message.get("code", code)
            return message

        async def send_and_note(message: Message) -> None:
            nonlocal accepted, code
            if message["type"] == "websocket.accept":
                message["headers"] = [*message.get("headers", ()), (REQUEST_ID, request_id)]
                if not accepted:
                    accepted = True
                    OPEN_SOCKETS.inc()
                    log.info("socket opened", path=scope["path"])
            elif message["type"] == "websocket.close":
                code = message.get("code", 1000)
            await send(message)

        try:
            await self._app(scope, receive_and_note, send_and_note)
        finally:
            if accepted:
                OPEN_SOCKETS.dec()
            log.info(
                "socket closed" if accepted else "socket refused",
                path=scope["path"],
                code=code,
                duration_s=round(perf_counter() - start, 1),
            )


def _identify(scope: Scope) -> bytes:
    """The request's id, the caller's own if it is sane; everything logged from here on carries it."""
    request_id = next((value for name, value in scope["headers"] if name == REQUEST_ID), b"")
    if not _SANE_ID.fullmatch(request_id):
        request_id = uuid4().hex.encode()
    # The test client, and a server without tasks of its own, would hand on what the last request bound.
    clear_contextvars()
    bind_contextvars(request_id=request_id.decode())
    return request_id


def _headers(headers: Iterable[tuple[bytes, bytes]], request_id: bytes) -> list[tuple[bytes, bytes]]:
    """The answer's headers and ours; of ours, what the answer says itself is left to it."""
    answered = list(headers)
    named = dict(answered)
    ours = PAGE_HEADERS if named.get(b"content-type", b"").startswith(b"text/html") else SECURITY_HEADERS
    return [*answered, (REQUEST_ID, request_id), *(header for header in ours if header[0] not in named)]


def _route(scope: Scope) -> str:
    """The template of the route that answered."""
    # Where FastAPI keeps the template with the prefix of the router that a route was included by.
    context = scope.get("fastapi", {}).get("effective_route_context")
    if (template := getattr(context or scope.get("route"), "path_format", None)) is not None:
        return template
    # What is mounted has no template of ours but the place where it is mounted.
    mounted = scope.get("endpoint") is not None
    return f"{scope.get('root_path', '')}/{{path}}" if mounted else UNMATCHED
