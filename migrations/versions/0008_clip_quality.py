"""What was measured on a clip, and the limits that it is held against."""

from alembic import op

revision = "0008"
down_revision = "0007"
phase = "expand"
reversible = True
excepted = {
    "constraint-missing-not-valid": "the column is new: all it checks is NULL, in one look at the table",
}


UP = (
    """
    ALTER TABLE clips
        ADD COLUMN quality jsonb,
        ADD CONSTRAINT ck_clips_quality_object CHECK (jsonb_typeof(quality) = 'object')
    """,
    """
    INSERT INTO system_config (key, value, description) VALUES
        ('quality_gate', '{"takes": 3}', 'How often a clip is tried, and limits for it under "thresholds".')
    """,
)

DOWN = (
    "DELETE FROM system_config WHERE key = 'quality_gate'",
    "ALTER TABLE clips DROP COLUMN quality",
)


def upgrade() -> None:
    """Adds both; code that doesn't know them goes on working."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Removes both, with what was written in them."""
    for statement in DOWN:
        op.execute(statement)
