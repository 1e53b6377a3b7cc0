"""Users who make requests to a server on loopback: it takes little of the processor, which it shares.

Each user has a connection of its own and asks again when it has its answer, at once or after a pause.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import cast

import httptools
import uvloop

# Requests before it are answered, and not counted.
WARM_UP_S = 1.0


@dataclass(frozen=True)
class Kind:
    """Requests of one kind: their share of the mix, and what makes the bytes of the next one."""

    name: str
    weight: float
    make: Callable[[], bytes]


@dataclass
class Load:
    """What came of a run: seconds to each answer by kind, and how many were errors."""

    seconds: float
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    client_share: float = 0.0
    """Of one core, that this client itself took."""

    @property
    def requests(self) -> int:
        return sum(map(len, self.latencies.values()))

    @property
    def failures(self) -> int:
        return sum(self.errors.values())

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def quantile(self, share: float, kind: str | None = None) -> float:
        """Milliseconds within which this share of the requests was answered, of one kind or of all."""
        chosen = [self.latencies[kind]] if kind else self.latencies.values()
        ordered = sorted(latency for latencies in chosen for latency in latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def load(port: int, kinds: Sequence[Kind], *, users: int, seconds: float, pause_s: float = 0.0) -> Load:
    """Has so many users make requests for so long.

    Args:
        port: of the server on 127.0.0.1.
        kinds: what they ask for.
        users: how many there are.
        seconds: how long they are counted.
        pause_s: seconds from a user's request to its next one; 0 for no pause.
    """
    return uvloop.run(_load(port, kinds, users, seconds, pause_s))


async def _load(port: int, kinds: Sequence[Kind], users: int, seconds: float, pause_s: float) -> Load:
    loop = asyncio.get_running_loop()
    result = Load(seconds)
    begin = perf_counter() + WARM_UP_S
    end = begin + seconds
    weights = [kind.weight for kind in kinds]

    async def user() -> None:
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        # Not all of them at the same moment.
        await asyncio.sleep(random.uniform(0, pause_s))
        while (asked := perf_counter()) < end:
            [kind] = random.choices(kinds, weights)
            try:
                good = 200 <= await connection.ask(kind.make()) < 300
            except ConnectionError:
                good = False
                _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
            took = perf_counter() - asked
            if begin <= asked:
                result.latencies[kind.name].append(took)
                result.errors[kind.name] += not good
            if (left := pause_s * random.uniform(0.5, 1.5) - took) > 0:
                await asyncio.sleep(left)
        connection.close()

    spent = process_time()
    await asyncio.gather(*(user() for _ in range(users)))
    result.client_share = (process_time() - spent) / (seconds + WARM_UP_S)
    return result


class _Connection(asyncio.Protocol):
    """Sends one request at a time and waits for the end of its answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are of no class of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[int] | None = None

    async def ask(self, request: bytes) -> int:
        """The status of the answer."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            raise ConnectionResetError
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result(self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionResetError())
