"""A whole day of scheduled flows in compressed time: nothing piles up, and nothing grows.

The schedule of the health check comes every six seconds, oftener than the check can run, until it has run
as often as in a day; meanwhile comes what else a day has. All by the worker that runs it in production.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.schedules import IntervalSchedule
from rich.console import Console
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from app.settings import settings
from blocks.record_store import records_of
from commands.deployment.rehearse import Rehearsal, rehearsal
from commands.deployments import CHECKOUT
from sandbox.rehearsal.scenarios import SCENARIOS
from stack.application import embedded_deployer
from stack.prefect_server import embedded_prefect

NAME = "sandbox"
# Oftener, and most of the work is what Prefect does over and over with the runs that it has skipped: with a
# thousand of them a check takes twice as long as with a hundred, and a day has next to none.
EVERY_S = 6
# A run that is taken ten seconds before its time, as Prefect has it, keeps the one place until then.
TAKEN_IN_TIME = {"PREFECT_WORKER_PREFETCH_SECONDS": "1"}
CHECKS = 24 * 60 // 5
# Of the day; by the second everything that is loaded once is loaded.
MEASURED_AFTER = (CHECKS // 4, CHECKS * 5 // 8, CHECKS)
DAILY = ("drift-check", "checklist", "housekeeping", "budget")
ENDED = (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED)
# As the sandbox has its processors, a month of it would cost more than the budget.
WELL = ("Healthy", "Completed", "Failed: AWS this month")
# With a schedule that comes so often, and what else the machine has to do, a part may once answer late.
SLOW = "Degraded"
SLOW_AT_MOST = CHECKS // 50
DAY_WITHIN_S = 20.0 * CHECKS
MOST_MORE_MIB = 16
MOST_MORE_FILES = 8

pytestmark = [pytest.mark.soak, pytest.mark.timeout(DAY_WITHIN_S + 1200)]


@dataclass(frozen=True)
class Size:
    """How large a process is.

    Attributes:
        files: the fewest it had open at once since it was measured before; how many callers are connected
            at a moment says nothing.
    """

    mib: float
    files: int


@dataclass
class Day:
    """What was seen of it."""

    most_at_once: int = 0
    sizes: list[dict[str, Size]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    before = dict(os.environ)
    os.environ |= TAKEN_IN_TIME | {"REELFLOW_HOME": str(tmp_path_factory.mktemp("home"))}
    settings.cache_clear()
    try:
        with rehearsal(Console(quiet=True), engine="process") as played:
            assert played.play(SCENARIOS[0])["faults"] == []
            yield played
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def test_a_day_piles_nothing_up_and_makes_nothing_grow(
    stage: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    with get_client(sync_client=True) as client:
        day = _live_through(client)
        ends = Counter(map(_end, _runs(client, *ENDED)))
        skipped = _count(client, StateType.CANCELLED)
        waiting = _runs(client, StateType.PENDING, StateType.RUNNING)
    kept = list(records_of(stage.environment(CHECKOUT)).list(f"operation/{NAME}/"))

    with capsys.disabled():
        print(f"\nends: {dict(ends)}; skipped, as one was going: {skipped}")  # noqa: T201
        print(f"Prefect's rows: {day.rows}")  # noqa: T201
        for name in day.sizes[0]:
            steps = " → ".join(f"{each[name].mib:.0f} MiB, {each[name].files} files" for each in day.sizes)
            print(f"{name}: {steps}")  # noqa: T201
    assert {end for end in ends if not end.startswith((*WELL, SLOW))} == set()
    assert sum(times for end, times in ends.items() if end.startswith(SLOW)) <= SLOW_AT_MOST
    assert day.most_at_once == 1
    assert skipped > 0
    assert waiting == []
    _, warm, last = day.sizes
    for name in warm:
        assert last[name].mib - warm[name].mib < MOST_MORE_MIB, name
        assert last[name].files - warm[name].files <= MOST_MORE_FILES, name
    # As many rows in the second half as in the first: each run has its own, and vacuum takes them in time.
    grown = [later - before for before, later in pairwise(day.rows)]
    assert grown[1] <= grown[0] * 1.2 + 500
    assert len(kept) <= 8
    assert max(each.size for each in kept) < 200_000


def _live_through(client: SyncPrefectClient) -> Day:
    """Lets the schedule come until the day's checks have been made, and orders the day's other flows."""
    day, processes, ordered, files = Day(), _processes(), 0, list[dict[str, int]]()
    with _often(client, "health-check"):

        def over() -> bool:
            nonlocal ordered
            day.most_at_once = max(day.most_at_once, _count(client, StateType.RUNNING))
            files.append({name: each.num_fds() for name, each in processes.items()})
            made = _count(client, *ENDED)
            if ordered < len(DAILY) and made >= CHECKS * ordered // len(DAILY):
                _order(client, DAILY[ordered])
                ordered += 1
            if made >= MEASURED_AFTER[len(day.sizes)]:
                day.sizes.append(
                    {
                        name: Size(each.memory_info().rss / 2**20, min(seen[name] for seen in files))
                        for name, each in processes.items()
                    }
                )
                files.clear()
                day.rows.append(_rows(settings().reelflow_home))
            return len(day.sizes) == len(MEASURED_AFTER)

        _until(over, DAY_WITHIN_S)
    _until(lambda: not _runs(client, StateType.PENDING, StateType.RUNNING), 600.0)
    return day


def _processes() -> dict[str, psutil.Process]:
    """Those that a day of flows could make grow; each flow's own process ends with it."""
    home = settings().reelflow_home / "rehearsal"
    server, worker = embedded_prefect(home).running(), embedded_deployer(home).running()
    assert server is not None
    assert worker is not None
    itself = psutil.Process(worker.pid)
    [fork_server] = [each for each in itself.children() if "fork_server" in " ".join(each.cmdline())]
    return {"server": psutil.Process(server.pid), "worker": itself, "fork server": fork_server}


def _rows(home: Path) -> int:
    """The rows of all tables of Prefect's database."""
    address = f"file:{home / 'rehearsal/prefect/prefect.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as prefect:
        names = [row[0] for row in prefect.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(prefect.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)


@contextmanager
def _often(client: SyncPrefectClient, flow: str) -> Iterator[None]:
    deployment = client.read_deployment_by_name(f"{flow}/{NAME}")
    interval = IntervalSchedule(interval=timedelta(seconds=EVERY_S))
    [schedule] = client.create_deployment_schedules(deployment.id, [(interval, True)])
    try:
        yield
    finally:
        client.delete_deployment_schedule(deployment.id, schedule.id)


def _order(client: SyncPrefectClient, flow: str) -> None:
    client.create_flow_run_from_deployment(client.read_deployment_by_name(f"{flow}/{NAME}").id)


def _runs(client: SyncPrefectClient, *types: StateType) -> list[FlowRun]:
    """The day's runs in one of these states."""
    flows, wanted = (
        FlowFilter(name=FlowFilterName(any_=["health-check", *DAILY])),
        FlowRunFilter(state=_in(*types)),
    )
    found = list[FlowRun]()
    while page := client.read_flow_runs(
        flow_filter=flows, flow_run_filter=wanted, limit=200, offset=len(found)
    ):
        found += page
    return found


def _count(client: SyncPrefectClient, *types: StateType) -> int:
    """How many health checks are in one of these states."""
    return client.count_flow_runs(
        deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[NAME])),
        flow_filter=FlowFilter(name=FlowFilterName(any_=["health-check"])),
        flow_run_filter=FlowRunFilter(state=_in(*types)),
    )


def _in(*types: StateType) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))


def _end(run: FlowRun) -> str:
    assert run.state is not None
    return f"{run.state.name}: {run.state.message}"


def _until(there: Callable[[], bool], within_s: float) -> None:
    Retrying(
        stop=stop_after_delay(within_s), wait=wait_fixed(0.5), retry=retry_if_result(lambda found: not found)
    )(there)
