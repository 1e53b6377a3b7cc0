"""The ledger in the database: every order at Replicate, held against the budgets before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine, func, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.budgets import require_room
from app.configuration import configured
from app.database import session
from app.models import GenerationJob, Prediction, PredictionState, Purpose
from blocks.replicate.ledger import Entry, EntryState, input_sha256

OPEN = (PredictionState.INTENDED, PredictionState.ACCEPTED)
# Orders are let through one after the other: two at once would each find room for itself alone.
_BUDGET_LOCK = 0x42756467

OnDear = Callable[[UUID, Decimal, Decimal], None]

log = structlog.get_logger(__name__)


def _log_dear(job_id: UUID, cost_usd: Decimal, threshold_usd: Decimal) -> None:
    log.warning("job is dear", job_id=str(job_id), usd=str(cost_usd), threshold_usd=str(threshold_usd))


class JobLedger:
    """The orders of one job; an implementation of `blocks.replicate.ledger.Ledger`.

    Args:
        engine: the database.
        job_id: whose orders they are.
        purpose: what is ordered.
        on_dear: is told the job, its cost and the threshold, once, when it has become dearer than that.
    """

    def __init__(
        self, engine: Engine, job_id: UUID, purpose: Purpose = Purpose.CLIP, on_dear: OnDear = _log_dear
    ) -> None:
        self._engine = engine
        self._job_id = job_id
        self._purpose = purpose
        self._on_dear = on_dear

    def entries(self, address: str) -> Sequence[Entry]:
        with session(self._engine) as db:
            rows = db.exec(
                select(Prediction)
                .where(Prediction.job_id == self._job_id, Prediction.address == address)
                .order_by(col(Prediction.attempt))
            ).all()
        return [_entry(row) for row in rows]

    def intend(
        self,
        address: str,
        attempt: int,
        model: str,
        inputs: Mapping[str, Any],
        estimated_usd: Decimal,
        *,
        clip: int | None,
    ) -> Entry:
        with session(self._engine) as db:
            db.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _BUDGET_LOCK})
            require_room(db, estimated_usd, what="The order was not sent", job_id=self._job_id)
            row = Prediction(
                job_id=self._job_id,
                clip_number=clip,
                purpose=self._purpose,
                address=address,
                attempt=attempt,
                model=model,
                input_sha256=input_sha256(inputs),
                estimated_usd=estimated_usd,
            )
            db.add(row)
            db.flush()
            return _entry(row)

    def resend(self, entry: UUID) -> Entry:
        with session(self._engine) as db:
            row = _locked(db, entry)
            row.sent_at = db.exec(select(func.clock_timestamp())).one()
            db.flush()
            return _entry(row)

    def accept(self, entry: UUID, prediction: str) -> bool:
        return accept(self._engine, entry, prediction)

    def end(self, entry: UUID, state: EntryState, cost_usd: Decimal, reason: str | None = None) -> None:
        end(self._engine, entry, PredictionState(state), cost_usd, reason, self._on_dear)

    def taken(self, predictions: Collection[str]) -> set[str]:
        with session(self._engine) as db:
            known = select(Prediction.prediction_id).where(
                col(Prediction.prediction_id).in_(list(predictions))
            )
            return {name for name in db.exec(known) if name}


def accept(engine: Engine, entry: UUID, prediction: str) -> bool:
    """Notes which prediction an order is; False if that one is another order's, or there is no such order."""
    try:
        with session(engine) as db:
            row = db.get(Prediction, entry, with_for_update=True)
            if row is None or row.prediction_id not in (None, prediction):
                return False
            if row.state is PredictionState.INTENDED:
                row.state = PredictionState.ACCEPTED
                row.prediction_id = prediction
                row.accepted_at = db.exec(select(func.clock_timestamp())).one()
            return row.prediction_id == prediction
    except IntegrityError:
        return False


def end(
    engine: Engine,
    entry: UUID,
    state: PredictionState,
    cost_usd: Decimal,
    reason: str | None = None,
    on_dear: OnDear = _log_dear,
) -> None:
    """Notes how an order ended and what it cost, adds that to its job, and tells of a job that grows dear."""
    with session(engine) as db:
        row = _locked(db, entry)
        if row.state not in OPEN:
            # What was made can turn out to be of no use, or to be gone; it stays paid.
            if row.state is PredictionState.SUCCEEDED and state is not PredictionState.SUCCEEDED:
                row.state, row.reason = state, reason
            return
        row.state, row.cost_usd, row.reason = state, cost_usd, reason
        row.ended_at = db.exec(select(func.clock_timestamp())).one()
        db.flush()
        crossed = _book(db, row.job_id) if row.job_id else None
    if crossed and row.job_id:
        on_dear(row.job_id, *crossed)


def spent_on_clip(db: Session, job_id: UUID, number: int) -> Decimal:
    """What the orders for a job's clip have cost since its row was made, in US dollars."""
    spent = text(
        "SELECT coalesce(sum(p.cost_usd), 0) FROM predictions p"
        " JOIN clips c ON c.job_id = p.job_id AND c.number = p.clip_number AND p.created_at >= c.created_at"
        " WHERE p.job_id = :job AND p.clip_number = :number"
    )
    return Decimal(db.connection().execute(spent, {"job": job_id, "number": number}).scalar_one())


def buyers(db: Session, address: str, asking: UUID) -> Sequence[UUID]:
    """The other jobs that have had an order delivered and could use it, the last one first."""
    delivered = select(Prediction.job_id).where(
        Prediction.address == address, Prediction.state == PredictionState.SUCCEEDED
    )
    found = db.exec(delivered.order_by(col(Prediction.created_at).desc())).all()
    return [job for job in dict.fromkeys(found) if job and job != asking]


def purposes_of(db: Session, job_id: UUID) -> set[Purpose]:
    """What a job has ordered things for."""
    found = db.exec(select(Prediction.purpose).where(Prediction.job_id == job_id).distinct()).all()
    return {Purpose(purpose) for purpose in found}


def _book(db: Session, job_id: UUID) -> tuple[Decimal, Decimal] | None:
    """Brings the job's cost up to date; its cost and the threshold when it has just passed that."""
    job = db.get_one(GenerationJob, job_id, with_for_update=True)
    before = job.actual_cost_usd
    total = select(func.coalesce(func.sum(Prediction.cost_usd), 0)).where(Prediction.job_id == job_id)
    job.actual_cost_usd = Decimal(db.exec(total).one() or 0)
    threshold = configured(db).cost_alert_threshold_usd
    return (job.actual_cost_usd, threshold) if before <= threshold < job.actual_cost_usd else None


def _locked(db: Session, entry: UUID) -> Prediction:
    # The job before what belongs to it, as everywhere: two orders would be a deadlock.
    job_id = db.exec(select(Prediction.job_id).where(Prediction.id == entry)).one()
    if job_id:
        db.get(GenerationJob, job_id, with_for_update=True)
    return db.get_one(Prediction, entry, with_for_update=True, populate_existing=True)


def _entry(row: Prediction) -> Entry:
    return Entry(
        id=row.id,
        model=row.model,
        attempt=row.attempt,
        state=row.state.value,
        prediction=row.prediction_id,
        created_at=row.created_at,
        sent_at=row.sent_at,
        estimated_usd=row.estimated_usd,
        cost_usd=row.cost_usd,
        reason=row.reason,
    )
