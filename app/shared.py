"""One answer for many who ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Finds something out once for all who ask at the same time, and for those who come soon after.

    Args:
        find: finds it out. It should end by itself: those who give up waiting don't stop it.
        fresh_s: for how long what was found, or raised, is told again.
    """

    def __init__(self, find: Callable[[], Coroutine[Any, Any, T]], fresh_s: float) -> None:
        self._find = find
        self._fresh_s = fresh_s
        self._fresh_until = 0.0
        self._finding: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        """What is found; raises what finding it raises."""
        if self._finding is None or (self._finding.done() and time.monotonic() >= self._fresh_until):
            self._finding = asyncio.create_task(self._timed())
        return await asyncio.shield(self._finding)

    async def _timed(self) -> T:
        try:
            return await self._find()
        finally:
            self._fresh_until = time.monotonic() + self._fresh_s
