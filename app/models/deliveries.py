"""What is told to users' own servers: webhooks on their way."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Uuid, text
from sqlmodel import Field

from app.models.columns import Table, check, document, moment, now, one_of, reference, small, uuid_key, words


class DeliveryStatus(StrEnum):
    """Where a webhook stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(Table, table=True):
    """One webhook: written in the transaction that it tells of, sent afterwards until it is answered."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        check("url_length", "char_length(url) BETWEEN 1 AND 2000"),
        check("payload_object", "jsonb_typeof(payload) = 'object'"),
        check("attempts_not_negative", "attempts >= 0"),
        check("stamped_when_delivered", "(status = 'delivered') = (delivered_at IS NOT NULL)"),
        Index("ix_webhook_deliveries_job_id_created_at", "job_id", "created_at"),
        Index("ix_webhook_deliveries_due", "available_at", postgresql_where=text("status = 'pending'")),
    )

    id: UUID = uuid_key()
    job_id: UUID = reference("generation_jobs.id", ondelete="CASCADE")
    # Whose secret signs it. No reference: a session may be over before its last webhook is delivered.
    session_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    event: str = words(nullable=False)
    url: str = words(nullable=False)
    payload: dict[str, Any] = document()
    status: DeliveryStatus = one_of(DeliveryStatus, name="status", default=DeliveryStatus.PENDING)
    attempts: int = small(default=0)
    available_at: datetime = moment(nullable=False, server_default="now()")
    last_error: str | None = words()
    created_at: datetime = now()
    delivered_at: datetime | None = moment()
