"""What Prometheus reads of the jobs, from the database.

Every process of the application tells the same figures: take the greatest, not the sum.
What is under way is counted in the index of active jobs, which is small whatever the table holds. What has
ended is counted as it ends: each look adds what came to its end since the look before, so that no look reads
a job twice. The counts begin with the process, as those of Prometheus do.
"""

from __future__ import annotations

from datetime import datetime

import psycopg
import structlog
from prometheus_client import Counter, Gauge, Histogram

from app.database import DatabaseUnavailable, lone_connection
from app.deadline import within
from app.jobs import ACTIVE
from app.models import DeliveryStatus, DispatchStatus, JobStatus
from app.shared import Shared

FRESH_S = 5.0
DEADLINE_S = 2.0
# A job's end is stamped before its transaction is committed, and seen after that.
SETTLED_AFTER_S = 10

JOBS_UNDER_WAY = Gauge("reelflow_jobs", "Jobs under way, by status.", ["status"])
OLDEST_PENDING = Gauge("reelflow_oldest_pending_job_age_seconds", "How long the oldest pending job waits.")
OUTBOX_DEPTH = Gauge("reelflow_dispatch_outbox_depth", "Dispatches that wait to be sent to Prefect.")
WEBHOOKS_WAITING = Gauge("reelflow_webhook_outbox_depth", "Webhooks that wait to be taken by their servers.")
JOBS_ENDED = Counter(
    "reelflow_jobs_ended_total", "Jobs ended since this process began, by status.", ["status"]
)
JOB_SECONDS = Histogram(
    "reelflow_job_duration_seconds",
    "From the start of a completed job to its end, by type.",
    ["job_type"],
    buckets=(10, 20, 30, 60, 120, 300, 600, 1200, 2400, 3600),
)
COUNTED = Gauge("reelflow_jobs_counted", "1 when the figures of jobs are those of a moment ago, else 0.")

UNDER_WAY = (JobStatus.PENDING, *sorted(ACTIVE))
ENDED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)

_UNDER_WAY = """
SELECT status, count(*), extract(epoch FROM clock_timestamp() - min(updated_at))
FROM generation_jobs
WHERE status IN ('pending', 'planning', 'generating', 'composing')
GROUP BY status
"""
_WAITING = "SELECT count(*) FROM task_queue WHERE status = %s"
_UNTOLD = "SELECT count(*) FROM webhook_deliveries WHERE status = %s"
_SETTLED = "SELECT clock_timestamp() - make_interval(secs => %s)"
_ENDED = """
SELECT status, job_type, extract(epoch FROM completed_at - started_at)
FROM generation_jobs
WHERE completed_at > %s AND completed_at <= %s
"""

log = structlog.get_logger(__name__)


class JobMetrics:
    """Keeps the figures of the jobs up to date while somebody reads them."""

    def __init__(self, *, fresh_s: float = FRESH_S, settled_after_s: float = SETTLED_AFTER_S) -> None:
        self._settled_after_s = settled_after_s
        self._counted_to: datetime | None = None
        self.refresh = Shared(self._refresh, fresh_s)
        """Brings the figures up to date; without the database there are none, and `COUNTED` is 0."""
        for status in ENDED:
            # There from the beginning, or the first end would not be seen as an increase.
            JOBS_ENDED.labels(status)

    async def _refresh(self) -> None:
        try:
            await within(DEADLINE_S, self._count())
        except (DatabaseUnavailable, psycopg.Error, TimeoutError) as fault:
            log.warning("jobs can't be counted", error=str(fault) or repr(fault))
            # No figure is better than one that was true some time ago.
            JOBS_UNDER_WAY.clear()
            OLDEST_PENDING.set(float("nan"))
            OUTBOX_DEPTH.set(float("nan"))
            WEBHOOKS_WAITING.set(float("nan"))
            COUNTED.set(0)

    async def _count(self) -> None:
        async with lone_connection() as connection:
            under_way = await (await connection.execute(_UNDER_WAY)).fetchall()
            [waiting] = await (await connection.execute(_WAITING, (DispatchStatus.PENDING,))).fetchall()
            [untold] = await (await connection.execute(_UNTOLD, (DeliveryStatus.PENDING,))).fetchall()
            [settled] = await (await connection.execute(_SETTLED, (self._settled_after_s,))).fetchall()
            since = self._counted_to or settled[0]
            ended = await (await connection.execute(_ENDED, (since, settled[0]))).fetchall()
        self._counted_to = settled[0]
        counts = {status: (count, age) for status, count, age in under_way}
        for status in UNDER_WAY:
            JOBS_UNDER_WAY.labels(status).set(counts.get(status, (0, 0))[0])
        OLDEST_PENDING.set(counts.get(JobStatus.PENDING, (0, 0))[1])
        OUTBOX_DEPTH.set(waiting[0])
        WEBHOOKS_WAITING.set(untold[0])
        for status, job_type, seconds in ended:
            JOBS_ENDED.labels(status).inc()
            if status == JobStatus.COMPLETED and seconds is not None:
                JOB_SECONDS.labels(job_type).observe(float(seconds))
        COUNTED.set(1)
