"""A request's idempotency key, and the cut list of a composition."""

from alembic import op

revision = "0002"
down_revision = "0001"
phase = "expand"
reversible = True
excepted = {
    "constraint-missing-not-valid": "the column is new: all it checks is NULL, in one look at the table",
    "require-concurrent-index-creation": "the index is of a column that is new, and holds no row yet",
}

UP = (
    """
    ALTER TABLE generation_jobs
        ADD COLUMN idempotency_key text,
        ADD CONSTRAINT ck_generation_jobs_idempotency_key_length
            CHECK (char_length(idempotency_key) BETWEEN 1 AND 255)
    """,
    """
    CREATE UNIQUE INDEX uq_generation_jobs_session_id_idempotency_key
        ON generation_jobs (session_id, idempotency_key) WHERE idempotency_key IS NOT NULL
    """,
    """
    ALTER TABLE compositions
        ADD COLUMN cut_list jsonb,
        ADD CONSTRAINT ck_compositions_cut_list_object CHECK (jsonb_typeof(cut_list) = 'object')
    """,
)

DOWN = (
    "ALTER TABLE compositions DROP COLUMN cut_list",
    "DROP INDEX uq_generation_jobs_session_id_idempotency_key",
    "ALTER TABLE generation_jobs DROP COLUMN idempotency_key",
)


def upgrade() -> None:
    """Adds both; code that knows neither goes on working."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Removes both, with what was written in them."""
    for statement in DOWN:
        op.execute(statement)
