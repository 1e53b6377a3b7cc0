"""The ledger of what is ordered at Replicate and paid there, and the budgets that it is held against."""

from alembic import op

revision = "0007"
down_revision = "0006"
phase = "expand"
reversible = True

UP = (
    """
    CREATE TABLE predictions (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        job_id uuid,
        clip_number smallint,
        purpose varchar(16) NOT NULL,
        address text NOT NULL,
        attempt smallint NOT NULL,
        model text NOT NULL,
        input_sha256 text NOT NULL,
        state varchar(16) NOT NULL DEFAULT 'intended',
        prediction_id text,
        estimated_usd numeric(12, 6) NOT NULL,
        cost_usd numeric(12, 6),
        reason text,
        created_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz NOT NULL DEFAULT now(),
        accepted_at timestamptz,
        ended_at timestamptz,
        CONSTRAINT pk_predictions PRIMARY KEY (id),
        CONSTRAINT uq_predictions_prediction_id UNIQUE (prediction_id),
        CONSTRAINT uq_predictions_job_id_address_attempt UNIQUE (job_id, address, attempt),
        CONSTRAINT fk_predictions_job_id
            FOREIGN KEY (job_id) REFERENCES generation_jobs (id) ON DELETE SET NULL,
        CONSTRAINT ck_predictions_purpose CHECK (purpose IN ('clip', 'image', 'plan', 'music', 'voice')),
        CONSTRAINT ck_predictions_state
            CHECK (state IN ('intended', 'accepted', 'succeeded', 'refused', 'failed', 'cancelled')),
        CONSTRAINT ck_predictions_input_sha256_hex CHECK (input_sha256 ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_predictions_attempt_positive CHECK (attempt > 0),
        CONSTRAINT ck_predictions_costs_not_negative CHECK (estimated_usd >= 0 AND cost_usd >= 0),
        CONSTRAINT ck_predictions_known_when_accepted
            CHECK (state = 'intended' OR state = 'failed' OR prediction_id IS NOT NULL),
        CONSTRAINT ck_predictions_cost_when_ended
            CHECK ((state IN ('intended', 'accepted')) = (cost_usd IS NULL))
    )
    """,
    "CREATE INDEX ix_predictions_created_at ON predictions (created_at)",
    "CREATE INDEX ix_predictions_open ON predictions (created_at) WHERE state IN ('intended', 'accepted')",
    """
    INSERT INTO system_config (key, value, description) VALUES
        ('job_budget_usd', '20.00', 'Most that one job may spend on models, in US dollars.'),
        ('month_budget_usd', '200.00', 'Most that all jobs may spend on models in a month, in US dollars.')
    """,
)

DOWN = (
    "DELETE FROM system_config WHERE key IN ('job_budget_usd', 'month_budget_usd')",
    "DROP TABLE predictions",
)


def upgrade() -> None:
    """Adds the table and the two budgets; code that knows neither goes on working."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Removes both, and with them what was paid for."""
    for statement in DOWN:
        op.execute(statement)
