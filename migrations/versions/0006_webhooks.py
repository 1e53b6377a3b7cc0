"""Where a job's webhooks go, and each of them on its way."""

from alembic import op

revision = "0006"
down_revision = "0005"
phase = "expand"
reversible = True
excepted = {
    "constraint-missing-not-valid": "the column is new: all it checks is NULL, in one look at the table",
}

UP = (
    """
    ALTER TABLE generation_jobs
        ADD COLUMN webhook_url text,
        ADD CONSTRAINT ck_generation_jobs_webhook_url_length
            CHECK (char_length(webhook_url) BETWEEN 1 AND 2000)
    """,
    """
    CREATE TABLE webhook_deliveries (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        job_id uuid NOT NULL,
        session_id uuid NOT NULL,
        event text NOT NULL,
        url text NOT NULL,
        payload jsonb NOT NULL,
        status varchar(16) NOT NULL DEFAULT 'pending',
        attempts smallint NOT NULL DEFAULT 0,
        available_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        delivered_at timestamptz,
        CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
        CONSTRAINT fk_webhook_deliveries_job_id FOREIGN KEY (job_id)
            REFERENCES generation_jobs (id) ON DELETE CASCADE,
        CONSTRAINT ck_webhook_deliveries_status CHECK (status IN ('pending', 'delivered', 'failed')),
        CONSTRAINT ck_webhook_deliveries_url_length CHECK (char_length(url) BETWEEN 1 AND 2000),
        CONSTRAINT ck_webhook_deliveries_payload_object CHECK (jsonb_typeof(payload) = 'object'),
        CONSTRAINT ck_webhook_deliveries_attempts_not_negative CHECK (attempts >= 0),
        CONSTRAINT ck_webhook_deliveries_stamped_when_delivered
            CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_webhook_deliveries_job_id_created_at ON webhook_deliveries (job_id, created_at)",
    """
    CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (available_at)
        WHERE status = 'pending'
    """,
)

DOWN = (
    "DROP TABLE webhook_deliveries",
    "ALTER TABLE generation_jobs DROP COLUMN webhook_url",
)


def upgrade() -> None:
    """Adds both; code that knows neither goes on working."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Removes both, with the webhooks that are still on their way."""
    for statement in DOWN:
        op.execute(statement)
