"""Closes the books on orders that nobody works on any more: each gets its end, and what it has cost.

A job that goes on settles its orders itself. Those of one that was cancelled are stopped at Replicate; those
of one that ended otherwise are left to end, so that a job that is run again finds what was paid.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import structlog
from sqlalchemy import Engine, func, or_
from sqlmodel import col, select

from app import ledger
from app.database import DatabaseUnavailable, engine, session
from app.models import GenerationJob, JobStatus, Prediction, PredictionState
from app.replicate import replicate_account
from blocks.replicate.api import ENDED, PredictionSeen, Refused, ReplicateApi, ReplicateError
from blocks.replicate.ledger import input_sha256
from blocks.replicate.purchase import SKEW

# An order that is being sent is answered, or found by who has sent it, long before.
LEFT_FOR = timedelta(minutes=10)
MOST_AT_ONCE = 50
SETTLES_EVERY_S = 60.0
STOPS_WITHIN_S = 1.0
_OVER = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)

log = structlog.get_logger(__name__)


class Bookkeeper(threading.Thread):
    """Settles what was left open, a look a minute; several processes may do so at once."""

    def __init__(self) -> None:
        super().__init__(name="bookkeeper", daemon=True)
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(SETTLES_EVERY_S):
            try:
                settle_left(engine())
            except DatabaseUnavailable as fault:
                log.warning("the books are not settled for the moment", error=str(fault))
            except Exception:
                # Whatever it was, the next look must come.
                log.exception("settling failed")

    def stop(self) -> None:
        """Ends the thread, after the order that it is at."""
        self._over.set()
        self.join(STOPS_WITHIN_S)


@dataclass(frozen=True)
class _Open:
    """An order without an end, and whether its job was cancelled."""

    row: Prediction
    cancelled: bool


def settle_job(job_id: UUID) -> None:
    """Stops what a cancelled job has ordered, as far as it is known; what can't be asked now is left.

    Raises:
        DatabaseUnavailable: the database can't be reached.
    """
    known = _rows(engine(), Prediction.job_id == job_id, col(Prediction.prediction_id).is_not(None))
    _settle(engine(), [_Open(row, True) for row in known])


def settle_left(database: Engine) -> int:
    """Closes the books on what ended jobs, or deleted ones, have left open; returns how many there were.

    Raises:
        DatabaseUnavailable: the database can't be reached.
    """
    over = select(GenerationJob.id).where(col(GenerationJob.status).in_(_OVER))
    cancelled = select(GenerationJob.id).where(GenerationJob.status == JobStatus.CANCELLED)
    rows = _rows(
        database,
        or_(col(Prediction.job_id).is_(None), col(Prediction.job_id).in_(over)),
        col(Prediction.sent_at) < func.now() - LEFT_FOR,
    )
    with session(database) as db:
        stopped = set(db.exec(cancelled.where(col(GenerationJob.id).in_([row.job_id for row in rows]))).all())
    left = [_Open(row, row.job_id is None or row.job_id in stopped) for row in rows]
    _settle(database, left)
    return len(left)


def _rows(database: Engine, *conditions: object) -> list[Prediction]:
    with session(database) as db:
        query = select(Prediction).where(col(Prediction.state).in_(ledger.OPEN), *conditions)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return list(db.exec(query.order_by(col(Prediction.created_at)).limit(MOST_AT_ONCE)).all())


def _settle(database: Engine, orders: list[_Open]) -> None:
    account = replicate_account()
    if account is None:
        return
    for order in orders:
        try:
            _settle_one(database, account, order)
        except ReplicateError as error:
            log.warning("order is left open", order=str(order.row.id), error=str(error))


def _settle_one(database: Engine, account: ReplicateApi, order: _Open) -> None:
    row = order.row
    prediction = row.prediction_id or _orphan(database, account, row)
    if prediction is None:
        ledger.end(database, row.id, PredictionState.FAILED, Decimal(0), "it was never taken")
        return
    try:
        seen = account.cancel(prediction) if order.cancelled else account.get(prediction)
    except Refused as refusal:
        # It can't be asked any more; that it was made is all that is known.
        ledger.end(database, row.id, PredictionState.FAILED, row.estimated_usd, f"lost: {refusal}")
        return
    if order.cancelled and seen.status not in ENDED:
        seen = account.get(prediction)
    if seen.status in ENDED:
        ledger.end(database, row.id, *_ended(seen, row.estimated_usd))


def _ended(seen: PredictionSeen, usd: Decimal) -> tuple[PredictionState, Decimal, str | None]:
    if seen.status == "succeeded":
        return PredictionState.SUCCEEDED, usd, None
    if seen.status == "failed":
        return PredictionState.FAILED, Decimal(0), seen.error
    # What had begun is charged, what had not isn't.
    charged = seen.status == "canceled" and seen.started_at is not None
    return PredictionState.CANCELLED, usd if charged else Decimal(0), f"Replicate: {seen.status}"


def _orphan(database: Engine, account: ReplicateApi, row: Prediction) -> str | None:
    """The prediction of an order that was never answered: made of its input, in its time, and nobody's.

    By model and time alone it could be one of another application that has the same account.
    """
    alike = [
        seen.id
        for seen in account.newest(row.created_at - SKEW)
        if seen.model == row.model
        and seen.created_at
        and seen.created_at <= row.sent_at + SKEW
        and seen.input is not None
        and input_sha256(seen.input) == row.input_sha256
    ]
    with session(database) as db:
        known = set(
            db.exec(select(Prediction.prediction_id).where(col(Prediction.prediction_id).in_(alike))).all()
        )
    free = [prediction for prediction in reversed(alike) if prediction not in known]
    return next((prediction for prediction in free if ledger.accept(database, row.id, prediction)), None)
