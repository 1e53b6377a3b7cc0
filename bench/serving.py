"""Real parts to measure: PostgreSQL and Redis in a directory of their own, and servers as processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from app import migrate
from app.database import engine
from app.settings import settings
from stack.embedded import embedded_stack
from stack.processes import free_port

COMES_UP_WITHIN_S = 60.0
STOPS_WITHIN_S = 60.0
# Every request is counted, as it is in production, and none is refused.
UNREACHED = "100000000/minute"


@contextmanager
def parts() -> Iterator[Path]:
    """PostgreSQL at the newest schema and Redis, found through the environment; gives their directory.

    There is no Prefect: jobs stay pending.
    """
    with tempfile.TemporaryDirectory(prefix="reelflow-bench-", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        before = dict(os.environ)
        os.environ |= {
            "REELFLOW_HOME": str(home),
            "MEDIA_URL": (home / "media").as_uri(),
            "PREFECT_HOME": str(home / "prefect"),
            "LOG_FORMAT": "json",
            "RATE_LIMIT_PER_SESSION": UNREACHED,
            "RATE_LIMIT_PER_ADDRESS": UNREACHED,
        }
        nobody = f"http://127.0.0.1:{free_port()}/api"
        try:
            with embedded_stack(home, database_url=None, prefect_api_url=nobody, redis_url=None):
                settings.cache_clear()
                migrate.upgrade(engine())
                yield home
                engine().dispose()
        finally:
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()


@dataclass
class Server:
    """A server process on a port of its own; what it prints goes into a file.

    Args:
        command: what is run; `{port}` in it is the port.
        log: the file.
    """

    command: Sequence[str]
    log: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, answers: str) -> None:
        """Starts it, and returns when it answers at this path."""
        command = [part.format(port=self.port) for part in self.command]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + COMES_UP_WITHIN_S
        while not self._is_up(answers):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"{command} did not come up; see {self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it in order."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def resident_mib(self) -> float:
        """The memory that it holds."""
        assert self._process
        return psutil.Process(self._process.pid).memory_info().rss / 2**20

    def _is_up(self, path: str) -> bool:
        try:
            # Whatever it says, it listens.
            return httpx.get(f"{self.url}{path}", trust_env=False).status_code < 500
        except httpx.TransportError:
            return False


@contextmanager
def served(*servers: Server, answers: str = "/health") -> Iterator[None]:
    """The servers run as long as the block does."""
    try:
        for server in servers:
            server.start(answers=answers)
        yield
    finally:
        for server in servers:
            server.stop()


def application(home: Path) -> Server:
    """The application as `reelflow serve` runs it."""
    return Server([sys.executable, "-m", "cli", "serve", "--port", "{port}"], home / "api.log")


def bare(home: Path) -> Server:
    """`bench.bare` under the same settings of the same web server."""
    program = "from bench.bare import create_app; import uvicorn; "
    options = "port={port}, proxy_headers=True, server_header=False, access_log=False, log_level='warning'"
    return Server(
        [sys.executable, "-c", f"{program}uvicorn.run(create_app(), host='127.0.0.1', {options})"],
        home / "bare.log",
    )
