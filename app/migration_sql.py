"""The SQL of the schema's steps, rendered without a database: what is linted, and what a proof is about."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from functools import cache

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from app import migrate
from app.migrate import MigrationError, Step

# What is inside of strings, function bodies and comments is not done by the step itself.
_INSIDE = re.compile(r"\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_LOSING = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN|SCHEMA|DATABASE|SEQUENCE)\b"
    r"|\bTRUNCATE\b|\bDELETE\s+FROM\b"
    # COLUMN may be left away.
    r"|\bALTER\s+TABLE\b[^;]*\bDROP\s+(?!CONSTRAINT\b|DEFAULT\b|NOT\b|IDENTITY\b|EXPRESSION\b)",
    re.IGNORECASE,
)


class NotRendered(MigrationError):
    """A step can't be told as SQL."""


@dataclass(frozen=True)
class StepSql:
    """What a step does, and what takes it back; empty for a step that is one-way."""

    step: Step
    up: str
    down: str

    @property
    def digest(self) -> str:
        """The SHA-256 of all that the step is."""
        parts = (self.step.version, self.step.phase, str(self.step.reversible), self.up, self.down)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def down_loses(self) -> bool:
        """Whether taking it back throws data away, if only what was written since."""
        return loses(self.down)


@cache
def sql_of(step: Step) -> StepSql:
    """The step as SQL.

    Raises:
        NotRendered: it looks at the database to know what to do.
    """
    module = migrate.module_of(step.version)
    up = _rendered(step, module.upgrade)
    return StepSql(step, up, _rendered(step, module.downgrade) if step.reversible else "")


def plain(sql: str) -> str:
    """The SQL without comments, strings and the bodies of functions."""
    return _INSIDE.sub(" ", sql)


def loses(sql: str) -> bool:
    """Whether it throws away rows or columns."""
    return _LOSING.search(plain(sql)) is not None


def _rendered(step: Step, function: object) -> str:
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer, "literal_binds": True}
    )
    try:
        with Operations.context(context):
            function()  # pyright: ignore[reportCallIssue]
    except Exception as error:
        raise NotRendered(
            f"Step {step.version} ({step.description}) can't be told as SQL",
            f"without a database it fails: {type(error).__name__}: {error}",
            "Write it in SQL that doesn't depend on what it finds",
        ) from error
    return buffer.getvalue()
