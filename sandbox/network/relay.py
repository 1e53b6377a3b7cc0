"""TLS before servers that have none: the PostgreSQL and Valkey wheels are built without.

A client speaks TLS to the relay as it would to RDS and ElastiCache; the relay speaks plainly, over
loopback, to the server. Each relay is a process of its own: beside moto, whose work holds Python's lock, a
client would wait twenty times as long for each answer.

    python -m sandbox.network.relay HOST PORT SERVER_PORT [--certificate FILE] [--postgres]

It says "ready" when it listens, and ends when its input does.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

CHUNK = 64 * 1024
# PostgreSQL's protocol: what a client sends first when it wants TLS, and when it wants GSSAPI.
SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
GSS_REQUEST = (8).to_bytes(4, "big") + (80877104).to_bytes(4, "big")
FIRST_ANSWER_WITHIN_S = 30.0


ENDS_WITHIN_S = 5.0


class RelayFailed(RuntimeError):
    """A relay could not listen."""


class Relay:
    """A running relay.

    Args:
        host: where it listens.
        port: likewise.
        server_port: of the server, on 127.0.0.1.
        certificate: that it shows, with its key; None to speak plainly.
        postgres: whether clients ask for TLS first, as PostgreSQL's do; who doesn't is refused, as by an
            RDS with rds.force_ssl.

    Raises:
        RelayFailed: it can't listen there.
    """

    def __init__(
        self, host: str, port: int, server_port: int, *, certificate: Path | None, postgres: bool = False
    ) -> None:
        command = [sys.executable, "-m", __name__, host, str(port), str(server_port)]
        command += ["--certificate", str(certificate)] if certificate else []
        command += ["--postgres"] if postgres else []
        self._process = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            self.close()
            raise RelayFailed(f"The relay on {host}:{port} did not start; the sandbox's log says why.")

    def close(self) -> None:
        """Ends it, and with it the connections through it."""
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()


class TlsServer:
    """What a relay does, in its process.

    Args:
        port: of the server.
        context: the relay's certificate; None to speak plainly.
        postgres: as for `Relay`.
    """

    def __init__(self, port: int, context: ssl.SSLContext | None, *, postgres: bool) -> None:
        self._port = port
        self._context = context
        self._postgres = postgres

    async def serve(self, host: str, port: int) -> None:
        """Listens until the process's input ends."""
        tls = None if self._postgres else self._context
        server = await asyncio.start_server(self._meet, host, port, ssl=tls)
        print("ready", flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)
        server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                if not self._postgres or await self._secured(reader, writer):
                    await self._serve(reader, writer)
        finally:
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


def _main() -> None:
    parser = argparse.ArgumentParser(description="TLS before a server that has none.")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("server_port", type=int)
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    context = None
    if given.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.certificate)
    asyncio.run(TlsServer(given.server_port, context, postgres=given.postgres).serve(given.host, given.port))


if __name__ == "__main__":
    _main()
