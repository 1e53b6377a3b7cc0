"""The history of the schema: a row per step, written in the transaction of the step itself."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from sqlalchemy import Connection, text

# Not part of a revision: the history begins before the first step and outlives the last.
TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    id bigint GENERATED ALWAYS AS IDENTITY,
    version text NOT NULL,
    description text NOT NULL,
    direction varchar(16) NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    duration_seconds double precision NOT NULL,
    CONSTRAINT pk_schema_migrations PRIMARY KEY (id),
    CONSTRAINT ck_schema_migrations_direction CHECK (direction IN ('up', 'down'))
)
"""

# Each step has a transaction of its own, so its age is how long the step took.
ROW = text("""
INSERT INTO schema_migrations (version, description, direction, duration_seconds)
VALUES (:version, :description, :direction,
        extract(epoch FROM clock_timestamp() - transaction_timestamp()))
""")


def ensure(connection: Connection) -> None:
    """Makes the history table where there is none."""
    connection.execute(text(TABLE))


def record(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Alembic's ``on_version_apply``: notes one step, up or down."""
    revision = step.up_revision
    if ctx.connection is None or not isinstance(revision, Script):
        raise TypeError("the history needs a live connection and a step with a file")
    ctx.connection.execute(
        ROW,
        {
            "version": revision.revision,
            "description": revision.doc,
            "direction": "up" if step.is_upgrade else "down",
        },
    )
