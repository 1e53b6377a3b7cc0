"""`reelflow migrate local …`: the schema of the configured database, where it stands and where it goes."""

from __future__ import annotations

from typing import Any

from app import migrate
from app.database import engine
from app.migrate import Phase, Step
from commands.configured import require


def status() -> dict[str, object]:
    """Where the schema stands, as a document; see `app.migrate.Status`.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable, MigrationError: it could not be told; says why.
    """
    require("DATABASE_URL")
    found = migrate.status(engine())
    return {
        "current": found.current,
        "head": found.head,
        "pending": [_told(step) for step in found.pending],
        "steps": [_told(step) for step in migrate.steps()],
        "history": [
            {
                "version": row.version,
                "direction": row.direction,
                "applied_at": row.applied_at.isoformat(),
                "description": row.description,
            }
            for row in found.history
        ],
    }


def up(*, to: str | None, phase: Phase | None) -> dict[str, object]:
    """Runs pending steps, and tells from where to where.

    Args:
        to: a version; None for the newest.
        phase: only the steps of this phase; None for all.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable, MigrationError: it could not be done; says why.
    """
    require("DATABASE_URL")
    before = migrate.status(engine()).current
    return _moved(before, migrate.upgrade(engine(), to or "head", phase=phase))


def down(*, to: str) -> dict[str, object]:
    """Undoes steps until the schema is at a version, and tells from where to where.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable, MigrationError: it could not be done; says why.
    """
    require("DATABASE_URL")
    before = migrate.status(engine()).current
    return _moved(before, migrate.downgrade(engine(), to))


def in_words(document: dict[str, Any]) -> str:
    """A document of this module as people read it."""
    if "history" in document:
        past = [f"{row['applied_at']}  {row['direction']:4}  {row['version']}" for row in document["history"]]
        where = f"The schema is at {document['current'] or 'base'}; this code has {document['head']}."
        return "\n".join([*past, where, *(f"pending  {_line(step)}" for step in document["pending"])])
    if not document["steps"]:
        return f"Nothing to do: the schema is at {document['to']}."
    return "\n".join(map(_line, document["steps"]))


def _line(step: dict[str, Any]) -> str:
    one_way = "" if step["reversible"] else "  (one-way)"
    return f"{step['version']}  {step['phase']:8}  {step['description']}{one_way}"


def _moved(before: str | None, steps: tuple[Step, ...]) -> dict[str, object]:
    return {
        "from": before,
        "to": migrate.status(engine()).current,
        "steps": [_told(step) for step in steps],
    }


def _told(step: Step) -> dict[str, object]:
    return {
        "version": step.version,
        "phase": step.phase,
        "reversible": step.reversible,
        "description": step.description,
    }
