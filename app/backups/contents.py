"""What is in a database: rows and a checksum of each table, equal for equal rows in whatever order."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql
from pydantic import BaseModel, ConfigDict

# A row is compared as text, which these decide.
_SETTINGS = {"TimeZone": "UTC", "DateStyle": "ISO", "IntervalStyle": "postgres", "extra_float_digits": "1"}
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname
"""
# The first 64 bits of each row's MD5, added up: no sorting, and no more memory than a number.
_CONTENT = """
SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0) FROM {} t
"""


class TableContent(BaseModel):
    """What is in one table."""

    model_config = ConfigDict(frozen=True)

    rows: int
    checksum: str


def contents(connection: psycopg.Connection) -> dict[str, TableContent]:
    """Every table of the schema `public`, as the connection's transaction sees it."""
    for name, value in _SETTINGS.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    # Rows are counted in bulk: no statement of the application takes so long.
    connection.execute("SELECT set_config('statement_timeout', '0', false)")
    names = [row[0] for row in connection.execute(_TABLES)]
    return {name: _content(connection, name) for name in names}


def differences(expected: Mapping[str, TableContent], found: Mapping[str, TableContent]) -> tuple[str, ...]:
    """What is not the same, a line a table; nothing for equal databases."""
    return tuple(
        line
        for name in sorted({*expected, *found})
        if (line := _difference(name, expected.get(name), found.get(name)))
    )


def rows(tables: Mapping[str, TableContent]) -> int:
    """All rows together."""
    return sum(table.rows for table in tables.values())


def _difference(name: str, expected: TableContent | None, found: TableContent | None) -> str:
    if expected == found:
        return ""
    if found is None:
        return f"{name} is missing"
    if expected is None:
        return f"{name} was not there"
    if expected.rows != found.rows:
        return f"{name} has {found.rows} rows, not {expected.rows}"
    return f"{name} has other rows than it had"


def _content(connection: psycopg.Connection, name: str) -> TableContent:
    row = connection.execute(sql.SQL(_CONTENT).format(sql.Identifier(name))).fetchone()
    assert row is not None
    return TableContent(rows=row[0], checksum=str(row[1]))
