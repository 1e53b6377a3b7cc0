"""The `reelflow` command as a person runs it, on one real stack that all of these tests share."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine, create_engine, text
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from stack import postgres, prefect_server

# The shortest film: 15 s in three clips. Square, since it has the fewest pixels.
SHORT = ("--duration", "15", "--clips", "3", "--aspect", "1:1")


@dataclass(frozen=True)
class Reelflow:
    """Runs the command against one state directory."""

    home: Path
    engine: Engine
    prefect_api_url: str
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            env=os.environ | {"REELFLOW_HOME": str(self.home)} | self.environment,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell that starts the tests in the background has them, and their children, ignore Ctrl-C.
            preexec_fn=_hear_ctrl_c,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def render(self, *arguments: str) -> dict[str, Any]:
        """The JSON document of a render that must succeed."""
        done = self.run("render", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def rows(self, query: str, **values: object) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def progress(self, prompt: str) -> int:
        """How far the newest job of a prompt is; -1 before it is there."""
        query = "SELECT progress FROM generation_jobs WHERE prompt = :prompt ORDER BY created_at DESC LIMIT 1"
        if not self.rows("SELECT to_regclass('generation_jobs')")[0][0]:
            return -1
        return next((row.progress for row in self.rows(query, prompt=prompt)), -1)

    def reach(self, render: subprocess.Popen[str], prompt: str, percent: int) -> None:
        """Waits until the prompt's newest job is so far; its render must not have ended before."""
        eventually(lambda: self.progress(prompt) >= percent or render.poll() is not None, within_s=180)
        if render.poll() is not None:
            pytest.fail(f"the render ended before it was {percent} % done: {render.communicate()[1]}")


@pytest.fixture(scope="session")
def reelflow() -> Iterator[Reelflow]:
    # Not below pytest's own directory: another run of pytest closes that to the server's user.
    with tempfile.TemporaryDirectory(prefix="reelflow-test-") as directory:
        yield from _running(Path(directory))


def _running(home: Path) -> Iterator[Reelflow]:
    services = [postgres.embedded_postgres(home), prefect_server.embedded_prefect(home)]
    database, prefect = [service.acquire() for service in services]
    prefect_server.mark_prepared(home)
    engine = create_engine(postgres.database_url(home, database.port))
    yield Reelflow(home, engine, prefect_server.api_url(prefect.port))
    engine.dispose()
    for service in services:
        service.release()


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def eventually(condition: Callable[[], object], *, within_s: float = 60.0) -> None:
    """Waits until the condition holds, or fails."""
    poll = retry(
        stop=stop_after_delay(within_s), wait=wait_fixed(0.05), retry=retry_if_result(lambda held: not held)
    )
    poll(condition)()


def processes_of(place: Path) -> list[psutil.Process]:
    """The drawing and encoding processes that work below a directory."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "name"])
        if str(place) in " ".join(process.info["cmdline"] or ()) and process.info["name"] != "postgres"
    ]
