"""What models have made of a film besides its clips: its plan, a picture of its subject, music and voice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.models import Prediction, PredictionState, Purpose
from flows.generation.composition import Film
from flows.generation.production import Production
from planning.storyboard import Storyboard


@dataclass(frozen=True)
class Beside:
    """What was ordered for one purpose, and is in a version of the film.

    Attributes:
        model: name of what made it; of several, all.
        predictions: what its provider calls the orders.
        usd: what they have cost, US dollars, be it for this film or for an earlier one.
    """

    purpose: Purpose
    model: str
    predictions: tuple[str, ...]
    usd: Decimal


def made_beside(db: Session, film: Production, storyboard: Storyboard, made: Film) -> list[Beside]:
    """What models have made of a version besides its clips; what is built in or uploaded is not told."""
    shown = {scene.number for scene in made.cut_list.scenes}
    addresses = {scene.reference for scene in storyboard.scenes if scene.number in shown and scene.reference}
    addresses |= {part.address for part in made.timeline.voice}
    if made.timeline.soundtrack:
        addresses.add(made.timeline.soundtrack.address)
    plan = and_(col(Prediction.job_id) == film.job_id, col(Prediction.purpose) == Purpose.PLAN)
    delivered = select(Prediction).where(
        Prediction.state == PredictionState.SUCCEEDED, or_(plan, col(Prediction.address).in_(addresses))
    )
    found = db.exec(delivered.order_by(col(Prediction.created_at))).all()
    # The newest of each order; this film's before that of another one.
    newest = {row.address: row for row in sorted(found, key=lambda row: row.job_id == film.job_id)}
    return [
        _beside(purpose, rows)
        for purpose in Purpose
        if (rows := [row for row in newest.values() if row.purpose == purpose])
    ]


def _beside(purpose: Purpose, rows: list[Prediction]) -> Beside:
    return Beside(
        purpose,
        " + ".join(dict.fromkeys(row.model for row in rows)),
        tuple(row.prediction_id for row in rows if row.prediction_id),
        sum((row.cost_usd or Decimal(0) for row in rows), Decimal(0)),
    )
