"""`reelflow migrate`: the database's schema, brought to what this code needs."""

from __future__ import annotations

from app import migrate
from app.database import engine
from commands.configured import require


def up() -> str:
    """Runs the pending steps; returns what was done, in words.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable, MigrationError: it could not be done; says why.
    """
    require("DATABASE_URL")
    done = migrate.upgrade(engine())
    if not done:
        return f"Nothing to do: the schema is at {migrate.status(engine()).current}."
    return "\n".join(f"{step.version}  {step.phase:8}  {step.description}" for step in done)
