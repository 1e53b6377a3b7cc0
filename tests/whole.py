"""The whole product as a person starts it: `reelflow up` in a directory of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from stack.postgres import database_url
from stack.shared_process import free_port
from tests.app.waiting import until

STARTS_WITHIN_S = 300
STOPS_WITHIN_S = 120
NEEDED = ("database", "redis", "s3", "prefect")


@dataclass(frozen=True)
class Stack:
    """What runs: `url` is the page's address, `home` the state directory."""

    home: Path
    process: subprocess.Popen[bytes]
    url: str

    @property
    def said(self) -> str:
        """What `reelflow up` has written so far."""
        return (self.home / "up.log").read_text()

    @property
    def prefect_url(self) -> str:
        return f"http://127.0.0.1:{self._run('prefect')['port']}"

    def service(self, name: str) -> psutil.Process:
        """The process of a service as it runs now."""
        return psutil.Process(self._run(name)["pid"])

    def kill(self, name: str) -> None:
        """Kills a service, and waits until `up` has it running again and everything is well."""
        again = f"{name} runs again"
        before = self.said.count(again)
        self.service(name).kill()
        until(lambda: self.said.count(again) > before, STARTS_WITHIN_S)
        until(self.healthy, STARTS_WITHIN_S)

    def healthy(self) -> bool:
        """Whether everything that films need is there."""
        assert self.process.poll() is None, self.said
        try:
            checks = httpx.get(f"{self.url}/health/detailed", timeout=10).json()["checks"]
        except (httpx.HTTPError, ValueError):
            return False
        return all(checks[name]["status"] == "ok" for name in NEEDED)

    def rows(self, query: str, **values: object) -> list[Any]:
        """The rows of a query; a database that was just killed is waited for."""
        for attempt in Retrying(
            retry=retry_if_exception_type((OperationalError, OSError)),
            stop=stop_after_delay(STARTS_WITHIN_S),
            wait=wait_fixed(0.2),
            reraise=True,
        ):
            with attempt:
                engine = create_engine(
                    database_url(self.home, self._run("postgres")["port"]), poolclass=NullPool
                )
                with engine.connect() as connection:
                    return list(connection.execute(text(query), values))
        raise AssertionError  # reraised above

    def _run(self, name: str) -> dict[str, int]:
        return json.loads((self.home / "run" / f"{name}.json").read_text())


@contextmanager
def whole_product(*options: str) -> Iterator[Stack]:
    """Starts everything, with options of `up`; at the end it must stop in order, with exit code 0."""
    with tempfile.TemporaryDirectory(prefix="reelflow-up-") as directory:
        home, port = Path(directory), free_port()
        with (home / "up.log").open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up", "--port", str(port), *options],
                cwd=Path(__file__).parents[1],
                env=os.environ | {"REELFLOW_HOME": directory},
                stdout=said,
                stderr=said,
            )
        stack = Stack(home, process, f"http://127.0.0.1:{port}")
        try:
            until(stack.healthy, STARTS_WITHIN_S)
            yield stack
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(STOPS_WITHIN_S)
            assert code == 0, stack.said
