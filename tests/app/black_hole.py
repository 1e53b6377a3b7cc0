"""A way to a server that may swallow everything, as a broken network does."""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit


def socket_of(database_url: str) -> str:
    """The Unix socket of a PostgreSQL server whose address names only its directory."""
    [directory] = parse_qs(urlsplit(database_url).query)["host"]
    return f"{directory}/.s.PGSQL.5432"


def through(port: int, database_url: str) -> str:
    """The address of the same database by way of a port."""
    return f"postgresql://postgres@127.0.0.1:{port}{urlsplit(database_url).path}"


class BlackHole:
    """Passes bytes on to a Unix socket until `swallow` is set, and nothing after that.

    Args:
        target: the socket of the server behind it.
        after: swallows by itself once the server has sent these bytes.
    """

    def __init__(self, target: str, *, after: bytes | None = None) -> None:
        self.swallow = asyncio.Event()
        self.swallowed = 0
        self._target = target
        self._after = after
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> int:
        """Its port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def __aexit__(self, *_: object) -> None:
        for writer in self._writers:
            writer.close()
        self._server.close()

    @property
    def open(self) -> int:
        """How many clients hold on to it."""
        return sum(not writer.is_closing() for writer in self._writers)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        behind, to_behind = await asyncio.open_unix_connection(self._target)
        with suppress(OSError):
            await asyncio.gather(self._pass(reader, to_behind), self._pass(behind, writer, self._after))
        to_behind.close()
        writer.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, after: bytes | None = None
    ) -> None:
        while data := await reader.read(65536):
            if self.swallow.is_set():
                self.swallowed += len(data)
                continue
            writer.write(data)
            await writer.drain()
            if after and after in data:
                self.swallow.set()
        writer.close()
