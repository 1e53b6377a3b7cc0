"""Reads for the endpoints that are asked for most: one thread for each, and never more than connections.

FastAPI takes a second thread to check what a plain endpoint returns, and lets forty compete for ten
connections: with fifty users that halves how many requests are answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from sqlmodel import Session

from app.database import reading
from app.settings import settings

T = TypeVar("T")

_readers: RunVar[CapacityLimiter] = RunVar("readers")


async def read_in_thread(read: Callable[[Session], T]) -> T:
    """What a function reads from the database with the session it is given.

    Raises:
        DatabaseUnavailable: as `reading`.
    """

    def work() -> T:
        with reading() as db:
            return read(db)

    return await to_thread.run_sync(work, limiter=_limiter())


def _limiter() -> CapacityLimiter:
    """The running event loop's. Who waits for it waits there, where waiting costs nothing."""
    if (limiter := _readers.get(None)) is None:
        limiter = CapacityLimiter(settings().database_pool_size)
        _readers.set(limiter)
    return limiter
