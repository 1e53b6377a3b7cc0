"""Backups and drills as they are remembered, beside the releases, in the bucket of the state."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from blocks.record_store import RecordStore

ID_FORMAT = "%Y%m%dT%H%M%SZ"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Table(_Value):
    """What was in one table."""

    rows: int
    checksum: str


class Backup(_Value):
    """A backup as the image tells of it; see `app.backups.backup.Backup`."""

    id: str
    made: AwareDatetime
    schema_version: str | None
    server: str
    size_bytes: int
    sha256: str
    seconds: float
    tables: dict[str, Table]


class BackupRecord(_Value):
    """A backup, who made it, and what else was done with it.

    Attributes:
        snapshot: of RDS, when one was asked for.
        deleted: backups that were no longer kept.
    """

    flow_run: UUID | None
    backup: Backup
    snapshot: str | None = None
    deleted: tuple[str, ...] = ()


class Drill(_Value):
    """A drill as the image tells of it; see `app.backups.drill.Drill`."""

    backup: str
    tables: int
    rows: int
    size_bytes: int
    schema_version: str | None
    differences: tuple[str, ...]
    restore_seconds: float
    compare_seconds: float


class DrillRecord(_Value):
    """A drill, when it was and whose run it was."""

    flow_run: UUID | None
    at: AwareDatetime
    drill: Drill


R = TypeVar("R", BackupRecord, DrillRecord)


def backups_folder(environment: str) -> str:
    return f"{environment}/backups/"


def drills_folder(environment: str) -> str:
    return f"{environment}/drills/"


def keep(records: RecordStore, folder: str, record_id: str, record: BaseModel) -> None:
    """Writes a new record. Raises StoreError."""
    records.write(f"{folder}{record_id}.json", record.model_dump_json(indent=1).encode(), replaces=None)


def forget(records: RecordStore, folder: str, record_id: str) -> None:
    """Deletes a record; does nothing when there is none. Raises StoreError."""
    records.delete(f"{folder}{record_id}.json")


def newest(records: RecordStore, folder: str, kind: type[R], *, most: int) -> tuple[R, ...]:
    """The newest records of a folder, newest first; those of another version of this code are left out.

    Raises:
        StoreError: the bucket can't be used.
    """
    keys = sorted((listed.key for listed in records.list(folder)), reverse=True)[:most]
    return tuple(record for key in keys if (record := _read(records, key, kind)))


def _read(records: RecordStore, key: str, kind: type[R]) -> R | None:
    found = records.read(key)
    if found is None:
        return None
    try:
        return kind.model_validate_json(found.content)
    except ValidationError:
        return None


def made_by(records: RecordStore, folder: str, kind: type[R], flow_run: UUID) -> R | None:
    """What a flow run has written; None when it hasn't. Raises StoreError."""
    return next((r for r in newest(records, folder, kind, most=20) if r.flow_run == flow_run), None)
