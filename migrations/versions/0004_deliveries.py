"""Where a composition's preview, captions and stream are kept."""

from alembic import op

revision = "0004"
down_revision = "0003"
phase = "expand"
reversible = True


def upgrade() -> None:
    """Adds them; films made before have none."""
    op.execute(
        "ALTER TABLE compositions ADD COLUMN preview_key text, ADD COLUMN captions_key text,"
        " ADD COLUMN stream_key text"
    )


def downgrade() -> None:
    """Removes them; what they name stays in the media store until it expires."""
    op.execute(
        "ALTER TABLE compositions DROP COLUMN preview_key, DROP COLUMN captions_key, DROP COLUMN stream_key"
    )
