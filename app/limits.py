"""Rate limits: how much a session, and an address, may ask for in a while, counted in Redis.

A window begins for everybody at the same moment, so that one increment tells all there is to know. With
Redis away nothing is limited: a film that is not made is worse than one too many.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal
from weakref import WeakKeyDictionary

import redis.asyncio
import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from redis import RedisError

from app.redis import RedisUnavailable, redis_client
from app.settings import settings

Policy = Literal["session", "address"]

# A request waits no longer than this to be counted.
LONGEST_WAIT_S = 0.25
# While Redis is away, one request in so many seconds looks whether it is back.
PAUSE_S = 5.0
COMPLAIN_EVERY_S = 60.0

log = structlog.get_logger(__name__)
_parsed = cache(parse)


@dataclass(frozen=True, slots=True)
class Count:
    """How a policy stands after a request.

    Attributes:
        quota: requests in a window of `window_s` seconds.
        used: requests in this one, with those that were refused.
        reset_s: seconds until the next one, at least 1.
    """

    policy: Policy
    quota: int
    window_s: int
    used: int
    reset_s: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.quota


def described(counts: list[Count]) -> dict[str, str]:
    """The counts as headers, none for none: draft-ietf-httpapi-ratelimit-headers-10."""
    if not counts:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{c.policy}";q={c.quota};w={c.window_s}' for c in counts),
        "RateLimit": ", ".join(f'"{c.policy}";r={max(0, c.quota - c.used)};t={c.reset_s}' for c in counts),
    }


async def hit(counted: Iterable[tuple[Policy, str]]) -> list[Count]:
    """Counts a request for each policy and whom it concerns; nothing is known while Redis is away."""
    if not _outage.may_try():
        return []
    try:
        storage = _storage(redis_client())
        async with asyncio.timeout(LONGEST_WAIT_S):
            counts = [await _hit(storage, policy, whom) for policy, whom in counted]
    except (RedisError, RedisUnavailable, TimeoutError) as error:
        _outage.met(error)
        return []
    _outage.over()
    return counts


async def _hit(storage: RedisStorage, policy: Policy, whom: str) -> Count:
    limit = _limit(policy)
    window_s, now = limit.get_expiry(), time.time()
    number = math.floor(now / window_s)
    used = await storage.incr(f"{policy}:{whom}:{number}", window_s)
    reset_s = max(1, math.ceil((number + 1) * window_s - now))
    return Count(policy, limit.amount, window_s, used, reset_s)


def _limit(policy: Policy) -> RateLimitItem:
    here = settings()
    return _parsed(here.rate_limit_per_session if policy == "session" else here.rate_limit_per_address)


class _Outage:
    """Whether Redis is away. Most requests then don't ask it, so that they need not wait."""

    def __init__(self) -> None:
        self._next_try = self._next_complaint = float("-inf")
        self._lasts = False

    def may_try(self) -> bool:
        if not self._lasts:
            return True
        now = time.monotonic()
        if now < self._next_try:
            return False
        # The others go on meanwhile.
        self._next_try = now + PAUSE_S
        return True

    def met(self, error: Exception) -> None:
        now = time.monotonic()
        self._lasts, self._next_try = True, now + PAUSE_S
        if now >= self._next_complaint:
            self._next_complaint = now + COMPLAIN_EVERY_S
            log.warning("requests are not limited", error=str(error) or repr(error))

    def over(self) -> None:
        self._lasts = False


_outage = _Outage()
_storages: WeakKeyDictionary[redis.asyncio.Redis, RedisStorage] = WeakKeyDictionary()


def _storage(client: redis.asyncio.Redis) -> RedisStorage:
    if client not in _storages:
        # The address is that of the pool; this one only names the protocol.
        _storages[client] = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="limits",
            connection_pool=client.connection_pool,  # pyright: ignore[reportArgumentType]
        )
    return _storages[client]
