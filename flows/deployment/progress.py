"""A bar in Prefect's page for a stage that takes long, written at a bearable rate.

Telling is no part of the work: a Prefect server that is away for a moment fails no stage.
"""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import httpx
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.exceptions import PrefectHTTPStatusError
from prefect.logging import get_logger

WRITE_EVERY_S = 1.0
AWAY = (httpx.HTTPError, PrefectHTTPStatusError)


class Progress:
    """One bar. It may be told from any thread; `done` is from 0 to 1 and never goes back."""

    def __init__(self, artifact: UUID | None, loop: asyncio.AbstractEventLoop) -> None:
        self._artifact = artifact
        self._loop = loop
        self._done = 0.0
        self._parts: dict[str, float] = {}
        self._written_at = time.monotonic()
        self._writing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, key: str, description: str) -> Progress:
        """Makes the bar, empty."""
        artifact = None
        try:
            artifact = await acreate_progress_artifact(progress=0.0, key=key, description=description)
        except AWAY as fault:
            get_logger(__name__).warning("No progress will be shown: %s", fault)
        return cls(artifact, asyncio.get_running_loop())

    def tell(self, done: float) -> None:
        """So much is done."""
        self._done = max(self._done, min(1.0, done))
        now = time.monotonic()
        if self._artifact is None or now - self._written_at < WRITE_EVERY_S:
            return
        self._written_at = now
        self._loop.call_soon_threadsafe(self._write_soon)

    def tell_part(self, name: str, done: float, parts: int) -> None:
        """So much is done of one of several equal parts."""
        self._parts[name] = min(1.0, done)
        self.tell(sum(self._parts.values()) / parts)

    async def close(self) -> None:
        """All is done."""
        if self._writing:
            await self._writing
        self._done = 1.0
        await self._write()

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = self._loop.create_task(self._write())

    async def _write(self) -> None:
        if self._artifact is None:
            return
        try:
            await aupdate_progress_artifact(self._artifact, progress=round(100 * self._done, 1))
        except AWAY as fault:
            get_logger(__name__).warning("Progress was not written: %s", fault)
