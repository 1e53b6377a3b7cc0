"""The ledger: what was ordered at Replicate, and what it cost."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, Numeric, UniqueConstraint, text
from sqlmodel import Field

from app.models.columns import Table, check, moment, now, one_of, reference, small, uuid_key, words


class Purpose(StrEnum):
    """What a prediction is for."""

    CLIP = "clip"
    IMAGE = "image"
    PLAN = "plan"
    MUSIC = "music"
    VOICE = "voice"


class PredictionState(StrEnum):
    """Where a prediction stands, as the ledger knows it."""

    INTENDED = "intended"
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Prediction(Table, table=True):
    """One order at Replicate: written before it is sent, known by its id after, priced at its end.

    A row outlives its job: what was spent in a month must not change when a job is deleted. ``refused`` is
    what was delivered and paid, and is no clip; ``failed`` what was never delivered.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        UniqueConstraint("prediction_id"),
        UniqueConstraint("job_id", "address", "attempt"),
        check("input_sha256_hex", "input_sha256 ~ '^[0-9a-f]{64}$'"),
        check("attempt_positive", "attempt > 0"),
        check("costs_not_negative", "estimated_usd >= 0 AND cost_usd >= 0"),
        check("known_when_accepted", "state = 'intended' OR state = 'failed' OR prediction_id IS NOT NULL"),
        check("cost_when_ended", "(state IN ('intended', 'accepted')) = (cost_usd IS NULL)"),
        Index("ix_predictions_created_at", "created_at"),
        Index(
            "ix_predictions_open", "created_at", postgresql_where=text("state IN ('intended', 'accepted')")
        ),
    )

    id: UUID = uuid_key()
    job_id: UUID | None = reference("generation_jobs.id", ondelete="SET NULL", nullable=True)
    clip_number: int | None = small(nullable=True)
    purpose: Purpose = one_of(Purpose, name="purpose")
    # The hash of what is ordered; the attempts at one order differ in nothing but their number.
    address: str = words(nullable=False)
    attempt: int = small()
    model: str = words(nullable=False)
    # By which an order that was never answered is known in the account's list.
    input_sha256: str = words(nullable=False)
    state: PredictionState = one_of(PredictionState, name="state", default=PredictionState.INTENDED)
    prediction_id: str | None = words()
    estimated_usd: Decimal = Field(default=None, sa_column=Column(Numeric(12, 6), nullable=False))
    cost_usd: Decimal | None = Field(default=None, sa_column=Column(Numeric(12, 6), nullable=True))
    reason: str | None = words()
    created_at: datetime = now()
    # When it was last sent off, answered or not.
    sent_at: datetime = moment(nullable=False, server_default="now()")
    accepted_at: datetime | None = moment()
    ended_at: datetime | None = moment()
