"""One watcher's messages: what was missed, the state where that can't be told, then what happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from app import generations, storage_keys
from app.database import session
from app.events import Event
from app.links import Links
from app.live import Live, last_sequence_of, missed
from app.models import JobStatus
from app.redis import RedisUnavailable
from app.schemas.base import Schema
from app.schemas.generations import Generation
from app.schemas.live import (
    ClipCompleted,
    Completed,
    EncodingProgressed,
    Failed,
    Heartbeat,
    Progressed,
    StatusChanged,
)

HEARTBEAT_EVERY_S = 15.0
_KINDS: dict[str, type[Schema]] = {
    "status": StatusChanged,
    "progress": Progressed,
    "clip_completed": ClipCompleted,
    "encoding_progress": EncodingProgressed,
    "completed": Completed,
    "error": Failed,
}


class Following:
    """Follows one job for one watcher."""

    def __init__(self, job_id: UUID, links: Links, live: Live) -> None:
        self._job_id = job_id
        self._links = links
        self._live = live
        self._sequence = 0

    async def messages(self, last_sequence: int | None) -> AsyncIterator[Schema]:
        """The messages after `last_sequence` until the job has ended; None begins with the job's state."""
        async with self._live.watch(self._job_id) as watcher:
            async for message, last in self._beginning(last_sequence):
                yield message
                if last:
                    return
            while True:
                try:
                    news = await asyncio.wait_for(watcher.queue.get(), HEARTBEAT_EVERY_S)
                except TimeoutError:
                    yield Heartbeat(sequence=self._sequence)
                    continue
                if isinstance(news, Event) and news.sequence <= self._sequence:
                    continue  # it was part of the beginning
                message, last = self._told(news) if isinstance(news, Event) else await self._state()
                yield message
                if last:
                    return

    async def _beginning(self, last_sequence: int | None) -> AsyncIterator[tuple[Schema, bool]]:
        self._sequence = last_sequence or 0
        replay = None
        try:
            if last_sequence is not None:
                replay = await missed(self._job_id, last_sequence)
        except RedisUnavailable:
            replay = None
        if replay is None:
            yield await self._state()
            return
        for position, event in enumerate(replay):
            # A job that was taken up again goes on after what was its end.
            message, last = self._told(event)
            yield message, last and position == len(replay) - 1
        if not replay and await self._has_ended():
            yield await self._state()

    def _told(self, event: Event) -> tuple[Schema, bool]:
        """An event as a message, and whether it is the last."""
        self._sequence = event.sequence
        facts: dict[str, Any] = dict(event.facts)
        if event.kind == "clip_completed":
            number = facts["number"]
            picture = storage_keys.clip_thumbnail_key(self._job_id, number)
            facts["thumbnail_url"] = self._links(picture, anew=True)
            facts["video_url"] = self._links(storage_keys.clip_key(self._job_id, number), anew=True)
        return _KINDS[event.kind].model_validate({"sequence": event.sequence, **facts}), event.last

    async def _state(self) -> tuple[Schema, bool]:
        """The job as the database has it, and whether it has ended."""
        # Read before the state, so that nothing falls between them.
        with suppress(RedisUnavailable):
            self._sequence = await last_sequence_of(self._job_id)
        generation = await run_in_threadpool(_read, self._job_id, self._links)
        message = StatusChanged(
            sequence=self._sequence,
            status=generation.status,
            progress=generation.progress,
            generation=generation,
        )
        return message, _ended(generation)

    async def _has_ended(self) -> bool:
        generation = await run_in_threadpool(_read, self._job_id, self._links)
        return _ended(generation)


def _ended(generation: Generation) -> bool:
    if generation.status is JobStatus.FAILED:
        return not (generation.error and generation.error.recoverable)
    return generation.status in (JobStatus.COMPLETED, JobStatus.CANCELLED)


def _read(job_id: UUID, links: Links) -> Generation:
    with session() as db:
        return generations.describe(db, job_id, links)
