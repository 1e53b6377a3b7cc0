"""`reelflow up`: the stack with its deployments and a worker, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from rich.console import Console

from app.dispatch import DEPLOYMENT
from app.settings import settings
from commands.surroundings import surroundings
from stack.shared_process import ServiceFailed

CHECKOUT = Path(__file__).resolve().parents[1]
POOL = "render"
WORKER_STOPS_WITHIN_S = 30.0


def up(console: Console) -> None:
    """Runs everything in the foreground.

    Raises:
        ServiceFailed: a part did not come up.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), console.status("Starting…") as status, surroundings() as addresses:
        os.environ["REELFLOW_CHECKOUT"] = str(CHECKOUT)
        _prefect("block", "register", "-m", "blocks")
        _prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
        _deploy()
        with _worker() as worker:
            status.stop()
            console.print(
                f"Prefect     {addresses.prefect_page_url}\n"
                f"Deployment  {addresses.prefect_page_url}/deployments  (generate/film)\n"
                f"Media       {settings().media_url}\n"
                f"Logs        {settings().reelflow_home / 'logs'}\n"
                "Ctrl-C stops all of it; what was made stays.",
                highlight=False,
                soft_wrap=True,
            )
            worker.wait()
            raise ServiceFailed(
                f"The worker ended with code {worker.returncode}. See {_worker_log()}, then start again."
            )


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    with _worker_log().open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL],
            cwd=CHECKOUT,
            env=os.environ
            | {"PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C must reach it through us, once, and not in the middle of its own shutdown.
            start_new_session=True,
        )
    try:
        yield worker
    finally:
        worker.terminate()
        try:
            worker.wait(WORKER_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)


def _worker_log() -> Path:
    return settings().reelflow_home / "logs" / "worker.log"


def _deploy() -> None:
    """Applies prefect.yaml.

    Judged by what is on the server: after deploying, Prefect 3.8.8's command asks for the pool's workers
    with a null limit, which its own server refuses, and ends with code 1.
    """
    done = _run_prefect("deploy", "--all", "--prefect-file", str(CHECKOUT / "prefect.yaml"))
    with get_client(sync_client=True) as client:
        try:
            client.read_deployment_by_name(DEPLOYMENT)
        except ObjectNotFound:
            raise ServiceFailed(f"prefect.yaml could not be applied: {_last_words(done)}") from None


def _prefect(*arguments: str) -> None:
    done = _run_prefect(*arguments)
    if done.returncode:
        raise ServiceFailed(f"prefect {' '.join(arguments)} failed: {_last_words(done)}")


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    said = (done.stderr or done.stdout).strip().splitlines()
    return said[-1] if said else "no message"


def _run_prefect(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
        cwd=CHECKOUT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
