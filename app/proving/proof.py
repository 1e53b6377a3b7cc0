"""The proof's part inside of the network: the copy, the steps up and down on it, and what was measured."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import URL, create_engine

from app import migrate
from app.backups import backup, scratch
from app.backups.backup import Backup
from app.backups.contents import contents, rows
from app.backups.server import connect
from app.errors import AppError
from app.migrate import Phase, Step
from app.migration_lint import faults, lint
from app.proving import schema
from app.proving.living import Look
from app.proving.locks import LockHeld, watched
from blocks.errors import BlockError
from blocks.media_store import MediaStore

BACKUP_IS_RECENT_FOR = timedelta(days=8)
LARGEST_LIVE_COPY_BYTES = 4 << 30
TRIED_WITHIN_S = 120.0
LONGEST_LINE = 300

Failure = Literal["lint", "copy", "up", "new_image", "down", "schema_differs"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class StepProof(_Value):
    """One step as it was run on the copy."""

    version: str
    seconds: float
    locks: tuple[LockHeld, ...]


class Proof(_Value):
    """How the steps of one phase went.

    Attributes:
        source: what the copy was made of.
        rows: that are in it.
        up, looks: the steps that were run, and how this code lives with the schema after them.
        down_to: the version that was gone back to; the steps above it are one-way.
        failure, message: the first thing that was not as it must be; None when all was.
    """

    phase: Phase
    source: str = ""
    rows: int = 0
    up: tuple[StepProof, ...] = ()
    looks: tuple[Look, ...] = ()
    down_to: str | None = None
    failure: Failure | None = None
    message: str = ""
    seconds: float = 0.0


class _NotProved(Exception):
    def __init__(self, failure: Failure, message: str) -> None:
        super().__init__(failure, message)
        self.failure: Failure = failure
        self.message = message[:LONGEST_LINE]


def prove(store: MediaStore, url: URL, phase: Phase, *, storage_gib: int | None = None) -> Proof:
    """Proves the pending steps of a phase on a copy; leaves the copy at the end of the phase.

    The copy is made before those that expand, and dropped by whoever proves last.

    Args:
        store: where backups are.
        url: of the database that the steps are for. It is only read.
        storage_gib: of its server's disk; None when nobody knows.
    """
    began = time.monotonic()
    done = _Proving(store, url, phase, storage_gib)
    failure, message = None, ""
    try:
        done.run()
    except _NotProved as stopped:
        failure, message = stopped.failure, stopped.message
    finally:
        done.close()
    return Proof(
        phase=phase,
        source=done.source,
        rows=done.rows,
        up=tuple(done.up),
        looks=done.looks,
        down_to=done.down_to,
        failure=failure,
        message=message,
        seconds=round(time.monotonic() - began, 2),
    )


def copied_from(newest: Backup | None, *, current: str | None, size_bytes: int, now: datetime) -> str | None:
    """What the copy is made of: `backup`, `live`, or None when neither will do.

    Args:
        newest: the newest backup.
        current: the schema's version in the database.
        size_bytes: of the database.
    """
    if newest and now - newest.made <= BACKUP_IS_RECENT_FOR and _not_after(newest.schema_version, current):
        return "backup"
    return "live" if size_bytes <= LARGEST_LIVE_COPY_BYTES else None


class _Proving:
    def __init__(self, store: MediaStore, url: URL, phase: Phase, storage_gib: int | None) -> None:
        self.source = ""
        self.rows = 0
        self.up = list[StepProof]()
        self.looks: tuple[Look, ...] = ()
        self.down_to: str | None = None
        self._store = store
        self._url = url
        self._storage_gib = storage_gib
        self._phase: Phase = phase
        self._copy = scratch.beside(url, scratch.PROOF)
        self._engine = create_engine(self._copy)

    def run(self) -> None:
        """Raises _NotProved at the first thing that is not as it must be."""
        if self._phase == "expand":
            current, pending = _pending(self._url)
            self._lint(pending)
            self._make_copy(current)
        before, pending = _pending(self._copy)
        steps = migrate.of_phase(pending, self._phase)
        kept = way_up(steps)
        self.down_to = kept[-1].version if kept else before
        self._check_up(kept)
        then = schema.schema_of(self._copy) if len(kept) < len(steps) else ()
        self._check_up(steps[len(kept) :])
        self._try()
        if len(kept) < len(steps):
            self._check_down(then, steps[-1].version)

    def close(self) -> None:
        self._engine.dispose()

    def _lint(self, pending: Sequence[Step]) -> None:
        if found := faults(lint(pending)):
            raise _NotProved("lint", "; ".join(map(str, found)))
        try:
            migrate.of_phase(pending, self._phase)
        except migrate.PhaseOrder as fault:
            raise _NotProved("lint", f"{fault.what}: {fault.cause}") from fault

    def _make_copy(self, current: str | None) -> None:
        try:
            newest = backup.newest(self._store)
            size = _size(self._url)
            kind = copied_from(newest, current=current, size_bytes=size, now=datetime.now(UTC))
            if kind is None:
                raise _NotProved("copy", f"the database has {size} bytes, and there is no recent backup")
            scratch.require_room(self._url, self._storage_gib)
            scratch.create(self._url, scratch.PROOF)
            if kind == "backup" and newest:
                self.source = f"backup {newest.id}"
                backup.restore(self._store, newest, self._copy)
                migrate.upgrade(self._engine, current or "head")
            else:
                self.source = "the data as it is"
                backup.copy(self._url, self._copy)
        except (AppError, BlockError) as fault:
            raise _NotProved("copy", str(fault)) from fault
        with connect(self._copy) as connection:
            self.rows = rows(contents(connection))

    def _check_up(self, steps: Sequence[Step]) -> None:
        for step in steps:
            began = time.monotonic()
            try:
                with watched(self._engine) as watch:
                    migrate.upgrade(self._engine, step.version)
            except Exception as fault:
                raise _NotProved("up", f"step {step.version}: {_words(fault)}") from fault
            seconds = round(time.monotonic() - began, 3)
            self.up.append(StepProof(version=step.version, seconds=seconds, locks=watch.held))

    def _try(self) -> None:
        self.looks = tried(self._phase)
        if bad := [look for look in self.looks if not look.good]:
            raise _NotProved("new_image", "; ".join(f"{look.name}: {look.evidence}" for look in bad))

    def _check_down(self, then: tuple[str, ...], top: str) -> None:
        """Goes back as far as the steps say they can, compares with how it was then, and goes up again."""
        try:
            migrate.downgrade(self._engine, self.down_to or "base")
        except Exception as fault:
            raise _NotProved("down", _words(fault)) from fault
        if changed := schema.differences(then, schema.schema_of(self._copy)):
            raise _NotProved("schema_differs", " ".join(changed))
        try:
            migrate.upgrade(self._engine, top)
        except Exception as fault:
            raise _NotProved("up", f"again: {_words(fault)}") from fault


def way_up(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that can't be taken back: up to the last one that is one-way."""
    one_way = [number for number, step in enumerate(steps, start=1) if not step.reversible]
    return tuple(steps[: one_way[-1]]) if one_way else ()


def tried(phase: str) -> tuple[Look, ...]:
    """How this code lives with the copy, tried by a process of its own.

    Raises:
        _NotProved: it did not come to an end.
    """
    command = [sys.executable, "-m", "cli", "try", scratch.PROOF, "--json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TRIED_WITHIN_S)
    except subprocess.TimeoutExpired as late:
        raise _NotProved("new_image", f"it did not end within {TRIED_WITHIN_S:.0f} s") from late
    try:
        document = json.loads(done.stdout.strip().rpartition("\n")[2])
        return tuple(Look.model_validate(each) for each in document["looks"])
    except (ValueError, KeyError) as fault:
        said = done.stderr.strip().splitlines() or ["it says nothing"]
        raise _NotProved("new_image", said[-1]) from fault


def _pending(url: URL) -> tuple[str | None, tuple[Step, ...]]:
    engine = create_engine(url)
    try:
        found = migrate.status(engine)
    finally:
        engine.dispose()
    return found.current, found.pending


def _not_after(version: str | None, current: str | None) -> bool:
    """Whether a backup's version can be taken up to that of the database."""
    known = [None, *(step.version for step in migrate.steps())]
    return version in known and current in known and known.index(version) <= known.index(current)


def _size(url: URL) -> int:
    with connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return row[0]


def _words(fault: Exception) -> str:
    original = getattr(fault, "orig", None) or fault
    return next(iter(str(original).strip().splitlines()), type(original).__name__)
