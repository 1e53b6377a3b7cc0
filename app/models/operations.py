"""What runs the product: dispatches to Prefect, measurements, configuration and migration history."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Text, UniqueConstraint, Uuid, text
from sqlmodel import Field

from app.models.columns import (
    Table,
    check,
    document,
    moment,
    now,
    one_of,
    real,
    reference,
    serial_key,
    small,
    stamped,
    uuid_key,
    words,
)


class DispatchStatus(StrEnum):
    """Where a dispatch stands."""

    PENDING = "pending"
    DISPATCHED = "dispatched"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Direction(StrEnum):
    """Which way a migration went."""

    UP = "up"
    DOWN = "down"


class QueuedTask(Table, table=True):
    """A job's dispatch to Prefect: written with the job, sent afterwards, linked to its flow run."""

    __tablename__ = "task_queue"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        check("attempts_not_negative", "attempts >= 0"),
        check("parameters_object", "jsonb_typeof(parameters) = 'object'"),
        check(
            "linked_when_dispatched",
            "status <> 'dispatched' OR num_nulls(flow_run_id, dispatched_at) = 0",
        ),
        Index("ix_task_queue_job_id", "job_id"),
        Index("ix_task_queue_due", "available_at", postgresql_where=text("status = 'pending'")),
        Index("ix_task_queue_flow_run_id", "flow_run_id", postgresql_where=text("flow_run_id IS NOT NULL")),
    )

    id: UUID = uuid_key()
    job_id: UUID = reference("generation_jobs.id", ondelete="CASCADE")
    deployment: str = words(nullable=False)
    parameters: dict[str, Any] = document(default="{}")
    idempotency_key: str = words(nullable=False)
    status: DispatchStatus = one_of(DispatchStatus, name="status", default=DispatchStatus.PENDING)
    attempts: int = small(default=0)
    available_at: datetime = moment(nullable=False, server_default="now()")
    # A Prefect id: Prefect's tables are in another database.
    flow_run_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    last_error: str | None = words()
    created_at: datetime = now()
    dispatched_at: datetime | None = moment()


class JobMetric(Table, table=True):
    """One measurement of a job, such as ``ffmpeg_seconds``."""

    __tablename__ = "job_metrics"
    __table_args__ = (
        check("name_length", "char_length(name) BETWEEN 1 AND 100"),
        Index("ix_job_metrics_job_id_name", "job_id", "name"),
        Index("ix_job_metrics_name_recorded_at", "name", "recorded_at"),
    )

    id: int | None = serial_key()
    job_id: UUID = reference("generation_jobs.id", ondelete="CASCADE")
    name: str = words(nullable=False)
    value: float = real(nullable=False)
    unit: str = words(nullable=False)
    labels: dict[str, Any] = document(default="{}")
    recorded_at: datetime = now()


class SystemConfig(Table, table=True):
    """A setting that an operator changes while the system runs."""

    __tablename__ = "system_config"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    value: Any = document()
    description: str = words(nullable=False)
    updated_at: datetime = stamped(nullable=False)


class SchemaMigration(Table, table=True):
    """One step of the schema's history. The migration runner makes this table and writes its rows."""

    __tablename__ = "schema_migrations"

    id: int | None = serial_key()
    version: str = words(nullable=False)
    description: str = words(nullable=False)
    direction: Direction = one_of(Direction, name="direction")
    applied_at: datetime = now()
    duration_seconds: float = real(nullable=False)
