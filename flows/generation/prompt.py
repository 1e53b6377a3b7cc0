"""Prompt → scenes: the storyboard, written down once."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff
from sqlmodel import Session

from app import events, jobs, records
from app.budgets import require_room_for_clips
from app.database import session
from app.ledger import purposes_of
from app.models import GenerationJob, JobStatus, Purpose
from app.prices import beside_clips
from flows.generation.faults import transient
from flows.generation.film import clip_requests
from flows.generation.music import cut_to, track_of
from flows.generation.production import Production
from planning.storyboard import Storyboard
from planning.style_sheet import style_sheet


@task(
    name="plan scenes",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
)
def plan_scenes(film: Production) -> Storyboard:
    """The job's storyboard, with a row for each of its clips: what the row has, or a new one.

    Raises:
        Cancelled: the film is no longer wanted.
        AssetMissing: the music that it is to be cut to is gone.
        BudgetExceeded: its plan or its music would be too dear, or all that is still to be ordered.
        media.errors.MediaError: that can't be listened to; says why.
    """
    with film.working():
        # Planning and listening take seconds: the job's row is not held meanwhile.
        storyboard = _kept(film) or _plan(film)
        with session() as db:
            job = jobs.lock_job(db, film.job_id)
            if job.storyboard is None:
                job.storyboard = storyboard.model_dump(mode="json")
                job.title = storyboard.title
            plan_shots(db, film, storyboard)
            jobs.advance(db, film.job_id, JobStatus.GENERATING)
        with session() as db:
            require_room_for_clips(db, film.job_id)
    events.status_changed(film.job_id)
    film.progress.expect_clips([scene.number for scene in storyboard.shown])
    film.progress.part("planning", 1.0)
    return storyboard


def _plan(film: Production) -> Storyboard:
    planned = film.planner.plan(film.brief)
    storyboard = cut_to(film, planned, track_of(film, planned.mood))
    if not film.source.takes_style:
        return storyboard
    sheet = style_sheet(film.brief, storyboard.mood, storyboard.palette)
    return storyboard.model_copy(update={"style": sheet})


def _kept(film: Production) -> Storyboard | None:
    """What was planned before, by a run that was ended since."""
    with session() as db:
        kept = db.get_one(GenerationJob, film.job_id).storyboard
    return None if kept is None else Storyboard.model_validate(kept)


def plan_shots(db: Session, film: Production, storyboard: Storyboard) -> None:
    """Plans the storyboard's clips, and what the job will cost with all that is ordered beside them."""
    ordered = purposes_of(db, film.job_id)
    # By now plan and music are ordered, or are not needed, since this film's were bought for another one.
    beside = {
        purpose: usd
        for purpose, usd in beside_clips(film.request).items()
        if purpose not in (Purpose.PLAN, Purpose.MUSIC) or purpose in ordered
    }
    if not storyboard.followers():
        beside.pop(Purpose.IMAGE, None)
    records.plan_clips(
        db, film.job_id, shots_of(film, storyboard), beside_usd=sum(beside.values(), records.FREE)
    )


def shots_of(film: Production, storyboard: Storyboard) -> list[records.Shot]:
    """What the rows of the storyboard's clips say."""
    orders = clip_requests(storyboard, film.size, draft=film.brief.draft)
    return [
        records.Shot(
            number=scene.number,
            description=scene.description,
            frames=order.frames,
            address=order.address(film.source.identity),
            source=film.source.identity,
            estimated_cost_usd=film.source.cost(order),
        )
        for scene, order in zip(storyboard.shown, orders, strict=True)
    ]
