"""What a job, and a month, may spend at Replicate; nothing is ordered that would pass it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from app.configuration import configured
from app.errors import AppError
from app.models import Prediction, PredictionState
from app.records import clips_of, unmade

# What is not known yet counts with its price.
_SPENT = func.coalesce(func.sum(func.coalesce(Prediction.cost_usd, Prediction.estimated_usd)), 0)


class BudgetExceeded(AppError):
    """An order, or all that a film needs, would pass a budget. Nothing was ordered."""


def require_room(db: Session, usd: Decimal, *, what: str, job_id: UUID | None = None) -> None:
    """Makes sure that there is so much left.

    Args:
        usd: US dollars.
        what: is not done otherwise, as the sentence begins.
        job_id: whose orders count with it; None for a job that is yet to be.

    Raises:
        BudgetExceeded: it is more than what is left for the job, or this month.
    """
    for_job = db.exec(select(_SPENT).where(Prediction.job_id == job_id)).one() if job_id else Decimal(0)
    month = text("date_trunc('month', now(), 'UTC')")
    in_month = db.exec(select(_SPENT).where(col(Prediction.created_at) >= month)).one()
    now = configured(db)
    budgets = (
        ("the job", for_job, now.job_budget_usd, "job_budget_usd"),
        ("this month", in_month, now.month_budget_usd, "month_budget_usd"),
    )
    for whose, spent, most, key in budgets:
        if spent + usd > most:
            raised = f"raised: `reelflow config ENV {key} USD`"
            raise BudgetExceeded(
                what,
                f"it costs ${usd:.2f}, and of the ${most:.2f} for {whose} ${spent:.2f} are spent",
                f"Have it {raised}; then try again: finished clips are kept"
                if job_id
                else f"Order a draft or a shorter film, or have it {raised}",
            )


def require_room_for_clips(db: Session, job_id: UUID) -> None:
    """Stops before the first clip is ordered of a planned film whose last one could not be.

    What another job has made, and what this one has ordered, costs nothing more.

    Raises:
        BudgetExceeded: as `require_room`.
    """
    clips = clips_of(db, job_id)
    missing = unmade(db, clips) - _ordered(db, job_id)
    if usd := sum((clip.estimated_cost_usd for clip in clips if clip.number in missing), Decimal(0)):
        require_room(db, usd, what="The film's scenes were not made", job_id=job_id)


def _ordered(db: Session, job_id: UUID) -> set[int]:
    """The numbers of a job's clips that are ordered, or were and are of use."""
    standing = PredictionState.INTENDED, PredictionState.ACCEPTED, PredictionState.SUCCEEDED
    found = select(Prediction.clip_number).where(
        Prediction.job_id == job_id, col(Prediction.state).in_(standing)
    )
    return {number for number in db.exec(found) if number is not None}
