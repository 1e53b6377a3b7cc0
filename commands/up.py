"""`reelflow up`: the whole product on this machine, kept running until Ctrl-C."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from urllib.parse import urlsplit

from rich.console import Console

from app.dispatch import DEPLOYMENT
from app.settings import settings
from commands.deployments import Pool, apply_deployments
from commands.surroundings import surroundings
from stack.application import embedded_api, embedded_worker
from stack.embedded import Addresses
from stack.foreground import Foreground
from stack.prefect_server import PREFERRED_PORT as PREFECT_PORT
from stack.shared_process import SharedProcess
from stack.supervisor import supervise


def up(console: Console, *, port: int, workers: int | None) -> None:
    """Runs everything in the foreground.

    Args:
        console: where people read.
        port: of the API; another if it's taken.
        workers: how many films are made at once; None for as many as there are cores.

    Raises:
        ServiceFailed: a part did not come up, or dies again and again, or the stack runs already.
        DatabaseUnavailable, MigrationError: the database can't be had.
    """
    # Also in a shell's background, where Ctrl-C is ignored by default.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    home = settings().reelflow_home
    foreground = Foreground(home)
    api = embedded_api(home, preferred_port=port)
    worker = embedded_worker(home, limit=workers or os.cpu_count() or 1, api=api)
    with (
        suppress(KeyboardInterrupt),
        foreground.taken(),
        console.status("Starting…") as status,
        surroundings() as addresses,
        _running(api, worker) as url,
    ):
        foreground.announce(url)
        status.stop()
        console.print(_screen(url, addresses, port), highlight=False, soft_wrap=True)
        try:
            supervise((*addresses.embedded, worker, api), lambda line: _say(console, line))
        finally:
            status.update("Stopping…")
            status.start()
    console.print("Stopped. `reelflow up` goes on where it was.")


def _interrupt(number: int, frame: object) -> None:
    # Once: what is on its way down is not to be disturbed.
    for handled in (signal.SIGTERM, signal.SIGINT):
        signal.signal(handled, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def _running(api: SharedProcess, worker: SharedProcess) -> Iterator[str]:
    """Both of them, for deployments that are applied; yields the API's address."""
    # What a killed command left behind may be of other code than this.
    for left in (api, worker):
        left.stop()
    with ExitStack() as stops, ThreadPoolExecutor(max_workers=1) as meanwhile:
        # In this order: the API hands back what it is asked before the worker hands back its films.
        stops.callback(worker.release)
        stops.callback(api.release)
        starting = meanwhile.submit(api.acquire)
        # A film outlives its worker's death; its log is on Prefect's page.
        apply_deployments(Pool.RENDER, flows_speak=False)
        url = f"http://127.0.0.1:{starting.result().port}"
        worker.acquire()
        yield url


def _screen(url: str, addresses: Addresses, wanted_port: int) -> str:
    prefect = addresses.prefect_page_url
    lines = {
        "Page": url + _taken(url, wanted_port),
        "API": f"{url}/docs",
        "Prefect": prefect + _taken(prefect, PREFECT_PORT),
        "Make one": f"{prefect}/deployments  ({DEPLOYMENT}: Run, Custom run)",
        "PostgreSQL": _place(addresses.database_url),
        "Redis": _place(addresses.redis_url),
        "Media": settings().media_url,
        "Logs": str(settings().reelflow_home / "logs"),
    }
    width = max(map(len, lines)) + 2
    return "\n".join(f"{name:{width}}{where}" for name, where in lines.items()) + (
        "\nCtrl-C stops all of it; what was made stays."
    )


def _taken(url: str, wanted_port: int) -> str:
    # Of a configured server the port is as it should be.
    local = urlsplit(url).hostname == "127.0.0.1"
    return f"  (port {wanted_port} was taken)" if local and urlsplit(url).port != wanted_port else ""


def _place(url: str) -> str:
    """Host and port, without the password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _say(console: Console, line: str) -> None:
    console.print(f"{datetime.now():%H:%M:%S}  {line}", highlight=False, soft_wrap=True, markup=False)
