"""What dies is started again where its users look for it; what dies in vain is given up."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stack import supervisor
from stack.shared_process import ServiceFailed, ServiceStopped, SharedProcess
from stack.supervisor import GIVEN_UP_AFTER, LONGEST_PAUSE_S, pause_after, supervise
from tests.stack.test_shared_process import web_server


class Lines:
    """What the supervisor says; each line can be waited for."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._news = threading.Condition()

    def __call__(self, line: str) -> None:
        with self._news:
            self.said.append(line)
            self._news.notify_all()

    def wait_for(self, text: str) -> None:
        with self._news:
            assert self._news.wait_for(lambda: any(text in line for line in self.said), timeout=60), self.said


@pytest.fixture
def supervised() -> Iterator[Callable[[SharedProcess], tuple[Lines, list[ServiceFailed]]]]:
    """Supervises a service in a thread that ends with the service, and what it ends with."""
    watched: list[tuple[SharedProcess, threading.Thread]] = []

    def start(service: SharedProcess) -> tuple[Lines, list[ServiceFailed]]:
        lines, ends = Lines(), list[ServiceFailed]()

        def run() -> None:
            try:
                supervise([service], lines)
            except ServiceFailed as failed:
                ends.append(failed)
                lines("over")

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        watched.append((service, thread))
        return lines, ends

    yield start
    for service, thread in watched:
        service.stop()
        thread.join(30)
        assert not thread.is_alive(), "it watches on although its service was stopped"


def kill(service: SharedProcess) -> None:
    endpoint = service.running()
    assert endpoint
    process = psutil.Process(endpoint.pid)
    process.kill()
    psutil.wait_procs([process], timeout=10)


@pytest.mark.parametrize(
    ("quick_deaths", "pause"),
    [(0, 0.0), (1, 0.5), (2, 1.0), (3, 2.0), (GIVEN_UP_AFTER - 1, 8.0), (GIVEN_UP_AFTER, None)],
)
def test_each_quick_death_doubles_the_pause_until_it_is_in_vain(
    quick_deaths: int, pause: float | None
) -> None:
    assert pause_after(quick_deaths) == pause
    assert pause is None or pause <= LONGEST_PAUSE_S


def test_what_was_killed_runs_again_on_its_port(tmp_path: Path, supervised: Callable) -> None:
    service = web_server(tmp_path)
    before = service.acquire()
    lines, _ = supervised(service)
    kill(service)
    lines.wait_for(f"web runs again on port {before.port}")
    after = service.running()
    assert after
    assert after.pid != before.pid
    assert after.port == before.port


def test_a_port_that_somebody_took_meanwhile_is_waited_for(tmp_path: Path, supervised: Callable) -> None:
    service = web_server(tmp_path)
    port = service.acquire().port
    kill(service)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        lines, _ = supervised(service)
        lines.wait_for("is held by another program")
    lines.wait_for(f"web runs again on port {port}")


def test_what_dies_again_and_again_is_given_up_with_its_last_words(
    tmp_path: Path, supervised: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.01)
    once = tmp_path / "once"
    program = (
        f"import pathlib, runpy; pathlib.Path({str(once)!r}).touch(exist_ok=False); "
        "runpy.run_module('http.server', run_name='__main__')"
    )
    service = SharedProcess(
        name="web",
        home=tmp_path,
        command=lambda port: [sys.executable, "-c", program, "--bind", "127.0.0.1", str(port)],
        ready=lambda port: True,
    )
    service.acquire()
    lines, ends = supervised(service)
    kill(service)
    lines.wait_for("over")
    assert f"ended {GIVEN_UP_AFTER} times right after its start" in str(ends[0])
    assert "FileExistsError" in str(ends[0])


def test_what_was_stopped_on_purpose_is_left_alone(tmp_path: Path, supervised: Callable) -> None:
    service = web_server(tmp_path)
    service.acquire()
    lines, ends = supervised(service)
    service.stop()
    lines.wait_for("over")
    assert isinstance(ends[0], ServiceStopped)
    assert service.running() is None


def test_another_user_finds_a_killed_service_on_the_port_that_the_first_one_knows(tmp_path: Path) -> None:
    service = web_server(tmp_path)
    before = service.acquire()
    os.kill(before.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(before.pid)], timeout=10)
    assert web_server(tmp_path).acquire().port == before.port
    service.stop()


def test_what_a_killed_service_left_behind_ends_with_it(tmp_path: Path) -> None:
    program = (
        "import runpy, subprocess, sys; "
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True); "
        "runpy.run_module('http.server', run_name='__main__')"
    )
    service = SharedProcess(
        name="web",
        home=tmp_path,
        command=lambda port: [sys.executable, "-c", program, "--bind", "127.0.0.1", str(port)],
        ready=lambda port: True,
    )
    [left] = psutil.Process(service.acquire().pid).children()
    kill(service)
    assert left.is_running()
    service.stop()
    assert not left.is_running()
