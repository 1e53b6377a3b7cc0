"""How far a film is: one figure for its row, one artifact for Prefect's page, events for who watches.

Telling is no part of the work: a database, Prefect or Redis that is away for a moment fails no task.
"""

from __future__ import annotations

import threading
import time
from typing import cast
from uuid import UUID

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.logging import get_logger

from app import events, jobs
from app.database import DatabaseUnavailable, session

WRITE_EVERY_S = 0.7
# Shares of the whole, from where the time of a run goes.
WEIGHTS = {"planning": 2, "clips": 70, "composition": 25, "publishing": 3}


class Progress:
    """Collects the parts' progress from any thread and writes it on at a bearable rate."""

    def __init__(self, job_id: UUID) -> None:
        self._job_id = job_id
        self._lock = threading.Lock()
        self._done = dict.fromkeys(WEIGHTS, 0.0)
        self._clips: dict[int, float] = {}
        self._written_at = 0.0
        self._written = -1
        artifact = create_progress_artifact(
            progress=0.0, key=f"film-{job_id}", description="The film, from prompt to publication"
        )
        # Typed as awaitable too, which it is only where an event loop runs.
        self._artifact = cast(UUID, artifact)

    def expect_clips(self, numbers: list[int]) -> None:
        with self._lock:
            self._clips = dict.fromkeys(numbers, 0.0)

    def clip(self, number: int, done: float) -> None:
        """A clip is `done` (0 to 1)."""
        with self._lock:
            self._clips[number] = max(done, self._clips.get(number, 0.0))
            overall = sum(self._clips.values()) / len(self._clips)
        self.part("clips", overall)

    def clip_completed(self, number: int) -> None:
        """A clip and its thumbnail are in the store."""
        self.clip(number, 1.0)
        with self._lock:
            total, completed = len(self._clips), sum(done >= 1.0 for done in self._clips.values())
        events.tell(self._job_id, "clip_completed", number=number, completed=completed, total=total)

    def part(self, name: str, done: float) -> None:
        """A part of WEIGHTS is `done` (0 to 1)."""
        with self._lock:
            self._done[name] = min(1.0, done)
            percent = int(sum(WEIGHTS[part] * share for part, share in self._done.items()))
            due = time.monotonic() - self._written_at >= WRITE_EVERY_S or done >= 1.0
            if not due or percent <= self._written:
                return
            self._written, self._written_at = percent, time.monotonic()
            clips = {number: int(100 * share) for number, share in self._clips.items()}
        if name == "composition":
            events.tell(self._job_id, "encoding_progress", progress=int(100 * min(1.0, done)))
        events.tell(self._job_id, "progress", progress=percent, clips=clips)
        try:
            with session() as db:
                jobs.report_progress(db, self._job_id, percent)
            update_progress_artifact(self._artifact, progress=float(percent))
        except (DatabaseUnavailable, httpx.HTTPError) as fault:
            get_logger(__name__).warning("Progress of job %s is not noted: %s", self._job_id, fault)
