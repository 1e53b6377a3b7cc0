"""A whole day of scheduled flows, one right after the other: nothing piles up, and nothing grows.

288 health checks, and what else a day has, in this process on a deployed sandbox; then a schedule that comes
far oftener than its flow can run, by the worker that runs it in production.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName, FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from rich.console import Console
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from app.settings import settings
from blocks.record_store import records_of
from commands.deployment.rehearse import Rehearsal, rehearsal
from commands.deployments import CHECKOUT
from flows.budget import budget
from flows.checklist import checklist
from flows.drift_check import drift_check
from flows.health_check import health_check
from flows.housekeeping import housekeeping
from sandbox.rehearsal.scenarios import SCENARIOS
from stack.application import embedded_deployer
from stack.prefect_server import embedded_prefect

pytestmark = [pytest.mark.soak, pytest.mark.timeout(2400)]

NAME = "sandbox"
CHECKS = 24 * 60 // 5
# Of the day; from then on everything that is loaded once is loaded.
WARM_AFTER = CHECKS // 4
DAILY = (drift_check, checklist, housekeeping, budget)
# A second film, and more of them, would only take longer: a film is no growth.
FILM_AT = (0, CHECKS // 2)
MOST_MORE_MIB = 48
MOST_MORE_FILES = 12
EVERY_S = 2
RUNS = 30


@dataclass(frozen=True)
class Sizes:
    """How large a process is."""

    mib: float
    files: int


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    before = dict(os.environ)
    os.environ["REELFLOW_HOME"] = str(tmp_path_factory.mktemp("home"))
    settings.cache_clear()
    try:
        with rehearsal(Console(quiet=True), engine="process") as played:
            assert played.play(SCENARIOS[0])["faults"] == []
            yield played
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def _processes() -> dict[str, psutil.Process]:
    """Those that a day of flows could make grow: the flows' own, Prefect's server, and the worker."""
    home = settings().reelflow_home / "rehearsal"
    server, worker = embedded_prefect(home).running(), embedded_deployer(home).running()
    assert server is not None
    assert worker is not None
    return {
        "flows": psutil.Process(),
        "server": psutil.Process(server.pid),
        "worker": psutil.Process(worker.pid),
    }


def _sizes(processes: dict[str, psutil.Process]) -> dict[str, Sizes]:
    return {
        name: Sizes(process.memory_info().rss / 2**20, process.num_fds())
        for name, process in processes.items()
    }


def _rows(home: Path) -> dict[str, int]:
    """The rows of each table of Prefect's database."""
    with closing(
        sqlite3.connect(f"file:{home / 'rehearsal/prefect/prefect.db'}?mode=ro", uri=True)
    ) as prefect:
        names = [row[0] for row in prefect.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: prefect.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _run(flow: Any, **parameters: Any) -> str:
    async def ended() -> Any:
        return await flow(NAME, return_state=True, **parameters)

    state = asyncio.run(ended())
    EventsWorker.drain_all(timeout=30)
    return f"{state.name}: {state.message}"


def test_a_day_makes_nothing_grow(stage: Rehearsal, capsys: pytest.CaptureFixture[str]) -> None:
    processes = _processes()
    ends: list[str] = []
    sizes: list[dict[str, Sizes]] = []
    rows: list[dict[str, int]] = []
    for number in range(CHECKS):
        ends.append(_run(health_check, film="now" if number in FILM_AT else "never"))
        if number % (CHECKS // len(DAILY)) == 0:
            ends.append(_run(DAILY[number // (CHECKS // len(DAILY))]))
        if number in (WARM_AFTER, WARM_AFTER + (CHECKS - WARM_AFTER) // 2, CHECKS - 1):
            APILogWorker.drain_all(timeout=30)
            EventsWorker.drain_all(timeout=30)
            sizes.append(_sizes(processes))
            rows.append(_rows(settings().reelflow_home))
    # As the sandbox has its processors, a month of it would cost more than the budget.
    well = ("Healthy", "Completed", "Failed: AWS this month")
    assert {end for end in ends if not end.startswith(well)} == set()

    warm, _, last = sizes
    with capsys.disabled():
        for name in processes:
            steps = " → ".join(f"{each[name].mib:.0f} MiB, {each[name].files} files" for each in sizes)
            print(f"\n{name}: {steps}")  # noqa: T201
    for name in processes:
        assert last[name].mib - warm[name].mib < MOST_MORE_MIB, name
        assert last[name].files - warm[name].files <= MOST_MORE_FILES, name
    # As many rows in the second half as in the first: each run has its own, and vacuum takes them in time.
    grown = [sum(later.values()) - sum(before.values()) for before, later in pairwise(rows)]
    assert grown[1] <= grown[0] * 1.2 + 500, (rows[0], rows[2])

    records = records_of(stage.environment(CHECKOUT))
    kept = list(records.list(f"operation/{NAME}/"))
    assert len(kept) <= 8
    assert max(each.size for each in kept) < 200_000


def test_a_schedule_that_comes_too_often_piles_nothing_up(stage: Rehearsal) -> None:
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(f"health-check/{NAME}")
        often = IntervalSchedule(interval=timedelta(seconds=EVERY_S))
        [schedule] = client.create_deployment_schedules(deployment.id, [(often, True)])
        most, done = 0, lambda: [run for run in _runs(client) if run.state and run.state.is_final()]

        def enough() -> bool:
            nonlocal most
            going = [run for run in _runs(client) if run.state and run.state.type is StateType.RUNNING]
            most = max(most, len(going))
            return len(done()) >= RUNS

        _until(enough)
        client.delete_deployment_schedule(deployment.id, schedule.id)
        _until(
            lambda: (
                not [
                    r
                    for r in _runs(client)
                    if r.state and r.state.type in (StateType.PENDING, StateType.RUNNING)
                ]
            )
        )
        ends = {run.state.name for run in done() if run.state}
    assert most == 1
    # Some have run, and those that came meanwhile were not kept for later.
    assert ends <= {"Healthy", "Cancelled"}
    assert len(ends) == 2


def _runs(client: SyncPrefectClient) -> list[FlowRun]:
    return client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=["health-check"])),
        deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[NAME])),
        sort=FlowRunSort.START_TIME_DESC,
        limit=200,
    )


def _until(there: Any, within_s: float = 600.0) -> None:
    Retrying(
        stop=stop_after_delay(within_s), wait=wait_fixed(0.5), retry=retry_if_result(lambda found: not found)
    )(there)
