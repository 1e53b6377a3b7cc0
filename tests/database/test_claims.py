"""One process at a time works on a job, and a killed one is found out."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from app import admission, jobs, local_user, records
from app.claims import ClaimLost, JobClaimed, claim, is_claimed, reconcile, unclaimed
from app.database import session
from app.models import ClipStatus, JobStatus
from app.requests import GenerationCreate, fingerprint

ROOT = Path(__file__).parents[2]
REQUEST = GenerationCreate(prompt="A red kettle at dawn")
AT_ONCE = 0.05
# Plans three clips, makes one, begins another, says so, and waits to be killed.
WORKER = """
import sys
from uuid import UUID
from app import admission, jobs, local_user, records
from app.claims import claim
from app.database import engine, session
from app.models import JobStatus

database, job_id = engine(sys.argv[1]), UUID(sys.argv[2])
with claim(database, job_id):
    with session(database) as db:
        jobs.advance(db, job_id, JobStatus.PLANNING)
        jobs.advance(db, job_id, JobStatus.GENERATING)
        shots = [
            records.Shot(number=n, description="A", frames=90, address=str(n), source="drawn")
            for n in (1, 2, 3)
        ]
        first, second, _ = records.plan_clips(db, job_id, shots)
        records.begin_clip(db, first.id)
        records.finish_clip(db, first.id, storage_key="k")
        records.begin_clip(db, second.id)
    print("working", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def job_id(engine: Engine) -> UUID:
    with session(engine) as db:
        return admission.create_job(db, REQUEST, local_user.local_session(db)).id


@contextmanager
def _worker(database_url: str, job_id: UUID) -> Iterator[subprocess.Popen[str]]:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, database_url, str(job_id)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "working\n"
        try:
            yield worker
        finally:
            worker.kill()


def _reconcile_until_found(engine: Engine) -> list[UUID]:
    """The server frees the claim when it sees the connection end, a moment after the process is gone."""
    while not (ended := reconcile(engine)):
        pass
    return ended


def test_a_killed_process_loses_its_job_and_the_next_goes_on(
    engine: Engine, database_url: str, job_id: UUID
) -> None:
    with _worker(database_url, job_id) as worker:
        with pytest.raises(JobClaimed), claim(engine, job_id, wait_s=AT_ONCE):
            pass
        assert reconcile(engine) == []
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert _reconcile_until_found(engine) == [job_id]

    with Session(engine) as db:
        job = jobs.lock_job(db, job_id)
        assert (job.status, job.error_code) == (JobStatus.FAILED, jobs.INTERRUPTED)
        assert job.error_remedy is not None
        assert "finished clips are kept" in job.error_remedy
        assert [clip.status for clip in records.clips_of(db, job_id)] == [
            ClipStatus.COMPLETED,
            ClipStatus.PENDING,
            ClipStatus.PENDING,
        ]
        candidate = admission.resume_candidate(db, fingerprint(REQUEST), local_user.local_session(db))
        assert candidate is not None
        assert candidate.id == job_id
        db.commit()
    assert reconcile(engine) == []
    with claim(engine, job_id, wait_s=AT_ONCE), session(engine) as db:
        jobs.retry(db, job_id)
        jobs.advance(db, job_id, JobStatus.PLANNING)


def test_a_job_that_was_to_be_cancelled_when_its_process_died_is_cancelled(
    engine: Engine, job_id: UUID
) -> None:
    with session(engine) as db:
        jobs.advance(db, job_id, JobStatus.PLANNING)
        jobs.request_cancel(db, job_id)
    assert reconcile(engine) == [job_id]
    with Session(engine) as db:
        assert jobs.lock_job(db, job_id).status is JobStatus.CANCELLED


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.CANCELLED])
def test_jobs_that_nobody_needs_to_work_on_are_left_alone(
    engine: Engine, job_id: UUID, status: JobStatus
) -> None:
    if status is JobStatus.CANCELLED:
        with session(engine) as db:
            jobs.cancel(db, job_id)
    assert reconcile(engine) == []


def test_a_claim_ends_with_its_block(engine: Engine, job_id: UUID) -> None:
    for _ in range(3):
        with claim(engine, job_id, wait_s=AT_ONCE) as held:
            held.keep()
    with pytest.raises(ZeroDivisionError), claim(engine, job_id, wait_s=AT_ONCE):
        _ = 1 / 0
    with claim(engine, job_id, wait_s=AT_ONCE):
        pass


def test_a_claim_holds_no_transaction_and_no_place_in_the_pool(engine: Engine, job_id: UUID) -> None:
    with claim(engine, job_id):
        with engine.connect() as connection:
            states = connection.scalars(
                text(
                    "SELECT a.state FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                    " WHERE l.locktype = 'advisory' AND a.datname = current_database()"
                )
            ).all()
        assert states == ["idle"]
        assert engine.pool.checkedout() == 0  # pyright: ignore[reportAttributeAccessIssue]


def _drop_claims(engine: Engine) -> None:
    """What a restart of the server does to them."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))


def test_a_claim_whose_connection_broke_is_taken_again(engine: Engine, job_id: UUID) -> None:
    with claim(engine, job_id) as held:
        with session(engine) as db:
            jobs.advance(db, job_id, JobStatus.PLANNING)
        _drop_claims(engine)
        held.keep()
        assert is_claimed(engine, job_id)
        assert unclaimed(engine) == []
    assert not is_claimed(engine, job_id)


def test_a_claim_that_another_took_is_lost(engine: Engine, job_id: UUID) -> None:
    with session(engine) as db:
        jobs.advance(db, job_id, JobStatus.PLANNING)
    with claim(engine, job_id) as held:
        _drop_claims(engine)
        with claim(engine, job_id), pytest.raises(ClaimLost, match="another process"):
            held.keep()


def test_a_claim_on_a_job_that_was_ended_meanwhile_is_lost(engine: Engine, job_id: UUID) -> None:
    with session(engine) as db:
        jobs.advance(db, job_id, JobStatus.PLANNING)
    with claim(engine, job_id) as held:
        _drop_claims(engine)
        assert _reconcile_until_found(engine) == [job_id]
        with pytest.raises(ClaimLost, match="failed"):
            held.keep()


def test_places_are_as_many_as_there_are_and_go_with_the_claim(engine: Engine) -> None:
    with session(engine) as db:
        user = local_user.local_session(db)
        first, second, third = [admission.create_job(db, REQUEST, user).id for _ in range(3)]
    with claim(engine, first) as one, claim(engine, second) as two:
        with claim(engine, third) as late:
            assert one.acquire_slot(2)
            assert two.acquire_slot(2)
            assert not late.acquire_slot(2)
            assert late.acquire_slot(3)
        with claim(engine, third) as late:
            one.release()
            assert late.acquire_slot(2)
