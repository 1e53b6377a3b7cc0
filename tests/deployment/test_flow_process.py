"""The processes that a worker forks for flow runs, with a worker and a Prefect server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling
from prefect.workers.process import ProcessWorker

from stack.processes import free_port
from tests.app.waiting import until

# What its work leaves is the file of its run: first that it has begun and with which processes.
FLOW = """
import os, signal, subprocess
from pathlib import Path
from prefect import flow
from prefect.exceptions import Pause
from prefect.flow_runs import suspend_flow_run

@flow
def toy(does: str, left: str) -> None:
    helper = subprocess.Popen(["sleep", "600"])
    Path(left).write_text(f"{os.getpid()} {helper.pid}")
    if does == "fails":
        helper.kill()
        raise ValueError("as it was told to")
    if does == "dies":
        helper.kill()
        os._exit(7)
    if does == "waits":
        signal.pause()
    if does == "asks":
        try:
            suspend_flow_run(timeout=600)
        except Pause:
            # As one that tidies up, for as long as the test wants it to.
            open(left + ".leaves").read()
            raise
    helper.kill()
    Path(left).write_text("first text")
"""
WORKS = """
import asyncio
from commands import flow_process, worker

flow_process.prepare(())
asyncio.run(worker._work(worker.OrderlyWorker(work_pool_name="{pool}")))
"""

Start = Callable[..., tuple[UUID, Path]]


@pytest.fixture(scope="module")
def client(prefect_server_url: str) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: prefect_server_url}), get_client(sync_client=True) as client:
        yield client


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("checkout")
    (directory / "toy.py").write_text(FLOW)
    return directory


@pytest.fixture(scope="module")
def pools(client: SyncPrefectClient) -> Iterator[None]:
    template = ProcessWorker.get_default_base_job_template()
    for name in ("toys", "deploy"):
        client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))
    yield
    for name in ("toys", "deploy"):
        client.delete_work_pool(name)


def working(pool: str, prefect_server_url: str) -> subprocess.Popen[bytes]:
    environment = {
        "PREFECT_API_URL": prefect_server_url,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_WEBSERVER_PORT": str(free_port()),
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKS.format(pool=pool)],
        env=os.environ | environment,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def worker(pools: None, prefect_server_url: str) -> Iterator[subprocess.Popen[bytes]]:
    process = working("toys", prefect_server_url)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def start(client: SyncPrefectClient, checkout: Path, tmp_path: Path) -> Start:
    def started(does: str, *, pool: str = "toys", speaks: bool = True) -> tuple[UUID, Path]:
        left = tmp_path / does
        deployment = deployed(client, checkout, f"{does}-{pool}-{speaks}", pool, speaks=speaks)
        run = client.create_flow_run_from_deployment(deployment, parameters={"does": does, "left": str(left)})
        return run.id, left

    return started


def deployed(
    client: SyncPrefectClient, checkout: Path, name: str, pool: str, *, speaks: bool = True, **given: Any
) -> UUID:
    return client.create_deployment(
        flow_id=client.create_flow_from_name("toy"),
        name=name,
        work_pool_name=pool,
        entrypoint="toy.py:toy",
        pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": str(checkout)}}],
        job_variables={"stream_output": speaks, "working_dir": str(checkout)},
        **given,
    )


def ended(client: SyncPrefectClient, run: UUID) -> State:
    def state() -> State | None:
        now = client.read_flow_run(run).state
        return now if now and now.is_final() else None

    final = until(state)
    assert final
    return final


def processes(left: Path) -> list[psutil.Process]:
    until(lambda: left.exists() and left.read_text())
    return [psutil.Process(int(pid)) for pid in left.read_text().split()]


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.usefixtures("worker")
def test_a_run_has_the_code_that_the_checkout_has_when_it_starts(
    client: SyncPrefectClient, checkout: Path, start: Start
) -> None:
    run, left = start("works")
    assert ended(client, run).is_completed()
    assert left.read_text() == "first text"
    try:
        (checkout / "toy.py").write_text(FLOW.replace("first text", "second text"))
        run, left = start("works")
        assert ended(client, run).is_completed()
        assert left.read_text() == "second text"
    finally:
        (checkout / "toy.py").write_text(FLOW)


@pytest.mark.usefixtures("worker")
def test_a_schedule_makes_runs(client: SyncPrefectClient, checkout: Path, tmp_path: Path) -> None:
    left = tmp_path / "scheduled"
    often = IntervalSchedule(interval=timedelta(seconds=5))
    schedule = DeploymentScheduleCreate(schedule=often, parameters={"does": "works", "left": str(left)})
    deployment = deployed(client, checkout, "scheduled", "toys", schedules=[schedule])
    until(lambda: left.exists() and left.read_text() == "first text")
    client.delete_deployment(deployment)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("does", "ends", "told"),
    [("fails", StateType.FAILED, "as it was told to"), ("dies", StateType.CRASHED, "status code: 7")],
)
def test_what_a_run_ended_of_is_told(
    client: SyncPrefectClient, start: Start, does: str, ends: StateType, told: str
) -> None:
    run, _ = start(does)
    state = ended(client, run)
    assert state.type == ends
    assert told in str(state.message)


@pytest.mark.usefixtures("worker")
def test_a_run_that_is_cancelled_ends_with_all_that_it_has_started(
    client: SyncPrefectClient, start: Start
) -> None:
    run, left = start("waits")
    engine, helper = processes(left)
    client.set_flow_run_state(run, Cancelling())
    assert ended(client, run).is_cancelled()
    until(lambda: gone(engine) and gone(helper))


@pytest.mark.usefixtures("pools")
@pytest.mark.parametrize("speaks", [True, False])
def test_a_run_whose_output_is_its_workers_ends_with_it_and_no_other(
    start: Start, prefect_server_url: str, speaks: bool
) -> None:
    process = working("deploy", prefect_server_url)
    _, left = start("waits", pool="deploy", speaks=speaks)
    engine, helper = processes(left)
    process.send_signal(signal.SIGKILL)
    process.wait()
    try:
        if speaks:
            until(lambda: gone(engine) and gone(helper))
        else:
            # Nothing tells that it stays: it is given longer than the other needs.
            with pytest.raises(psutil.TimeoutExpired):
                engine.wait(3)
    finally:
        for each in (engine, helper):
            if not gone(each):
                each.kill()


@pytest.mark.usefixtures("pools")
def test_told_to_end_with_all_its_group_it_knows_how_its_run_has(
    client: SyncPrefectClient, start: Start, prefect_server_url: str
) -> None:
    process = working("deploy", prefect_server_url)
    run, left = start("waits", pool="deploy")
    engine, helper = processes(left)
    server = psutil.Process(engine.ppid())
    os.killpg(process.pid, signal.SIGTERM)
    assert process.wait(60) == 0
    state = ended(client, run)
    assert state.is_crashed()
    assert "terminat" in str(state.message)
    until(lambda: gone(engine) and gone(server))
    helper.kill()


@pytest.mark.usefixtures("pools")
def test_a_run_that_was_just_suspended_stays_so_when_its_worker_ends(
    client: SyncPrefectClient, start: Start, tmp_path: Path, prefect_server_url: str
) -> None:
    process = working("deploy", prefect_server_url)
    os.mkfifo(tmp_path / "asks.leaves")
    run, left = start("asks", pool="deploy")
    engine, helper = processes(left)
    until(lambda: (state := client.read_flow_run(run).state) and state.name == "Suspended")
    process.terminate()
    # Nothing tells that it is let alone: it is given longer than a signal needs.
    with pytest.raises(psutil.TimeoutExpired):
        engine.wait(3)
    (tmp_path / "asks.leaves").write_text("now")
    assert process.wait(60) == 0
    helper.kill()
    state = client.read_flow_run(run).state
    assert state
    assert state.name == "Suspended"


def test_it_is_there_below_a_directory_whose_name_is_too_long_for_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    works = "from commands import flow_process as p; p.prepare(()); c = p._context.Process(target=print); "
    done = subprocess.run(
        [sys.executable, "-c", f"{works}c.start(); c.join(); raise SystemExit(c.exitcode)"],
        env=os.environ | {"TMPDIR": str(deep)},
    )
    assert done.returncode == 0
    assert list(deep.iterdir()) == []


@pytest.mark.parametrize(
    ("flow", "libraries"), [("deploy", "DEPLOYING"), ("health_check", "DEPLOYING"), ("generate", "FILMS")]
)
def test_what_a_flow_needs_of_libraries_is_there_when_it_starts(flow: str, libraries: str) -> None:
    loads = f"""
import importlib, json, sys
from commands import flow_process

for name in (*flow_process.COMMON, *flow_process.{libraries}):
    importlib.import_module(name)
before = set(sys.modules)
import flows.{flow}
late = {{name: getattr(sys.modules[name], "__file__", None) or "" for name in set(sys.modules) - before}}
print(json.dumps(sorted(name for name, file in late.items() if "site-packages" in file)))
"""
    done = subprocess.run([sys.executable, "-c", loads], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == []
