"""The one way to Redis: clients that give up soon, and a plain error when it can't be reached.

Nothing that must not be lost is kept there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

from app.errors import AppError
from app.settings import settings

CONNECT_TIMEOUT_S = 1.0
ANSWER_TIMEOUT_S = 2.0
# More are an error, not a queue. A request holds one for a fraction of a millisecond.
MOST_CONNECTIONS = 1000

_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, redis.asyncio.Redis]] = WeakKeyDictionary()


class RedisUnavailable(AppError):
    """Redis did not answer, or no address for it is known."""


def redis_client() -> redis.asyncio.Redis:
    """The client of the running event loop, one per loop and address. It speaks text, not bytes.

    A command that waits in the server (XREAD with BLOCK) must do so for less than `ANSWER_TIMEOUT_S`.
    Commands are not repeated: one that failed may have been done. Connections that a restart of the
    server has closed are replaced before they are used.

    Raises:
        RedisUnavailable: no address is known, or it is malformed. The server is not contacted.
    """
    clients = _loops.setdefault(asyncio.get_running_loop(), {})
    url = _url()
    if url not in clients:
        clients[url] = _made(redis.asyncio.Redis.from_url, url, retry=AsyncRetry(NoBackoff(), 0))
    return clients[url]


def sync_redis() -> redis.Redis:
    """The same for threads, flows and commands; one per process and address.

    Raises:
        RedisUnavailable: no address is known, or it is malformed. The server is not contacted.
    """
    return _sync_client(_url())


async def close_redis() -> None:
    """Closes the clients of the running event loop; for its end."""
    for client in _loops.pop(asyncio.get_running_loop(), {}).values():
        await client.aclose()


@contextmanager
def reachable() -> Iterator[None]:
    """Turns whatever Redis can't do inside the block, for whatever reason, into `RedisUnavailable`."""
    try:
        yield
    except redis.RedisError as error:
        raise RedisUnavailable(
            "Redis can't be used",
            str(error).strip().rstrip(".").splitlines()[0] if str(error).strip() else type(error).__name__,
            "Check that the server runs and that REDIS_URL names it",
        ) from error


@cache
def _sync_client(url: str) -> redis.Redis:
    return _made(redis.Redis.from_url, url, retry=Retry(NoBackoff(), 0))


def _url() -> str:
    if (configured := settings().redis_url) is None:
        raise RedisUnavailable(
            "No Redis",
            "REDIS_URL is not set and no embedded server was started",
            "Set REDIS_URL, or run this through the reelflow command, which starts a server",
        )
    return configured.get_secret_value()


def _made(from_url: Any, url: str, retry: Any) -> Any:
    try:
        return from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=retry,
            max_connections=MOST_CONNECTIONS,
            # With them on, a connection that the server has closed is not noticed before it is used.
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
    except ValueError as error:
        # The cause would print the address, and with it the password.
        raise RedisUnavailable(
            "No Redis",
            "its address can't be read",
            "Set REDIS_URL to redis://:password@host:6379/0",
        ) from error.__cause__
