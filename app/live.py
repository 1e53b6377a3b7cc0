"""Follows jobs for everybody who watches them: one reader of Redis a process, however many sockets.

Each watcher gets every event once and in order: what it missed is read from the job's stream, and where that
has a gap (Redis was restarted, the stream was cut) it gets the job as the database has it.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from app.database import DatabaseUnavailable, session
from app.events import Event, entry_of, sequence_of, stream_of
from app.models import GenerationJob
from app.redis import RedisUnavailable, reachable, redis_client

# Below the client's own time-out. A new watcher ends the read at once, through the bell.
READ_BLOCKS_MS = 1000
# Gathers what happens at once, so that a thousand jobs don't cost a thousand reads.
GATHER_S = 0.05
# Whoever is so far behind gets the state instead of the history.
LONGEST_QUEUE = 1000
# Redis may have lost what the database knows: both are compared so often.
COMPARE_EVERY_S = 5.0

log = structlog.get_logger(__name__)


class Resync:
    """Put into a watcher's queue: read the job from the database, something was missed."""


@dataclass(eq=False)
class Watcher:
    """Somebody who watches a job. `queue` holds what happened since, oldest first."""

    job_id: UUID
    queue: asyncio.Queue[Event | Resync] = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))

    def put(self, news: Event | Resync) -> None:
        try:
            self.queue.put_nowait(news)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(Resync())


class Live:
    """The reader. `run` belongs into a task of the application's life."""

    def __init__(self) -> None:
        self._watchers: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self._positions: dict[UUID, str] = {}
        self._bell = f"reelflow:live:{uuid4()}"
        self._bell_position = "0-0"
        self._compared_at = 0.0
        self._server_run = ""
        self._rows: dict[UUID, object] = {}

    @asynccontextmanager
    async def watch(self, job_id: UUID) -> AsyncIterator[Watcher]:
        """Somebody watches a job from now on, as long as the block runs.

        Raises:
            DatabaseUnavailable: nobody can tell now how the job stands.
        """
        watcher = Watcher(job_id)
        if job_id not in self._positions:
            end = await _end_of(job_id)
            # Another watcher may have been first, and its place is behind which nothing is to be skipped.
            self._positions.setdefault(job_id, end)
            # Older than the state that the watcher is going to read, so that no change falls between them.
            for known, row in (await run_in_threadpool(_standing, [job_id])).items():
                self._rows.setdefault(known, row)
        self._watchers[job_id].add(watcher)
        await self._ring()
        try:
            yield watcher
        finally:
            self._watchers[job_id].discard(watcher)
            if not self._watchers[job_id]:
                for known in (self._watchers, self._positions, self._rows):
                    known.pop(job_id, None)

    async def run(self) -> None:
        """Reads until it is cancelled. Without Redis it asks the database."""
        lost = False
        while True:
            try:
                await self._read()
                if lost:
                    # The streams may be gone, and with them what was told meanwhile.
                    lost = False
                    await self._start_over()
                    log.info("Redis is back")
            except RedisUnavailable as fault:
                if not lost:
                    log.warning("live progress comes from the database", error=str(fault))
                lost = True
                await asyncio.sleep(1.0)
            try:
                await self._compare(at_once=lost)
            except DatabaseUnavailable as fault:
                log.warning("jobs can't be compared with the database", error=str(fault))
            await asyncio.sleep(GATHER_S)

    async def _start_over(self) -> None:
        """Everybody gets the state, and what happens from now on."""
        for job_id in list(self._watchers):
            self._positions[job_id] = await _end_of(job_id)
        self._resync(self._watchers)

    async def _read(self) -> None:
        """Hands on what has happened since the last time; waits a second at most."""
        places = {stream_of(job): job for job in self._watchers}
        positions = {stream: self._positions[job] for stream, job in places.items()}
        with reachable():
            found = await redis_client().xread(
                {**positions, self._bell: self._bell_position},  # pyright: ignore[reportArgumentType]
                block=READ_BLOCKS_MS,
            )
        for stream, entries in _streams(found):
            if stream == self._bell:
                self._bell_position = entries[-1][0]
            elif (job := places[stream]) in self._watchers:
                self._positions[job] = entries[-1][0]
                for entry, fields in entries:
                    event = Event.parse(entry, fields)
                    for watcher in self._watchers[job]:
                        watcher.put(event)

    async def _ring(self) -> None:
        """Ends the read that goes on, which doesn't know of a new watcher's stream."""
        try:
            with reachable():
                client = redis_client()
                await client.xadd(self._bell, {"": ""}, maxlen=1, approximate=False)
                await client.expire(self._bell, 3600)
        except RedisUnavailable:
            return  # nothing is read then

    async def _compare(self, *, at_once: bool) -> None:
        """Has those told whose job's row has moved on although its stream was silent about it."""
        now = time.monotonic()
        if not self._watchers or (now - self._compared_at < COMPARE_EVERY_S and not at_once):
            return
        self._compared_at = now
        if not at_once and await self._is_another_server():
            await self._start_over()
        rows = await run_in_threadpool(_standing, list(self._watchers))
        moved = {job for job, row in rows.items() if row != self._rows.get(job, row)}
        self._rows = {job: row for job, row in rows.items() if job in self._watchers}
        silent = moved if at_once else {job for job in moved if self._quiet(job)}
        self._resync(silent)

    async def _is_another_server(self) -> bool:
        """Whether Redis was restarted or replaced between two reads, which neither of them noticed."""
        try:
            with reachable():
                run = str((await redis_client().info("server"))["run_id"])
        except RedisUnavailable:
            return False  # the next read will say so
        before, self._server_run = self._server_run, run
        return before not in ("", run)

    def _quiet(self, job_id: UUID) -> bool:
        """Whether the job's stream has told nothing lately."""
        told_ms = int(self._positions.get(job_id, "0-0").split("-")[0])
        return time.time() * 1000 - told_ms > 2000 * COMPARE_EVERY_S

    def _resync(self, job_ids: Iterable[UUID]) -> None:
        for job_id in list(job_ids):
            for watcher in self._watchers.get(job_id, ()):
                watcher.put(Resync())


async def missed(job_id: UUID, last_sequence: int) -> list[Event] | None:
    """The events after a sequence, oldest first; None where the stream can't tell.

    Raises:
        RedisUnavailable: Redis can't be reached.
    """
    with reachable():
        start = entry_of(last_sequence)
        found = await redis_client().xrange(stream_of(job_id), min=start if last_sequence else "-")
    entries: list[Any] = found or []
    events = [Event.parse(entry, fields) for entry, fields in entries]
    if not events:
        return None
    if last_sequence == 0:
        return events if events[0].first else None
    # Only an entry that is still there proves that none behind it is gone.
    return events[1:] if events[0].sequence == last_sequence else None


async def last_sequence_of(job_id: UUID) -> int:
    """The sequence of the job's newest event; 0 without any.

    Raises:
        RedisUnavailable: Redis can't be reached.
    """
    return sequence_of(await _end_of_stream(job_id))


async def _end_of(job_id: UUID) -> str:
    try:
        return await _end_of_stream(job_id)
    except RedisUnavailable:
        return "0-0"


async def _end_of_stream(job_id: UUID) -> str:
    with reachable():
        newest: list[Any] = await redis_client().xrevrange(stream_of(job_id), count=1) or []
    return newest[0][0] if newest else "0-0"


def _streams(found: Any) -> list[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """What XREAD gives, for both versions of Redis's protocol; None when nothing came."""
    if isinstance(found, dict):
        return [(stream, batches[0]) for stream, batches in found.items()]
    return found or []


def _standing(job_ids: Sequence[UUID]) -> dict[UUID, object]:
    with session() as db:
        rows = db.exec(
            select(GenerationJob.id, GenerationJob.status, GenerationJob.progress).where(
                col(GenerationJob.id).in_(job_ids)
            )
        ).all()
    return {job: (status, progress) for job, status, progress in rows}
