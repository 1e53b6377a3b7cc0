"""Which locks a step holds on tables that people use, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine, event

# What each keeps others from (https://www.postgresql.org/docs/current/explicit-locking.html); those below
# keep nobody from reading and writing.
BLOCKS = {
    "ShareLock": "writes",
    "ShareRowExclusiveLock": "writes",
    "ExclusiveLock": "writes",
    "AccessExclusiveLock": "reads and writes",
}
_TABLES = """
SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND relnamespace = 'public'::regnamespace
"""
_HELD = """
SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND l.granted AND l.relation = ANY(%s)
"""


class LockHeld(BaseModel):
    """One lock on one table.

    Attributes:
        blocks: what others have to wait with meanwhile.
        seconds: from the beginning of the statement that took it to the end of the transaction.
    """

    model_config = ConfigDict(frozen=True)

    table: str
    mode: str
    blocks: str
    seconds: float


class LockWatch:
    """Looks at the locks of a connection after each of its statements, in its own transaction.

    Nothing is sampled: what a transaction has locked it keeps to its end.
    """

    def __init__(self, tables: list[int]) -> None:
        self._tables = tables
        self._began = 0.0
        self._since: dict[tuple[str, str], float] = {}
        self._longest: dict[tuple[str, str], float] = {}

    @property
    def held(self) -> tuple[LockHeld, ...]:
        """The locks that kept others waiting, the longest first."""
        found = (
            LockHeld(table=table, mode=mode, blocks=BLOCKS[mode], seconds=round(seconds, 4))
            for (table, mode), seconds in self._longest.items()
            if mode in BLOCKS
        )
        return tuple(sorted(found, key=lambda lock: lock.seconds, reverse=True))

    def before(self, *_: Any) -> None:
        self._began = time.monotonic()

    def after(self, _connection: Connection, cursor: Any, *_: Any) -> None:
        # Past SQLAlchemy: this is no statement of the step.
        for table, mode in cursor.connection.execute(_HELD, (self._tables,)):
            self._since.setdefault((table, mode), self._began)

    def committing(self, _: Connection) -> None:
        now = time.monotonic()
        for lock, since in self._since.items():
            self._longest[lock] = max(self._longest.get(lock, 0.0), now - since)
        self._since.clear()

    def rolled_back(self, _: Connection) -> None:
        self._since.clear()


@contextmanager
def watched(engine: Engine) -> Iterator[LockWatch]:
    """Watches every connection of an engine for as long as the block runs.

    Tables that are made meanwhile are nobody's yet, and don't count.
    """
    with engine.connect() as connection:
        tables = [row[0] for row in connection.exec_driver_sql(_TABLES)]
    watch = LockWatch(tables)
    hooks = {
        "before_cursor_execute": watch.before,
        "after_cursor_execute": watch.after,
        "commit": watch.committing,
        "rollback": watch.rolled_back,
    }
    for name, hook in hooks.items():
        event.listen(engine, name, hook)
    try:
        yield watch
    finally:
        for name, hook in hooks.items():
            event.remove(engine, name, hook)
