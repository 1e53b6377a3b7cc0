"""Alembic's entry: runs the steps on the connection that ``app.migrate`` hands over."""

from alembic import context

from app.models import METADATA
from migrations import history

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=True,
    on_version_apply=history.record,
)
with context.begin_transaction():
    context.run_migrations()
