"""Every part of the stack is killed once while five films are made: all are finished, and nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import psutil
import pytest
from sqlalchemy import Engine, create_engine, text

from media.probe import Expectation, probe, verify
from stack.postgres import database_url
from stack.shared_process import free_port
from tests.app.waiting import until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

FILMS = 5
STARTS_WITHIN_S = 240
ALL_MADE_WITHIN_S = 1500
VICTIMS = ("api", "worker", "redis", "postgres", "prefect")


@dataclass
class Stack:
    """`reelflow up`, and what it runs."""

    home: Path
    process: subprocess.Popen[bytes]
    url: str

    def service(self, name: str) -> psutil.Process:
        """The process of a service as it runs now."""
        return psutil.Process(json.loads((self.home / "run" / f"{name}.json").read_text())["pid"])

    def rows(self, query: str) -> list:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query)))

    @property
    def engine(self) -> Engine:
        port = json.loads((self.home / "run" / "postgres.json").read_text())["port"]
        return create_engine(database_url(self.home, port), pool_pre_ping=True)


@pytest.fixture
def stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="reelflow-soak-") as directory:
        home, port = Path(directory), free_port()
        environment = os.environ | {"REELFLOW_HOME": directory}
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "up", "--port", str(port)],
            cwd=Path(__file__).parents[2],
            env=environment,
            stdout=(home / "up.log").open("wb"),
        )
        stack = Stack(home, process, f"http://127.0.0.1:{port}")
        try:
            until(lambda: _healthy(stack), STARTS_WITHIN_S)
            yield stack
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(120) == 0, (home / "up.log").read_text()


def test_every_part_may_die_while_films_are_made(stack: Stack, tmp_path: Path) -> None:
    token = httpx.post(f"{stack.url}/api/v1/sessions").json()["token"]
    client = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    jobs = [_submit(client, number) for number in range(FILMS)]

    for number, name in enumerate(VICTIMS):
        # In the middle: work has been done since the last death, and there is more to do.
        done = _done(stack)
        until(lambda done=done: _done(stack) > done, ALL_MADE_WITHIN_S)
        assert _unfinished(stack) > 0, f"the films were made before {VICTIMS[number:]} could be killed"
        victim = stack.service(name)
        victim.send_signal(signal.SIGKILL)
        until(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE)
        until(lambda name=name: stack.service(name).is_running(), STARTS_WITHIN_S)
        until(lambda: _healthy(stack), STARTS_WITHIN_S)

    until(lambda: _unfinished(stack) == 0, ALL_MADE_WITHIN_S)
    assert [row.status for row in stack.rows("SELECT status FROM generation_jobs")] == ["completed"] * FILMS
    twice = stack.rows(
        "SELECT job_id, labels ->> 'clip' FROM job_metrics WHERE name = 'clips_made'"
        " GROUP BY 1, 2 HAVING count(*) <> 1"
    )
    assert twice == []
    assert [row.count for row in stack.rows("SELECT count(*) FROM compositions")] == [FILMS]
    for job_id in jobs:
        film = client.get(f"/api/v1/generations/{job_id}").json()["compositions"][-1]
        download = client.get(f"/api/v1/compositions/{film['id']}/download").json()
        path = tmp_path / f"{job_id}.mp4"
        path.write_bytes(httpx.get(download["url"]).raise_for_status().content)
        verify(probe(path), Expectation(450, 720, 720, audio=True))


def _submit(client: httpx.Client, number: int) -> UUID:
    request = {
        "prompt": f"A calm tea brand at dawn, edition {number}. Order yours.",
        "duration_s": 15,
        "clip_count": 3,
        "aspect": "1:1",
        "seed": number,
    }
    return UUID(client.post("/api/v1/generations", json=request).raise_for_status().json()["id"])


def _healthy(stack: Stack) -> bool:
    assert stack.process.poll() is None, (stack.home / "up.log").read_text()
    try:
        checks = httpx.get(f"{stack.url}/health/detailed", timeout=10).json()["checks"]
    except (httpx.HTTPError, ValueError):
        return False
    return all(checks[name]["status"] == "ok" for name in ("database", "redis", "s3", "prefect"))


def _done(stack: Stack) -> int:
    """The percents of all films together."""
    return stack.rows("SELECT coalesce(sum(progress), 0) AS done FROM generation_jobs")[0].done


def _unfinished(stack: Stack) -> int:
    ended = "('completed', 'failed', 'cancelled')"
    return stack.rows(f"SELECT count(*) AS n FROM generation_jobs WHERE status NOT IN {ended}")[0].n
