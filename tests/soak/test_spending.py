"""Two hundred films ordered at a Replicate that fails in every way, by five workers of which one is killed
every twenty seconds: paid once.

`SOAK_JOBS` is how many films; they are drafts, and the stand-in draws their clips at once, so that ordering
is what is tried.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import httpx
import psutil
import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from sandbox.errors import SandboxFailed
from sandbox.replicate.running import StandIn, stand_in
from stack.processes import free_port, kill
from tests.soak.test_restarts import _unfinished
from tests.whole import Stack, whole_product

pytestmark = [pytest.mark.soak, pytest.mark.timeout(4 * 3600)]

JOBS = int(os.environ.get("SOAK_JOBS", "200"))
CLIPS = 3
WORKERS = 5
ENDS_WITHIN_S = 60.0
KILLED_EVERY_S = 20.0
ALL_MADE_WITHIN_S = 60.0 * JOBS + 600.0
FAULTS = (
    "rate_limited",
    "server_error",
    "timeout_after_acceptance",
    "lost_webhook",
    "duplicate_webhook",
    "expired_link",
    "corrupt_output",
)
RATE = 0.05


def test_everything_is_made_and_paid_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with stand_in(tmp_path / "replicate", "--quick") as replicate:
        for name, value in replicate.environment().items():
            monkeypatch.setenv(name, value)
        with whole_product("--workers", "1") as stack, _workers(stack) as workers:
            replicate.faults([{"name": name, "rate": RATE} for name in FAULTS])
            _make_all(stack, workers)
            _compare(stack, replicate, workers.killed, capsys)


@dataclass
class _Workers:
    """The stack's worker and those beside it, each with one film at a time."""

    stack: Stack
    environment: dict[str, str]
    beside: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0

    def kill_next(self) -> None:
        """Kills the one whose turn it is; another takes its place.

        Every other time its film is killed with it, as by the death of a container; else that goes on.
        """
        turn = self.killed % WORKERS
        if turn == 0:
            self.stack.kill("worker")
        else:
            worker = psutil.Process(self.beside[turn - 1].pid)
            kill([worker, *(worker.children(recursive=True) if self.killed % 2 else ())])
            self.beside[turn - 1].wait()
            self.beside[turn - 1] = self.another()
        self.killed += 1

    def another(self) -> subprocess.Popen[bytes]:
        """Starts a worker beside the stack's."""
        port = str(free_port())
        with (self.stack.home / "logs" / "workers-beside.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "cli", "worker", "--no-deploy", "--limit", "1", "--port", port],
                cwd=Path(__file__).parents[2],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@contextmanager
def _workers(stack: Stack) -> Iterator[_Workers]:
    workers = _Workers(stack, stack.service("worker").environ())
    try:
        workers.beside += [workers.another() for _ in range(WORKERS - 1)]
        yield workers
    finally:
        for each in workers.beside:
            each.terminate()
        for each in workers.beside:
            each.wait(ENDS_WITHIN_S)


def _make_all(stack: Stack, workers: _Workers) -> None:
    """Asks for all films, and kills a worker at a time while there are any to make."""
    token = httpx.post(f"{stack.url}/api/v1/sessions").json()["token"]
    client = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    for number in range(JOBS):
        request = {
            "prompt": f"A calm tea brand at dawn, edition {number}. Order yours.",
            "duration_s": 15,
            "clip_count": CLIPS,
            "aspect": "1:1",
            "draft": True,
            "seed": number,
        }
        client.post("/api/v1/generations", json=request).raise_for_status()
    looks = Retrying(
        retry=retry_if_result(bool),
        stop=stop_after_delay(KILLED_EVERY_S),
        wait=wait_fixed(1.0),
        retry_error_callback=lambda _: True,
    )
    until = time.monotonic() + ALL_MADE_WITHIN_S
    while _unfinished(stack):
        assert time.monotonic() < until, f"{_unfinished(stack)} of {JOBS} films are not made"
        if looks(lambda: _unfinished(stack)):
            workers.kill_next()


def _compare(stack: Stack, replicate: StandIn, kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    statuses = {
        row.status: row.n
        for row in stack.rows("SELECT status, count(*) AS n FROM generation_jobs GROUP BY 1")
    }
    books = {
        (row.purpose, row.state): (row.n, row.usd)
        for row in stack.rows(
            "SELECT purpose, state, count(*) AS n, coalesce(sum(cost_usd), 0) AS usd FROM predictions"
            " GROUP BY 1, 2"
        )
    }
    known = stack.rows("SELECT count(*) AS n FROM predictions WHERE prediction_id IS NOT NULL")[0].n
    bill = replicate.bill()
    with capsys.disabled(), suppress(SandboxFailed):
        print(f"\n{JOBS} films, {kills} kills: {statuses}")  # noqa: T201
        print(f"faults met: {replicate.met()}")  # noqa: T201
        print(f"ledger: {books}; bill: {bill['count']} predictions, ${bill['total_usd']}")  # noqa: T201
    assert statuses == {"completed": JOBS}
    assert {state for _, state in books} <= {"succeeded", "refused", "failed"}
    # Each clip once, and nothing at Replicate that the ledger does not know.
    assert books["clip", "succeeded"][0] == CLIPS * JOBS
    assert bill["count"] == known
    assert sum((usd for _, usd in books.values()), Decimal(0)) == Decimal(bill["total_usd"])
