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
from sqlmodel import col, select

from app.database import reachable, session
from app.jobs import ACTIVE, INTERRUPTED, JobError, cancel, fail, lock_job
from app.models import GenerationJob


class JobClaimed(JobError):
    """Another process works on the job."""


class ClaimLost(JobError):
    """The connection that held the claim broke, so another process may have taken the job over."""


class Claim:
    """The right to work on one job. Its methods may be called from several threads."""

    def __init__(self, job_id: UUID, connection: Connection) -> None:
        self.job_id = job_id
        self._connection = connection
        self._turn = threading.Lock()

    def check(self) -> None:
        """Makes sure that the claim still holds; to be called before anything that costs money.

        Raises:
            ClaimLost: it does not.
        """
        try:
            with self._turn:
                self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise ClaimLost(
                f"The claim on job {self.job_id} was lost",
                "the connection to the database broke",
                "Run the job again: finished clips are kept",
            ) from error


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
    with reachable(engine):
        # Outside of any transaction: an open one would hold back vacuum for the whole render.
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection:
        # Out of the pool: a render lasts minutes, and the lock must go when this connection goes.
        connection.detach()
        _acquire(connection, job_id, wait_s)
        try:
            yield Claim(job_id, connection)
        finally:
            # Closing would do it too, but only when the server gets round to it.
            with suppress(SQLAlchemyError):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _key(job_id)})


def reconcile(engine: Engine) -> list[UUID]:
    """Ends every job that is in an active state while no process holds its claim.

    Such a job fails as ``interrupted`` and can be run again; one that was to be cancelled is cancelled.

    Returns:
        The jobs that were ended.

    Raises:
        DatabaseUnavailable: the server can't be reached.
    """
    with session(engine) as reading:
        active = reading.exec(select(GenerationJob.id).where(col(GenerationJob.status).in_(ACTIVE))).all()
    return [job_id for job_id in active if _end_if_abandoned(engine, job_id)]


def _end_if_abandoned(engine: Engine, job_id: UUID) -> bool:
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


def _key(job_id: UUID) -> int:
    """The job's 64-bit lock number, from the random first half of its id."""
    return int.from_bytes(job_id.bytes[:8], "big", signed=True)
