"""A backup: one dump of one moment, and what was in the database then."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import LiteralString

import psycopg
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from sqlalchemy import URL

from app.backups import programs
from app.backups.contents import TableContent, contents, rows
from app.backups.server import connect
from app.errors import AppError
from app.storage_keys import BACKUPS, backup_key, backup_manifest_key
from blocks.media_store import MediaStore
from blocks.media_store.contract import CHUNK_BYTES

ID_FORMAT = "%Y%m%dT%H%M%SZ"


class BackupError(AppError):
    """There is no such backup, or it is not whole."""


class Backup(BaseModel):
    """What is known of a backup; written beside its dump, and last: without it there is no backup.

    Attributes:
        schema_version: of the database; None for an empty one.
        size_bytes, sha256: of the dump.
        seconds: that making it took.
        tables: what was in it at the moment of the dump.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    made: AwareDatetime
    schema_version: str | None
    server: str
    size_bytes: int
    sha256: str
    seconds: float
    tables: dict[str, TableContent]

    @property
    def rows(self) -> int:
        return rows(self.tables)


def make(store: MediaStore, url: URL) -> Backup:
    """Dumps the database of an address into the store, without a stop to anybody's work.

    Raises:
        ProgramFailed: pg_dump failed.
        StoreError: the store can't take it.
    """
    started, now = time.monotonic(), datetime.now(UTC)
    backup_id = now.strftime(ID_FORMAT)
    with connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        # While the transaction is open, the dump and the counting see the very same rows.
        dump = _Dump(url, snapshot)
        put = store.put_stream(backup_key(backup_id), dump.chunks())
        tables = contents(connection)
        made = Backup(
            id=backup_id,
            made=now,
            schema_version=_version(connection),
            server=_one(connection, "SHOW server_version"),
            size_bytes=put.size,
            sha256=dump.digest.hexdigest(),
            seconds=round(time.monotonic() - started, 2),
            tables=tables,
        )
    store.put_bytes(
        backup_manifest_key(backup_id),
        made.model_dump_json(indent=1).encode(),
        content_type="application/json",
    )
    return made


def listed(store: MediaStore) -> tuple[str, ...]:
    """The ids of the backups in a store, oldest first."""
    keys = (entry.key.removeprefix(BACKUPS).split("/") for entry in store.list(BACKUPS))
    return tuple(parts[0] for parts in keys if parts[1:] == ["manifest.json"])


def read(store: MediaStore, backup_id: str) -> Backup:
    """What is known of a backup.

    Raises:
        ObjectMissing: there is none of this id.
        BackupError: it can't be read.
    """
    try:
        return Backup.model_validate_json(store.get_bytes(backup_manifest_key(backup_id)))
    except ValidationError as error:
        raise BackupError(
            f"Backup {backup_id} can't be read",
            f"its manifest is not as this version writes it ({error.error_count()} faults)",
            "Use the version that wrote it, or another backup",
        ) from error


def newest(store: MediaStore) -> Backup | None:
    """The newest backup; None when there is none."""
    known = listed(store)
    return read(store, known[-1]) if known else None


def delete(store: MediaStore, backup_id: str) -> None:
    """Deletes a backup; its manifest first, so that no half of it is taken for a whole."""
    store.delete(backup_manifest_key(backup_id))
    store.delete(backup_key(backup_id))


def restore(store: MediaStore, backup: Backup, url: URL) -> None:
    """Fills an empty database with a backup.

    Raises:
        BackupError: the dump is not the one that was made.
        ProgramFailed: pg_restore failed.
        StoreError: the store can't be read.
    """
    with TemporaryDirectory(prefix="reelflow-restore-") as scratch:
        dump = Path(scratch) / "database.dump"
        store.get_file(backup_key(backup.id), dump)
        with dump.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != backup.sha256:
            raise BackupError(
                f"Backup {backup.id} is not whole",
                "its checksum is not that of the dump that was made",
                "Use an older backup, and make a new one",
            )
        load(dump, url)


def load(dump: Path, url: URL) -> None:
    """Fills an empty database with a dump. Raises ProgramFailed."""
    programs.run("pg_restore", url, "--no-owner", "--no-privileges", "--exit-on-error", str(dump))


def copy(source: URL, target: URL) -> None:
    """Fills an empty database with what another one has. Raises ProgramFailed."""
    with TemporaryDirectory(prefix="reelflow-copy-") as scratch:
        dump = Path(scratch) / "database.dump"
        programs.run("pg_dump", source, *FORMAT, "--file", str(dump))
        load(dump, target)


# Whoever holds a table for himself is not waited for, and nobody waits behind us.
FORMAT = ("--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=10s")


class _Dump:
    """The output of pg_dump as it comes, and its digest once all has come."""

    def __init__(self, url: URL, snapshot: str) -> None:
        self._url = url
        self._snapshot = snapshot
        self.digest = hashlib.sha256()

    def chunks(self) -> Iterator[bytes]:
        """Raises ProgramFailed at the end of a dump that is not whole."""
        command = [programs.program("pg_dump"), *programs.arguments(self._url), *FORMAT]
        with TemporaryFile() as said:
            process = subprocess.Popen(
                [*command, f"--snapshot={self._snapshot}"],
                env=programs.environment(self._url),
                stdout=subprocess.PIPE,
                stderr=said,
            )
            try:
                assert process.stdout is not None
                while chunk := process.stdout.read(CHUNK_BYTES):
                    self.digest.update(chunk)
                    yield chunk
                if process.wait():
                    said.seek(0)
                    raise programs.failed("pg_dump", said.read().decode(errors="replace").splitlines())
            finally:
                process.kill()
                process.wait()


def _version(connection: psycopg.Connection) -> str | None:
    """The schema's, in the connection's transaction."""
    if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _one(connection: psycopg.Connection, query: LiteralString) -> str:
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])
