"""What films have cost at Replicate: this month, and which jobs were dearer than the operator wants."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, text

from app.configuration import configured
from app.database import session

MOST_NAMED = 10

_MONTH = """
    SELECT coalesce(sum(cost_usd), 0) AS usd,
        count(*) FILTER (WHERE cost_usd > 0 AND purpose = 'clip') AS clips
    FROM predictions WHERE ended_at >= date_trunc('month', now(), 'UTC')
"""
_DEAR = """
    SELECT id, actual_cost_usd FROM generation_jobs
    WHERE actual_cost_usd > :alert AND updated_at >= date_trunc('month', now(), 'UTC')
    ORDER BY actual_cost_usd DESC LIMIT :most
"""


@dataclass(frozen=True)
class Spent:
    """What was spent since the month began, in US dollars.

    Attributes:
        clips: how many clips were paid for.
        alert_usd: the cost of one job from which on the operator wants to be told.
        dear_jobs: the dearest jobs beyond it, with their cost.
    """

    month_usd: Decimal
    clips: int
    alert_usd: Decimal
    dear_jobs: tuple[tuple[str, Decimal], ...]


def spent(engine: Engine) -> Spent:
    """What was spent.

    Raises:
        DatabaseUnavailable: the database can't be reached.
    """
    with session(engine) as db:
        alert = configured(db).cost_alert_threshold_usd
        connection = db.connection()
        month: Any = connection.execute(text(_MONTH)).one()
        dear = connection.execute(text(_DEAR), {"alert": alert, "most": MOST_NAMED}).all()
    return Spent(
        month_usd=Decimal(month.usd),
        clips=month.clips,
        alert_usd=alert,
        dear_jobs=tuple((str(job_id), Decimal(usd)) for job_id, usd in dear),
    )
