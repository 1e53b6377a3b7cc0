"""Jobs that nobody works on any more are found, and taken up again by themselves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelled, Crashed, Running
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from app import jobs, local_user
from app.claims import claim
from app.database import session
from app.dispatch import dispatch_due
from app.models import GenerationJob, JobStatus, QueuedTask
from app.reconcile import GIVEN_UP, MOST_DISPATCHES, STARTED_WITHIN_S, UNCLAIMED_FOR_S, Reconciler, verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(seconds=STARTED_WITHIN_S + 1)


def _run(kind: StateType, since: datetime = NOW) -> Any:
    final = kind in (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED)
    return SimpleNamespace(state=SimpleNamespace(type=kind, timestamp=since, is_final=lambda: final))


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (None, "again"),
        (_run(StateType.CRASHED), "again"),
        (_run(StateType.FAILED), "again"),
        (_run(StateType.COMPLETED), "again"),
        (_run(StateType.CANCELLED), "cancel"),
        (_run(StateType.SCHEDULED), "wait"),
        # However long: no worker is there, or it is busy.
        (_run(StateType.SCHEDULED, LONG_AGO), "wait"),
        (_run(StateType.PENDING), "wait"),
        (_run(StateType.PENDING, LONG_AGO), "again"),
        (_run(StateType.RUNNING), "wait"),
        (_run(StateType.RUNNING, LONG_AGO), "again"),
        (_run(StateType.CANCELLING, LONG_AGO), "wait"),
    ],
)
def test_the_verdict_on_a_pending_job(run: Any, expected: str) -> None:
    assert verdict(run, NOW) == expected


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reconciler(engine: Engine, clock: Clock) -> Reconciler:
    return Reconciler(engine, clock)


def _job(engine: Engine, job_id: UUID) -> GenerationJob:
    with Session(engine) as db:
        return jobs.lock_job(db, job_id)


def _last_run(engine: Engine, job_id: UUID) -> UUID:
    with Session(engine) as db:
        query = select(QueuedTask.flow_run_id).where(QueuedTask.job_id == job_id)
        found = db.exec(query.order_by(col(QueuedTask.created_at).desc())).first()
        assert found
        return found


def test_a_job_whose_process_died_is_taken_up_again_after_a_while(
    engine: Engine,
    client: SyncPrefectClient,
    deployed: UUID,
    submit: Callable[[], UUID],
    reconciler: Reconciler,
    clock: Clock,
) -> None:
    job_id = submit()
    dispatch_due(engine, client)
    run_id = _last_run(engine, job_id)
    client.set_flow_run_state(run_id, Running(), force=True)
    with session(engine) as db:
        jobs.advance(db, job_id, JobStatus.PLANNING)

    # A database that was restarted has dropped the claims of the living, too.
    assert reconciler.turn(client) == []
    clock.now += UNCLAIMED_FOR_S - 0.1
    assert reconciler.turn(client) == []
    assert _job(engine, job_id).status is JobStatus.PLANNING

    clock.now += 0.2
    assert reconciler.turn(client) == [job_id]
    assert _job(engine, job_id).status is JobStatus.PENDING
    state = client.read_flow_run(run_id).state
    assert state
    assert state.is_crashed()
    assert dispatch_due(engine, client) == 1
    assert _last_run(engine, job_id) != run_id
    assert reconciler.turn(client) == []


def test_a_job_that_is_claimed_again_in_time_is_left_alone(
    engine: Engine,
    client: SyncPrefectClient,
    deployed: UUID,
    submit: Callable[[], UUID],
    reconciler: Reconciler,
    clock: Clock,
) -> None:
    job_id = submit()
    dispatch_due(engine, client)
    with session(engine) as db:
        jobs.advance(db, job_id, JobStatus.PLANNING)
    reconciler.turn(client)
    clock.now += UNCLAIMED_FOR_S - 1
    with claim(engine, job_id):
        reconciler.turn(client)
    clock.now += 2
    reconciler.turn(client)
    assert _job(engine, job_id).status is JobStatus.PLANNING


@pytest.mark.parametrize("ending", ["crashed", "missing"])
def test_a_run_that_is_over_or_unknown_before_it_began_is_started_anew(
    engine: Engine,
    client: SyncPrefectClient,
    deployed: UUID,
    submit: Callable[[], UUID],
    reconciler: Reconciler,
    ending: str,
) -> None:
    job_id = submit()
    dispatch_due(engine, client)
    run_id = _last_run(engine, job_id)
    assert reconciler.turn(client) == []
    if ending == "crashed":
        client.set_flow_run_state(run_id, Crashed(), force=True)
    else:
        client.delete_flow_run(run_id)
    assert reconciler.turn(client) == [job_id]
    assert reconciler.turn(client) == []
    assert dispatch_due(engine, client) == 1
    assert _last_run(engine, job_id) != run_id


def test_a_run_cancelled_on_prefects_page_cancels_its_pending_job(
    engine: Engine,
    client: SyncPrefectClient,
    deployed: UUID,
    submit: Callable[[], UUID],
    reconciler: Reconciler,
) -> None:
    job_id = submit()
    dispatch_due(engine, client)
    client.set_flow_run_state(_last_run(engine, job_id), Cancelled(), force=True)
    assert reconciler.turn(client) == []
    assert _job(engine, job_id).status is JobStatus.CANCELLED


def test_a_run_that_waits_for_a_place_is_left_alone(
    engine: Engine,
    client: SyncPrefectClient,
    deployed: UUID,
    submit: Callable[[], UUID],
    reconciler: Reconciler,
) -> None:
    job_id = submit()
    dispatch_due(engine, client)
    client.set_flow_run_state(_last_run(engine, job_id), Crashed(), force=True)
    with claim(engine, job_id):
        assert reconciler.turn(client) == []


def test_an_interrupted_job_goes_on_and_a_failed_one_does_not(
    engine: Engine, client: SyncPrefectClient, submit: Callable[[], UUID], reconciler: Reconciler
) -> None:
    interrupted, failed = submit(), submit()
    with session(engine) as db:
        jobs.fail(db, interrupted, jobs.INTERRUPTED, "Its process was ended", "Run it again")
        jobs.fail(db, failed, "disk_full", "The disk is full", "Free some space")
    assert reconciler.turn(client) == [interrupted]
    assert _job(engine, failed).status is JobStatus.FAILED


def test_the_commands_own_jobs_are_the_commands(
    engine: Engine, client: SyncPrefectClient, submit: Callable[[], UUID], reconciler: Reconciler
) -> None:
    job_id = submit()
    with session(engine) as db:
        local_user.local_session(db)
        db.exec(update(GenerationJob).values(session_id=local_user.LOCAL_SESSION_ID))
        jobs.fail(db, job_id, jobs.INTERRUPTED, "Its process was ended", "Run it again")
    assert reconciler.turn(client) == []


def test_a_forgotten_job_is_dispatched(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, forgotten: UUID, reconciler: Reconciler
) -> None:
    assert dispatch_due(engine, client) == 0
    assert reconciler.turn(client) == [forgotten]
    assert dispatch_due(engine, client) == 1


def test_what_breaks_every_time_is_given_up(
    engine: Engine,
    client: SyncPrefectClient,
    deployed: UUID,
    submit: Callable[[], UUID],
    reconciler: Reconciler,
) -> None:
    job_id = submit()
    for _ in range(MOST_DISPATCHES):
        assert dispatch_due(engine, client) == 1
        client.set_flow_run_state(_last_run(engine, job_id), Crashed(), force=True)
        reconciler.turn(client)
    job = _job(engine, job_id)
    assert (job.status, job.error_code) == (JobStatus.FAILED, GIVEN_UP)
    assert reconciler.turn(client) == []


def test_runs_of_another_prefect_server_are_no_obstacle(
    engine: Engine,
    client: SyncPrefectClient,
    submit: Callable[[], UUID],
    reconciler: Reconciler,
    clock: Clock,
) -> None:
    job_id = submit()
    with session(engine) as db:
        db.exec(
            update(QueuedTask).values(
                status="dispatched", flow_run_id=uuid4(), dispatched_at=datetime.now(UTC)
            )
        )
        jobs.advance(db, job_id, JobStatus.PLANNING)
    reconciler.turn(client)
    clock.now += UNCLAIMED_FOR_S
    assert reconciler.turn(client) == [job_id]
