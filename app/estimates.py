"""What a generation would take: its cost, and its time from what films took before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import admission, jobs
from app.models import Composition, GenerationJob, JobStatus, JobType
from app.prices import beside_clips, of_clips
from app.requests import GenerationCreate
from app.schemas.generations import Estimate

# Seconds of work for each second of film, as measured on two cores, until there are films to go by.
FIRST_RATES = MappingProxyType({JobType.AD_CREATIVE: 2.0, JobType.MUSIC_VIDEO: 2.0})
# So many films of a type decide its rate, found among so many jobs that ended last.
RECENT_FILMS = 50
RECENT_JOBS = 500


@dataclass(frozen=True)
class Queue:
    """Jobs that wait or are worked on: how many, and the seconds of film left to make, by type."""

    jobs: int
    film_seconds: Mapping[JobType, float]


def estimate(db: Session, session_id: UUID, request: GenerationCreate) -> Estimate:
    """What a session's request would take if it were submitted now.

    Raises:
        AssetUnusable, LanguageUnspoken, PipelineDisabled, QuotaReached: as submitting it would.
    """
    admission.check_request(db, request, session_id)
    request = admission.counted(db, request)
    rates = _rates(db, draft=request.draft)
    beside = sum(beside_clips(request).values(), Decimal(0))
    prices = {draft: float(of_clips(request, draft=draft) + beside) for draft in (True, False)}
    queue = _queue(db)
    return Estimate(
        clips=request.clips,
        frames=request.frames,
        cost_usd=prices[request.draft],
        draft_cost_usd=prices[True],
        full_cost_usd=prices[False],
        render_seconds=round(rates[JobType(request.job_type)] * request.duration_s, 1),
        queue_seconds=round(waiting_s(queue, rates, jobs.most_at_once(db)), 1),
        jobs_ahead=queue.jobs,
    )


def waiting_s(queue: Queue, rates: Mapping[JobType, float], most: int) -> float:
    """For how many seconds a new job waits: none while fewer than `most` are before it, else its share."""
    if queue.jobs < most:
        return 0.0
    work = sum(rates[kind] * seconds for kind, seconds in queue.film_seconds.items())
    return work / max(1, most)


def _rates(db: Session, *, draft: bool) -> dict[JobType, float]:
    """The median seconds of work for each second of film, by type; of drafts, or of films in full."""
    # Bounded, so that a table with no film of some type is not read to its end in search of one.
    ended = (
        select(GenerationJob)
        .where(col(GenerationJob.completed_at).is_not(None))
        .order_by(col(GenerationJob.completed_at).desc())
        .limit(RECENT_JOBS)
        .subquery()
    )
    # Of an edited film only the last edit's time is known, which says nothing of a new one.
    edited = select(Composition.id).where(Composition.job_id == ended.c.id, Composition.version > 1).exists()
    place = func.row_number().over(partition_by=ended.c.job_type, order_by=ended.c.completed_at.desc())
    took = func.extract("epoch", ended.c.completed_at - ended.c.started_at)
    films = (
        select(ended.c.job_type, (took / ended.c.duration_seconds).label("rate"), place.label("place"))
        .where(
            ended.c.status == JobStatus.COMPLETED,
            ended.c.draft.is_(draft),
            ended.c.started_at.is_not(None),
            ~edited,
        )
        .subquery()
    )
    medians = db.exec(
        select(films.c.job_type, func.percentile_cont(0.5).within_group(films.c.rate))
        .where(films.c.place <= RECENT_FILMS)
        .group_by(films.c.job_type)
    ).all()
    return {**FIRST_RATES, **{JobType(kind): float(rate) for kind, rate in medians}}


def _queue(db: Session) -> Queue:
    left = col(GenerationJob.duration_seconds) * (100 - col(GenerationJob.progress)) / 100.0
    rows = db.exec(
        select(GenerationJob.job_type, func.count(), func.sum(left))
        .where(col(GenerationJob.status).in_({JobStatus.PENDING, *jobs.ACTIVE}))
        .group_by(col(GenerationJob.job_type))
    ).all()
    return Queue(
        jobs=sum(count for _, count, _ in rows),
        film_seconds={JobType(kind): float(seconds) for kind, _, seconds in rows},
    )
