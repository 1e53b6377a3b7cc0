"""Who works on a job: one process at a time, and a dead one is found out.

A claim is a session-level advisory lock of PostgreSQL. The server gives it up with the connection,
so a process that is killed loses it at once and no time-out has to be guessed.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session, col, select

from app.database import reachable, session
from app.jobs import ACTIVE, INTERRUPTED, JobError, cancel, fail, lock_job
from app.models import GenerationJob

# The first half of the two-part locks that are the places for jobs; any number does.
_SLOTS = 0x536C6F74


class JobClaimed(JobError):
    """Another process works on the job."""


class ClaimLost(JobError):
    """The connection that held the claim broke, and another process has taken the job over or ended it."""


class Claim:
    """The right to work on one job. Its methods may be called from several threads."""

    def __init__(self, engine: Engine, job_id: UUID) -> None:
        self.job_id = job_id
        self._engine = engine
        self._turn = threading.Lock()
        self._connection: Connection | None = _connect(engine)

    def acquire(self, wait_s: float) -> None:
        """Takes the claim.

        Raises:
            JobClaimed: another process works on the job, and still does after `wait_s` seconds.
        """
        with self._turn:
            _acquire(self._held(), self.job_id, wait_s)

    def acquire_slot(self, most: int) -> bool:
        """Takes one of the `most` places for jobs that are worked on at once; says whether one was free.

        It is given up with the claim.
        """
        with self._turn:
            return any(
                self._held().scalar(
                    text("SELECT pg_try_advisory_lock(:slots, :number)"), {"slots": _SLOTS, "number": number}
                )
                for number in range(most)
            )

    def keep(self) -> None:
        """Makes sure that the claim still holds; takes it again if its connection broke meanwhile.

        Raises:
            ClaimLost: another process has it, or has ended the job.
            DatabaseUnavailable: nobody can tell now; ask again.
        """
        with self._turn:
            if self._connection is not None:
                try:
                    self._connection.execute(text("SELECT 1"))
                    return
                except SQLAlchemyError:
                    # SQLAlchemy would open another one unasked, and that holds nothing.
                    self._connection.invalidate()
                    self._connection = None
            self._connection = _connect(self._engine)
            with reachable(self._engine):
                try:
                    _acquire(self._connection, self.job_id, 0.0)
                except JobClaimed as error:
                    raise _lost(self.job_id, "another process works on it now") from error
            with session(self._engine) as reading:
                status = reading.get_one(GenerationJob, self.job_id).status
            if status not in ACTIVE:
                raise _lost(self.job_id, f"meanwhile it is {status}")

    def release(self) -> None:
        """Gives the claim and its place up."""
        # Closing would do it too, but only when the server gets round to it.
        with self._turn, suppress(SQLAlchemyError):
            if self._connection is not None:
                with self._connection:
                    self._connection.execute(text("SELECT pg_advisory_unlock_all()"))

    def _held(self) -> Connection:
        if self._connection is None:
            raise _lost(self.job_id, "the connection to the database broke")
        return self._connection


@contextmanager
def claim(engine: Engine, job_id: UUID, *, wait_s: float = 2.0) -> Iterator[Claim]:
    """Holds a job for this process as long as the block runs. To be taken before the job leaves pending.

    Args:
        engine: the database.
        job_id: the job.
        wait_s: how long to wait for another's claim to end, in seconds.

    Raises:
        JobClaimed: another process works on it.
        DatabaseUnavailable: the server can't be reached.
    """
    held = Claim(engine, job_id)
    try:
        held.acquire(wait_s)
        yield held
    finally:
        held.release()


def reconcile(engine: Engine) -> list[UUID]:
    """Ends every job that is in an active state while no process holds its claim.

    Such a job fails as ``interrupted`` and can be run again; one that was to be cancelled is cancelled.

    Returns:
        The jobs that were ended.

    Raises:
        DatabaseUnavailable: the server can't be reached.
    """
    return [job_id for job_id in unclaimed(engine) if end_abandoned(engine, job_id)]


def unclaimed(engine: Engine) -> list[UUID]:
    """The jobs that are in an active state while no process holds their claim.

    Raises:
        DatabaseUnavailable: the server can't be reached.
    """
    with session(engine) as reading:
        active = reading.exec(select(GenerationJob.id).where(col(GenerationJob.status).in_(ACTIVE))).all()
        held = _held(reading)
    return [job_id for job_id in active if _key(job_id) not in held]


def is_claimed(engine: Engine, job_id: UUID) -> bool:
    """Whether some process holds the claim on a job.

    Raises:
        DatabaseUnavailable: the server can't be reached.
    """
    with session(engine) as reading:
        return _key(job_id) in _held(reading)


def end_abandoned(engine: Engine, job_id: UUID) -> bool:
    """Ends a job that is active while nobody holds its claim; says whether it was so.

    It fails as ``interrupted``, or is cancelled if that was asked for.

    Raises:
        DatabaseUnavailable: the server can't be reached.
    """
    with session(engine) as writing:
        # Held to the end of this transaction, so that nobody takes the job up while it is being ended.
        free = text("SELECT pg_try_advisory_xact_lock(:key)").bindparams(key=_key(job_id))
        if not writing.connection().scalar(free):
            return False
        job = lock_job(writing, job_id)
        if job.status not in ACTIVE:
            return False
        if job.cancel_requested_at is not None:
            cancel(writing, job_id)
        else:
            fail(
                writing,
                job_id,
                INTERRUPTED,
                f"The process that worked on it ended while the job was {job.status}",
                "Run it again: finished clips are kept",
            )
        return True


def _connect(engine: Engine) -> Connection:
    with reachable(engine):
        # Outside of any transaction: an open one would hold back vacuum for the whole render.
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Out of the pool: a render lasts minutes, and the lock must go when this connection goes.
        connection.detach()
    return connection


def _lost(job_id: UUID, cause: str) -> ClaimLost:
    return ClaimLost(f"The claim on job {job_id} was lost", cause, "Follow the job where it runs now")


def _acquire(connection: Connection, job_id: UUID, wait_s: float) -> None:
    # The claim is idle for the whole render, which a server may be set up to end sessions for.
    connection.execute(text("SET idle_session_timeout = 0"))
    connection.execute(text(f"SET lock_timeout = '{max(1, round(wait_s * 1000))}ms'"))
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(job_id)})
    except DBAPIError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise JobClaimed(
            f"Job {job_id} was not started",
            "another process works on it",
            "Follow that one, or cancel it first",
        ) from error


def _held(db: Session) -> set[int]:
    """The numbers of all advisory locks of this database that somebody holds."""
    # https://www.postgresql.org/docs/current/view-pg-locks.html: one 64-bit key is split over two columns.
    rows = db.connection().execute(
        text(
            "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory'"
            " AND objsubid = 1 AND granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    )
    return set(rows.scalars())


def _key(job_id: UUID) -> int:
    """The job's 64-bit lock number, from the random first half of its id."""
    return int.from_bytes(job_id.bytes[:8], "big", signed=True)
