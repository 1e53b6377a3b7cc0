"""A drill: the newest backup is restored for real, and compared with what was in it when it was made."""

from __future__ import annotations

import time

from pydantic import BaseModel, ConfigDict
from sqlalchemy import URL

from app.backups import backup
from app.backups.backup import Backup, BackupError
from app.backups.contents import contents, differences
from app.backups.scratch import DRILL, require_room, scratch
from app.backups.server import connect
from blocks.media_store import MediaStore


class Drill(BaseModel):
    """How a drill went.

    Attributes:
        differences: what is not as it was; empty for a good backup.
        restore_seconds, compare_seconds: what each took.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    backup: str
    tables: int
    rows: int
    size_bytes: int
    schema_version: str | None
    differences: tuple[str, ...]
    restore_seconds: float
    compare_seconds: float

    @property
    def good(self) -> bool:
        return not self.differences


def drill(store: MediaStore, url: URL, *, storage_gib: int | None = None) -> Drill:
    """Restores the newest backup into a scratch database, compares, and drops it.

    Args:
        url: of the database beside which that is made.
        storage_gib: of the server's disk; None when nobody knows.

    Raises:
        BackupError: there is no backup, or it is not whole.
        NoRoom: it would fill the disk.
        ProgramFailed: it could not be restored.
    """
    newest = backup.newest(store)
    if newest is None:
        raise BackupError("No backup can be tried", "there is none", "Make one: `reelflow backup ENV`")
    require_room(url, storage_gib)
    with scratch(url, DRILL) as made:
        started = time.monotonic()
        backup.restore(store, newest, made)
        restored = time.monotonic()
        found = _compared(newest, made)
        compared = time.monotonic()
    return Drill(
        backup=newest.id,
        tables=len(newest.tables),
        rows=newest.rows,
        size_bytes=newest.size_bytes,
        schema_version=newest.schema_version,
        differences=found,
        restore_seconds=round(restored - started, 2),
        compare_seconds=round(compared - restored, 2),
    )


def _compared(expected: Backup, url: URL) -> tuple[str, ...]:
    with connect(url) as connection:
        return differences(expected.tables, contents(connection))
