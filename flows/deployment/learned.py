"""A fact that one stage learns and another, beside it, waits for."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Learned(Generic[T]):
    """A value of one event loop; told again, it is another from then on."""

    def __init__(self) -> None:
        self._told: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def tell(self, value: T) -> None:
        if self._told.done():
            self._told = asyncio.get_running_loop().create_future()
        self._told.set_result(value)

    async def get(self) -> T:
        """The value, once it is known."""
        # Whoever waits may be cancelled; the others wait on.
        return await asyncio.shield(self._told)
