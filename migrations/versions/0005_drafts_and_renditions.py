"""Drafts, the approval of their shots, and a film's other aspect ratios."""

from alembic import op

revision = "0005"
down_revision = "0004"
phase = "expand"
reversible = True
excepted = {
    "constraint-missing-not-valid": "the column is new: all it checks is its default, in one look at it",
}

UP = (
    "ALTER TABLE generation_jobs ADD COLUMN draft boolean NOT NULL DEFAULT false",
    "ALTER TABLE clips ADD COLUMN approved boolean",
    """
    ALTER TABLE compositions
        ADD COLUMN renditions jsonb NOT NULL DEFAULT '[]'::jsonb,
        ADD CONSTRAINT ck_compositions_renditions_array CHECK (jsonb_typeof(renditions) = 'array')
    """,
)

DOWN = (
    "ALTER TABLE compositions DROP COLUMN renditions",
    "ALTER TABLE clips DROP COLUMN approved",
    "ALTER TABLE generation_jobs DROP COLUMN draft",
)


def upgrade() -> None:
    """Adds them; code that knows none of them goes on working."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Removes them, with what was written in them."""
    for statement in DOWN:
        op.execute(statement)
