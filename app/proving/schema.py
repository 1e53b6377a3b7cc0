"""A schema as text, and in what two of them differ."""

from __future__ import annotations

from difflib import unified_diff

from sqlalchemy import URL

from app.backups import programs

# Newer versions of pg_dump begin and end with a word that is another each time.
_RANDOM = ("\\restrict", "\\unrestrict")
MOST_LINES = 12


def schema_of(url: URL) -> tuple[str, ...]:
    """The lines of the schema as pg_dump writes them, without comments. Raises ProgramFailed."""
    text = programs.run("pg_dump", url, "--schema-only", "--no-owner", "--no-privileges")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith(("--", *_RANDOM)))


def differences(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """The lines that went (-) and came (+), the first of them; nothing for equal schemas."""
    changed = (
        line
        for line in unified_diff(before, after, lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    )
    return tuple(changed)[:MOST_LINES]
