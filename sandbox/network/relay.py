"""TLS before servers that have none: the PostgreSQL and Valkey wheels are built without.

A client speaks TLS to the relay as it would to RDS and ElastiCache; the relay speaks plainly, over
loopback, to the server.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

CHUNK = 64 * 1024
# PostgreSQL's protocol: what a client sends first when it wants TLS, and when it wants GSSAPI.
SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
GSS_REQUEST = (8).to_bytes(4, "big") + (80877104).to_bytes(4, "big")
FIRST_ANSWER_WITHIN_S = 30.0


class TlsRelay:
    """Listens with TLS on one address for a server that listens plainly on a port of 127.0.0.1.

    Args:
        port: of the server.
        context: the relay's certificate; None to speak plainly.
        postgres: whether clients ask for TLS first, as PostgreSQL's do; who doesn't is refused, as by an
            RDS with rds.force_ssl.
    """

    def __init__(self, port: int, context: ssl.SSLContext | None, *, postgres: bool) -> None:
        self._port = port
        self._context = context
        self._postgres = postgres
        self._server: asyncio.Server | None = None
        self._connections = set[asyncio.Task[None]]()

    async def listen(self, host: str, port: int) -> None:
        tls = None if self._postgres else self._context
        self._server = await asyncio.start_server(self._meet, host, port, ssl=tls)

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for connection in list(self._connections):
            connection.cancel()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
                if not self._postgres or await self._secured(reader, writer):
                    await self._serve(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _secured(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the client has asked for TLS, and got it."""
        async with asyncio.timeout(FIRST_ANSWER_WITHIN_S):
            first = await reader.readexactly(len(SSL_REQUEST))
            if first == GSS_REQUEST:
                writer.write(b"N")
                first = await reader.readexactly(len(SSL_REQUEST))
            if first != SSL_REQUEST:
                writer.write(_refusal())
                await writer.drain()
                return False
            writer.write(b"S")
            await writer.drain()
            assert self._context is not None
            await writer.start_tls(self._context)
        return True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ways = [
            asyncio.ensure_future(_copy(reader, far_writer)),
            asyncio.ensure_future(_copy(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            far_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()


def _refusal() -> bytes:
    """PostgreSQL's error to a client that doesn't speak TLS."""
    fields = {
        "S": "FATAL",
        "V": "FATAL",
        "C": "28000",
        "M": "no pg_hba.conf entry for this host, no encryption",
    }
    body = b"".join(key.encode() + value.encode() + b"\0" for key, value in fields.items()) + b"\0"
    return b"E" + (len(body) + 4).to_bytes(4, "big") + body
