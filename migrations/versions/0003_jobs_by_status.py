"""An index for a user's jobs of one status."""

from alembic import op

revision = "0003"
down_revision = "0002"
phase = "expand"
reversible = True
excepted = {
    "require-concurrent-index-creation": "a million jobs take two seconds, and it stays one transaction",
}


def upgrade() -> None:
    """Adds it. Writers of jobs wait meanwhile: about two seconds with a million of them."""
    op.execute(
        """
        CREATE INDEX ix_generation_jobs_session_id_status_created_at_id
            ON generation_jobs (session_id, status, created_at DESC, id DESC)
        """
    )


def downgrade() -> None:
    """Removes it."""
    op.execute("DROP INDEX ix_generation_jobs_session_id_status_created_at_id")
