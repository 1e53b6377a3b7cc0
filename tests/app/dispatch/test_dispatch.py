"""What is accepted starts exactly one flow run, whatever was down in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.sorting import FlowRunSort
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from app import jobs, records
from app.configuration import configure
from app.database import session
from app.dispatch import dispatch_due, enqueue
from app.models import DispatchStatus, JobStatus, QueuedTask, SystemConfig
from stack.shared_process import free_port


def _tasks(engine: Engine, job_id: UUID) -> list[QueuedTask]:
    with Session(engine) as db:
        query = select(QueuedTask).where(QueuedTask.job_id == job_id).order_by(col(QueuedTask.created_at))
        return list(db.exec(query))


def _all_due(engine: Engine) -> None:
    with session(engine) as db:
        db.exec(update(QueuedTask).values(available_at=QueuedTask.created_at))


def test_a_job_starts_one_flow_run_under_its_id(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID]
) -> None:
    job_id = submit()
    assert dispatch_due(engine, client) == 1
    assert dispatch_due(engine, client) == 0
    [task] = _tasks(engine, job_id)
    assert task.status is DispatchStatus.DISPATCHED
    assert task.flow_run_id
    run = client.read_flow_run(task.flow_run_id)
    assert (run.deployment_id, run.idempotency_key) == (deployed, str(job_id))
    assert run.parameters == {"job_id": str(job_id)}


def test_two_that_dispatch_at_once_start_one_run(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID], prefect_api: str
) -> None:
    submitted = {submit() for _ in range(4)}

    def dispatch(_: int) -> None:
        with temporary_settings({PREFECT_API_URL: prefect_api}), get_client(sync_client=True) as mine:
            dispatch_due(engine, mine)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(dispatch, range(4)))
    runs = [
        run
        for run in client.read_flow_runs(sort=FlowRunSort.ID_DESC, limit=50)
        if run.deployment_id == deployed
    ]
    assert sorted(run.idempotency_key or "" for run in runs) == sorted(map(str, submitted))
    linked = {job_id: [task.flow_run_id for task in _tasks(engine, job_id)] for job_id in submitted}
    assert linked == {UUID(run.idempotency_key or ""): [run.id] for run in runs}


def test_with_prefect_down_jobs_wait_and_start_when_it_is_back(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID]
) -> None:
    job_id = submit()
    nobody = f"http://127.0.0.1:{free_port()}/api"
    with (
        temporary_settings({PREFECT_API_URL: nobody, PREFECT_CLIENT_MAX_RETRIES: 0}),
        get_client(sync_client=True) as away,
        pytest.raises(httpx.ConnectError),
    ):
        dispatch_due(engine, away)
    [task] = _tasks(engine, job_id)
    assert (task.status, task.attempts) == (DispatchStatus.PENDING, 0)
    assert dispatch_due(engine, client) == 1


def test_without_the_deployment_a_job_is_put_off(
    engine: Engine, client: SyncPrefectClient, submit: Callable[[], UUID]
) -> None:
    job_id = submit()
    assert dispatch_due(engine, client) == 0
    [task] = _tasks(engine, job_id)
    assert (task.status, task.attempts) == (DispatchStatus.PENDING, 1)
    assert task.available_at > task.created_at
    assert task.last_error == "Prefect has no deployment generate/film"


def test_no_more_jobs_than_may_be_worked_on_at_once(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID]
) -> None:
    with session(engine) as db:
        db.exec(update(SystemConfig).where(col(SystemConfig.key) == "max_concurrent_jobs").values(value=2))
    first, second, third = submit(), submit(), submit()
    assert dispatch_due(engine, client) == 2
    assert dispatch_due(engine, client) == 0
    with session(engine) as db:
        jobs.advance(db, first, JobStatus.PLANNING)
    assert dispatch_due(engine, client) == 0
    with session(engine) as db:
        jobs.cancel(db, first)
    assert dispatch_due(engine, client) == 1
    assert [_tasks(engine, job)[0].status for job in (second, third)] == [DispatchStatus.DISPATCHED] * 2


def test_a_film_that_was_broken_off_goes_on_before_those_ordered_after_it(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID]
) -> None:
    with session(engine) as db:
        configure(db, "max_concurrent_jobs", 1)
    first, second = submit(), submit()
    assert dispatch_due(engine, client) == 1
    with session(engine) as db:
        jobs.fail(db, first, jobs.INTERRUPTED, "Its worker was ended", "It goes on by itself")
        enqueue(db, jobs.retry(db, first))
    assert dispatch_due(engine, client) == 1
    assert [task.status for task in _tasks(engine, first)] == [DispatchStatus.DISPATCHED] * 2
    assert [task.status for task in _tasks(engine, second)] == [DispatchStatus.PENDING]


def test_a_job_cancelled_before_its_turn_starts_nothing(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID]
) -> None:
    job_id = submit()
    with session(engine) as db:
        jobs.request_cancel(db, job_id)
    assert dispatch_due(engine, client) == 0
    assert [task.status for task in _tasks(engine, job_id)] == [DispatchStatus.CANCELLED]


def test_a_job_that_is_run_again_starts_another_run(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID]
) -> None:
    job_id = submit()
    dispatch_due(engine, client)
    with session(engine) as db:
        jobs.fail(db, job_id, "disk_full", "The disk is full", "Free some space")
        enqueue(db, jobs.retry(db, job_id))
    assert dispatch_due(engine, client) == 1
    first, second = _tasks(engine, job_id)
    assert second.idempotency_key == f"{job_id}:2"
    assert first.flow_run_id != second.flow_run_id


def test_a_run_that_begins_before_its_sender_has_heard_of_it_is_linked_once(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID]
) -> None:
    job_id, run_id = submit(), uuid4()
    with session(engine) as db:
        records.link_flow_run(db, job_id, run_id)
    with session(engine) as db:
        records.link_flow_run(db, job_id, run_id)
    assert [(task.status, task.flow_run_id) for task in _tasks(engine, job_id)] == [
        (DispatchStatus.DISPATCHED, run_id)
    ]
    assert dispatch_due(engine, client) == 0


def test_parameters_that_the_flow_refuses_fail_the_job(
    engine: Engine, client: SyncPrefectClient, deployed: UUID, submit: Callable[[], UUID], prefect_api: str
) -> None:
    schema = {"type": "object", "properties": {"job_id": {"type": "integer"}}}
    changed = {"parameter_openapi_schema": schema, "enforce_parameter_schema": True}
    httpx.patch(f"{prefect_api}/deployments/{deployed}", json=changed).raise_for_status()
    job_id = submit()
    assert dispatch_due(engine, client) == 0
    assert [task.status for task in _tasks(engine, job_id)] == [DispatchStatus.FAILED]
    with session(engine) as db:
        assert jobs.lock_job(db, job_id).error_code == "dispatch_refused"
