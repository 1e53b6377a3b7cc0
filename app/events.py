"""What happens to a job, as it happens: one Redis stream a job.

The database is the truth; a stream only tells those who watch, and can vanish. So nothing here ever fails the
work that it tells of, and everything is told after it is committed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self
from uuid import UUID

import structlog

from app import jobs
from app.database import reading
from app.models import GenerationJob, JobStatus
from app.redis import RedisUnavailable, reachable, sync_redis

Kind = Literal["status", "progress", "clip_completed", "encoding_progress", "completed", "error"]

# About an hour of progress at its full rate; what is older is replayed from the database.
LONGEST_STREAM = 5000
KEPT_FOR_S = 24 * 3600
COMPLAIN_EVERY_S = 60.0
# Redis numbers entries by its clock in ms, and those of one ms from 0. A job never writes a thousand in one.
PER_MS = 1000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Event:
    """One entry of a job's stream.

    Attributes:
        sequence: counts up within a job, also after Redis has lost the stream; below 2⁵³.
        first: whether it is the first of the job, so that nothing came before it.
    """

    sequence: int
    kind: Kind
    facts: Mapping[str, Any]
    first: bool = False

    @classmethod
    def parse(cls, entry_id: str, fields: Mapping[str, str]) -> Self:
        """The event of an entry as Redis gives it."""
        kind: Any = fields["kind"]
        return cls(sequence_of(entry_id), kind, json.loads(fields["facts"]), first="first" in fields)

    @property
    def last(self) -> bool:
        """Whether the job ends with it."""
        if self.kind == "error":
            return not self.facts["recoverable"]
        # A film whose edit was cancelled is completed, without another version of it.
        ended = (JobStatus.CANCELLED, JobStatus.COMPLETED)
        return self.kind == "completed" or self.facts.get("status") in ended


def stream_of(job_id: UUID) -> str:
    """The key of a job's stream."""
    return f"reelflow:job:{job_id}:events"


def sequence_of(entry_id: str) -> int:
    """The sequence of a Redis entry id."""
    milliseconds, number = entry_id.split("-")
    return int(milliseconds) * PER_MS + int(number)


def entry_of(sequence: int) -> str:
    """The Redis entry id of a sequence."""
    return f"{sequence // PER_MS}-{sequence % PER_MS}"


def tell(job_id: UUID, kind: Kind, *, first: bool = False, **facts: Any) -> None:
    """Appends an event to the job's stream; a Redis that is away is complained about, no more."""
    entry = {"kind": kind, "facts": json.dumps(facts)} | ({"first": "1"} if first else {})
    try:
        with reachable():
            stream = stream_of(job_id)
            pipeline = sync_redis().pipeline(transaction=False)
            pipeline.xadd(stream, entry, maxlen=LONGEST_STREAM, approximate=True)  # pyright: ignore[reportArgumentType]
            pipeline.expire(stream, KEPT_FOR_S)
            pipeline.execute()
    except RedisUnavailable as fault:
        _complaint.make(fault)


def status_changed(job_id: UUID, *, first: bool = False) -> None:
    """Tells where the job stands by its row: its status, or how it ended."""
    with reading() as db:
        job = db.get(GenerationJob, job_id)
    if job is None:
        return
    if job.status is JobStatus.FAILED:
        tell(
            job_id,
            "error",
            code=job.error_code,
            message=job.error_message,
            remedy=job.error_remedy,
            recoverable=jobs.goes_on_by_itself(job),
        )
    else:
        tell(job_id, "status", first=first, status=job.status, progress=job.progress)


class _Complaint:
    """Says once a minute that Redis is away, however often it is met."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made_at = float("-inf")

    def make(self, fault: RedisUnavailable) -> None:
        with self._lock:
            now = time.monotonic()
            if now - self._made_at < COMPLAIN_EVERY_S:
                return
            self._made_at = now
        log.warning("live progress is not told", error=str(fault))


_complaint = _Complaint()
