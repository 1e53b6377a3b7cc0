"""Moves the database schema up and down, one runner at a time, and tells where it stands."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

import migrations
from app.database import reachable
from app.errors import AppError
from app.models import SchemaMigration
from migrations import history

log = logging.getLogger(__name__)

Phase = Literal["expand", "contract"]

# Any number does, as long as every runner uses the same.
RUNNER_LOCK = 0x5265656C
RUNNER_WAIT = "120s"
# DDL that waits for a lock makes every later query of its table wait behind it: give way and come back.
DDL_LOCK_TIMEOUT = "500ms"
DDL_ATTEMPTS = 12


class MigrationError(AppError):
    """The schema could not be moved."""


class UnknownRevision(MigrationError):
    """A revision is named that this code does not have."""


class IrreversibleRevision(MigrationError):
    """A step on the way down was declared one-way."""


class PhaseOrder(MigrationError):
    """A step would have to run before the roll-out and after it."""


class SchemaBusy(MigrationError):
    """Another runner, or a long transaction, held a lock for longer than is waited."""


@dataclass(frozen=True)
class Step:
    """One revision. ``phase`` says whether it runs before a roll-out (expand) or after it (contract)."""

    version: str
    description: str
    phase: Phase
    reversible: bool


@dataclass(frozen=True)
class Status:
    """Where a schema stands.

    Attributes:
        current: the version of the database; None before the first step.
        head: the newest version that this code has.
        pending: the steps from ``current`` to ``head``, oldest first; none when a newer release has moved the
            database on (see `ahead`).
        history: every step ever run on this database, oldest first.
    """

    current: str | None
    head: str
    pending: tuple[Step, ...]
    history: tuple[SchemaMigration, ...]


@cache
def steps() -> tuple[Step, ...]:
    """All steps of this code, oldest first."""
    return tuple(_step(script) for script in reversed(list(_scripts().walk_revisions())))


def module_of(version: str) -> ModuleType:
    """The file of a step.

    Raises:
        UnknownRevision: this code does not have that version.
    """
    if script := next((each for each in _scripts().walk_revisions() if each.revision == version), None):
        return script.module
    raise _unknown(version, steps())


def of_phase(pending: Sequence[Step], phase: Phase) -> tuple[Step, ...]:
    """Those of the pending steps that run in a phase: expand before a roll-out, contract after it.

    Steps run in their order, so that all that expand come before all that contract.

    Raises:
        PhaseOrder: one that expands comes after one that contracts.
    """
    expanding = tuple(takewhile(lambda step: step.phase == "expand", pending))
    contracting = tuple(pending[len(expanding) :])
    if late := [step for step in contracting if step.phase == "expand"]:
        raise PhaseOrder(
            "The pending steps can't be run around one roll-out",
            f"{late[0].version} ({late[0].description}) expands the schema and comes after "
            f"{contracting[0].version}, which contracts it",
            f"Deploy a release that ends with {contracting[0].version} first, then this one",
        )
    return expanding if phase == "expand" else contracting


def behind(version: str | None) -> tuple[Step, ...]:
    """The steps that a database at a version lacks, oldest first.

    Raises:
        UnknownRevision: this code does not have that version; see `ahead`.
    """
    known = steps()
    return tuple(known[_position(version, known) :])


def ahead(version: str) -> bool:
    """Whether a version comes after all that this code has: a newer release has moved the database on."""
    head = steps()[-1].version
    return version.isdecimal() and int(version) > int(head)


def status(engine: Engine) -> Status:
    """Where the database stands; changes nothing.

    Raises:
        DatabaseUnavailable: the server can't be reached.
        UnknownRevision: the database is at a version that neither this code has nor a newer one.
    """
    known = steps()
    with reachable(engine), engine.connect() as connection:
        current = _current(connection)
        done = len(known) if current and ahead(current) else _position(current, known)
        past: tuple[SchemaMigration, ...] = ()
        if inspect(connection).has_table(str(SchemaMigration.__tablename__)):
            rows = Session(connection).exec(select(SchemaMigration).order_by(col(SchemaMigration.id)))
            past = tuple(rows)
    return Status(current=current, head=known[-1].version, pending=tuple(known[done:]), history=past)


def upgrade(engine: Engine, to: str = "head", *, phase: Phase | None = None) -> tuple[Step, ...]:
    """Runs the pending steps up to a version, each in a transaction of its own.

    Args:
        engine: the database.
        to: a version, or ``head``.
        phase: only the steps of this phase; None for all.

    Returns:
        The steps that were run, oldest first; none when the database is there already.

    Raises:
        DatabaseUnavailable: the server can't be reached.
        UnknownRevision: ``to``, or the version of the database, is unknown.
        PhaseOrder: the steps don't fit around a roll-out; or steps that expand are still to be run, and
            those that contract are asked for. Nothing was run.
        SchemaBusy: a lock was not to be had; steps that ran before it stay.
    """
    known = steps()
    target = len(known) if to == "head" else _position(to, known)
    with _runner(engine) as connection:
        pending = tuple(known[_position(_current(connection), known) : target])
        if phase:
            pending = _in_turn(pending, phase)
        if pending:
            history.ensure(connection)
            _run(connection, lambda config: command.upgrade(config, pending[-1].version))
        return pending


def downgrade(engine: Engine, to: str) -> tuple[Step, ...]:
    """Undoes steps, newest first, until the database is at a version.

    Args:
        engine: the database.
        to: a version, or ``base`` for an empty schema (only the history stays).

    Returns:
        The steps that were undone, newest first.

    Raises:
        DatabaseUnavailable: the server can't be reached.
        UnknownRevision: ``to``, or the version of the database, is unknown.
        IrreversibleRevision: a step on the way is one-way; nothing was undone.
        SchemaBusy: a lock was not to be had; steps undone before it stay undone.
    """
    known = steps()
    target = 0 if to == "base" else _position(to, known)
    with _runner(engine) as connection:
        undone = tuple(reversed(known[target : _position(_current(connection), known)]))
        for step in undone:
            if not step.reversible:
                raise IrreversibleRevision(
                    f"The schema can't go back to {to}",
                    f"step {step.version} ({step.description}) is one-way",
                    "Restore a snapshot from before it, or write a new step that moves forward",
                )
        if undone:
            _run(connection, lambda config: command.downgrade(config, to))
        return undone


def _in_turn(pending: tuple[Step, ...], phase: Phase) -> tuple[Step, ...]:
    if phase == "contract" and (waiting := of_phase(pending, "expand")):
        raise PhaseOrder(
            "The schema can't be contracted yet",
            f"{waiting[0].version} ({waiting[0].description}) was not run",
            "Run the steps that expand it first, and roll the release out",
        )
    return of_phase(pending, phase)


def _step(script: Script) -> Step:
    phase: Any = getattr(script.module, "phase", None)
    if phase not in get_args(Phase):
        raise MigrationError(
            f"Step {script.revision} can't be used",
            f"its phase is {phase!r}",
            f"Set phase in {script.path} to expand or contract",
        )
    reversible = getattr(script.module, "reversible", None)
    if not isinstance(reversible, bool):
        raise MigrationError(
            f"Step {script.revision} can't be used",
            f"whether it is reversible is {reversible!r}",
            f"Set reversible in {script.path} to True or False",
        )
    return Step(script.revision, script.doc, phase, reversible)


def _config() -> Config:
    config = Config()
    # The value goes through a parser to which a single % is an instruction.
    config.set_main_option("script_location", str(Path(migrations.__path__[0])).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _position(version: str | None, steps: Sequence[Step]) -> int:
    """How many of the steps have been run at a version."""
    if version is None:
        return 0
    for number, step in enumerate(steps, start=1):
        if step.version == version:
            return number
    raise _unknown(version, steps)


def _unknown(version: str, steps: Sequence[Step]) -> UnknownRevision:
    return UnknownRevision(
        f"There is no schema version {version!r}",
        f"this code has {steps[0].version} to {steps[-1].version}",
        "Name one of those, or use the release that made this version",
    )


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _runner(engine: Engine) -> Iterator[Connection]:
    """A connection that only one runner of this database has at a time."""
    with reachable(engine), engine.connect() as connection:
        try:
            _take_turn(connection)
            yield connection
        finally:
            # Closed for good it gives back the lock, and nobody gets its settings. Detached from the pool, no
            # step could leave its transaction, as those that build an index beside writers have to.
            connection.invalidate()


def _take_turn(connection: Connection) -> None:
    connection.exec_driver_sql("SET statement_timeout = 0")
    connection.exec_driver_sql(f"SET lock_timeout = '{RUNNER_WAIT}'")
    try:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({RUNNER_LOCK})")
    except OperationalError as error:
        if not _is_lock_timeout(error):
            raise
        raise SchemaBusy(
            "The schema was not moved",
            f"another runner was at it for more than {RUNNER_WAIT}",
            "Wait for it to end, or end its session (see pg_locks, locktype advisory)",
        ) from error
    connection.exec_driver_sql(f"SET lock_timeout = '{DDL_LOCK_TIMEOUT}'")
    connection.commit()


def _run(connection: Connection, action: Callable[[Config], None]) -> None:
    """Runs an Alembic command, again and again while locks are in its way; done steps are not repeated."""
    # Alembic leaves a transaction that it finds open to us, and would commit none of its steps.
    connection.commit()
    config = _config()
    config.attributes["connection"] = connection

    def give_way(state: RetryCallState) -> None:
        connection.rollback()
        log.warning("A table is in use: attempt %d of %d gave way", state.attempt_number, DDL_ATTEMPTS)

    attempts = Retrying(
        retry=retry_if_exception(_is_lock_timeout),
        stop=stop_after_attempt(DDL_ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.1, max=3),
        before_sleep=give_way,
        reraise=True,
    )
    try:
        attempts(action, config)
    except OperationalError as error:
        if not _is_lock_timeout(error):
            raise
        raise SchemaBusy(
            f"The schema stays at {_after_rollback(connection) or 'base'}",
            f"a table was in use at each of {DDL_ATTEMPTS} attempts",
            "End the long transactions (see pg_stat_activity) and run this again",
        ) from error


def _after_rollback(connection: Connection) -> str | None:
    connection.rollback()
    return _current(connection)


def _is_lock_timeout(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and isinstance(error.orig, LockNotAvailable)
