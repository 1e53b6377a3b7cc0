"""Requests at a steady rate while something is deployed, each counted."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

PATH = "/health"
REQUESTS_PER_SECOND = 50
# A person would have given up by then.
TIMEOUT_S = 10.0
MOST_CONNECTIONS = 100


@dataclass
class Traffic:
    """What was asked and what failed.

    Attributes:
        requests: how many were sent.
        failures: how many of them failed, by what: a status code, or the name of an error.
    """

    requests: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        return self.failures.total()


@contextmanager
def traffic(url: str, *, per_second: float) -> Iterator[Traffic]:
    """Asks for `url`'s health until the block ends, in a thread of its own.

    A request is sent when its time has come, whether or not those before it were answered: a server that
    is slow is asked no less.

    Args:
        url: of the API, without a path.
        per_second: the rate.
    """
    counted = Traffic()
    over = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_ask(url, per_second, counted, over)), name="traffic", daemon=True
    )
    thread.start()
    try:
        yield counted
    finally:
        over.set()
        thread.join(TIMEOUT_S * 2)


async def _ask(url: str, per_second: float, counted: Traffic, over: threading.Event) -> None:
    limits = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS)
    async with (
        httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, limits=limits, trust_env=False) as client,
        asyncio.TaskGroup() as asked,
    ):
        start = asyncio.get_running_loop().time()
        number = 0
        while not over.is_set():
            asked.create_task(_request(client, counted))
            number += 1
            due = start + number / per_second
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))


async def _request(client: httpx.AsyncClient, counted: Traffic) -> None:
    counted.requests += 1
    try:
        answer = await client.get(PATH)
    except httpx.HTTPError as error:
        counted.failures[type(error).__name__] += 1
        return
    if not answer.is_success:
        counted.failures[str(answer.status_code)] += 1
