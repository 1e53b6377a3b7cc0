"""A reverse proxy for HTTP and WebSockets: the load balancer's and the registry's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from aiohttp import web
from yarl import URL

# Headers about one connection, not about the message (RFC 9110, 7.6.1).
HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
    *("te", "trailer", "transfer-encoding", "upgrade"),
}
CONNECTS_WITHIN_S = 5.0
IDLE_TIMEOUT_S = 60.0
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Destination:
    """Where a request goes; `held` is entered while it is under way."""

    host: str
    port: int
    held: AbstractContextManager[object]


Route = Callable[[web.BaseRequest], Awaitable[Destination | web.Response]]
Heard = Callable[[web.BaseRequest, int, bytes], Awaitable[None]]


class Proxy:
    """Listens on one address and sends each request where `route` says.

    Args:
        route: the destination of a request, or an answer to it.
        remember: whose bodies are kept until they are answered, for `heard`.
        heard: told of each request that was remembered, with its answer's status and its own body.
    """

    def __init__(
        self,
        route: Route,
        *,
        remember: Callable[[web.BaseRequest], bool] = lambda request: False,
        heard: Heard | None = None,
    ) -> None:
        self._route = route
        self._remember = remember
        self._heard = heard
        self._runner: web.ServerRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    async def listen(self, host: str, port: int) -> int:
        """Begins to listen; returns the port, which is a free one where 0 was asked for."""
        self._client = aiohttp.ClientSession(
            # A connection for each request: none that the destination has just closed is used.
            connector=aiohttp.TCPConnector(force_close=True, limit=0),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECTS_WITHIN_S, sock_read=IDLE_TIMEOUT_S
            ),
        )
        self._runner = web.ServerRunner(web.Server(self._handle))
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024)
        await site.start()
        return self._runner.addresses[0][1]

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()
        if self._client:
            await self._client.close()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        destination = await self._route(request)
        if isinstance(destination, web.Response):
            return destination
        with destination.held:
            try:
                if request.headers.get("Upgrade", "").lower() == "websocket":
                    return await self._tunnel(request, destination)
                return await self._forward(request, destination)
            except TimeoutError:
                return web.Response(status=HTTPStatus.GATEWAY_TIMEOUT)
            except aiohttp.ClientError:
                return web.Response(status=HTTPStatus.BAD_GATEWAY)

    async def _forward(self, request: web.BaseRequest, destination: Destination) -> web.StreamResponse:
        assert self._client is not None
        kept = bytearray() if self._remember(request) else None
        url = URL(f"http://{destination.host}:{destination.port}{request.raw_path}", encoded=True)
        async with self._client.request(
            request.method,
            url,
            headers=_forwarded(request),
            data=_body(request, kept),
            allow_redirects=False,
            skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
        ) as answer:
            response = web.StreamResponse(status=answer.status, reason=answer.reason)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    response.headers.add(name, value)
            if kept is not None and self._heard:
                await self._heard(request, answer.status, bytes(kept))
            await response.prepare(request)
            async for chunk in answer.content.iter_chunked(CHUNK):
                await response.write(chunk)
            await response.write_eof()
            return response

    async def _tunnel(self, request: web.BaseRequest, destination: Destination) -> web.StreamResponse:
        assert self._client is not None
        url = URL(f"http://{destination.host}:{destination.port}{request.raw_path}", encoded=True)
        offered = [
            one.strip() for one in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if one.strip()
        ]
        headers = {
            name: value for name, value in _forwarded(request).items() if "websocket" not in name.lower()
        }
        async with self._client.ws_connect(url, headers=headers, protocols=offered, max_msg_size=0) as far:
            near = web.WebSocketResponse(protocols=offered, max_msg_size=0)
            await near.prepare(request)
            ways = [asyncio.ensure_future(_relay(near, far)), asyncio.ensure_future(_relay(far, near))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await near.close()
            return near


def _forwarded(request: web.BaseRequest) -> dict[str, str]:
    named = {one.strip().lower() for one in request.headers.get("Connection", "").split(",")}
    headers = {
        name: ", ".join(request.headers.getall(name))
        for name in request.headers
        if name.lower() not in HOP_BY_HOP | named
    }
    headers["X-Forwarded-For"] = ", ".join(
        filter(None, [request.headers.get("X-Forwarded-For"), request.remote])
    )
    headers["X-Forwarded-Proto"] = "http"
    headers["X-Forwarded-Port"] = request.host.rpartition(":")[2]
    return headers


def _body(request: web.BaseRequest, kept: bytearray | None) -> AsyncIterator[bytes] | None:
    if not request.body_exists:
        return None
    return _chunks(request, kept)


async def _chunks(request: web.BaseRequest, kept: bytearray | None) -> AsyncIterator[bytes]:
    async for chunk in request.content.iter_chunked(CHUNK):
        if kept is not None:
            kept += chunk
        yield chunk


async def _relay(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    sink: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    with suppress(ConnectionError):
        async for message in source:
            if message.type is aiohttp.WSMsgType.TEXT:
                await sink.send_str(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                await sink.send_bytes(message.data)
    code = source.close_code
    await sink.close(code=code if code and code != aiohttp.WSCloseCode.ABNORMAL_CLOSURE else 1001)
