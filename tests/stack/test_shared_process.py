"""A shared process starts once, outlives its first user, survives a killed one and ends with the last."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from stack.processes import free_port
from stack.shared_process import ServiceFailed, SharedProcess

USER = """
import sys
from pathlib import Path
from tests.stack.test_shared_process import web_server
endpoint = web_server(Path(sys.argv[1])).acquire()
print(endpoint.pid, endpoint.port, flush=True)
sys.stdin.read()
web_server(Path(sys.argv[1])).release()
"""


def web_server(
    home: Path, *, program: str = "http.server", deadline_s: float = 20.0, preferred_port: int = 0
) -> SharedProcess:
    return SharedProcess(
        preferred_port=preferred_port,
        name="web",
        home=home,
        command=lambda port: [sys.executable, "-m", program, "--bind", "127.0.0.1", str(port)],
        ready=_answers,
        deadline_s=deadline_s,
    )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False


def other_user(home: Path) -> tuple[subprocess.Popen[str], int]:
    """Another process that holds a lease until its standard input is closed; and the service's pid."""
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert user.stdout
    return user, int(user.stdout.readline().split()[0])


def test_users_share_one_process_and_the_last_one_stops_it(tmp_path: Path) -> None:
    other, pid = other_user(tmp_path)
    service = web_server(tmp_path)
    assert service.acquire().pid == pid
    service.release()
    assert psutil.pid_exists(pid), "stopped while another user holds a lease"
    other.communicate()
    assert other.returncode == 0
    assert not psutil.pid_exists(pid)
    assert service.running() is None


def test_a_killed_users_lease_is_nobodys(tmp_path: Path) -> None:
    other, pid = other_user(tmp_path)
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert psutil.pid_exists(pid)
    service = web_server(tmp_path)
    assert service.acquire().pid == pid, "a running service is used again"
    service.release()
    assert not psutil.pid_exists(pid)


def test_a_service_that_was_killed_is_started_again(tmp_path: Path) -> None:
    service = web_server(tmp_path)
    first = service.acquire()
    os.kill(first.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(first.pid)], timeout=5)
    second = service.acquire()
    assert second.pid != first.pid
    assert _answers(second.port)
    service.release()


def test_a_service_that_ends_while_starting_is_reported_with_its_last_words(tmp_path: Path) -> None:
    service = web_server(tmp_path, program="no_such_module")
    with pytest.raises(ServiceFailed, match="No module named no_such_module"):
        service.acquire()
    assert service.running() is None
    assert not list((tmp_path / "run" / "web.leases").iterdir())


def test_stop_takes_it_from_its_users(tmp_path: Path) -> None:
    service = web_server(tmp_path)
    endpoint = service.acquire()
    service.stop()
    assert not psutil.pid_exists(endpoint.pid)


def test_the_preferred_port_is_taken_only_when_free() -> None:
    port = free_port()
    assert free_port(port) == port
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        assert free_port(port) != port


def test_two_that_want_the_same_port_at_once_get_one_each(tmp_path: Path) -> None:
    port = free_port()
    services = [web_server(tmp_path / str(n), preferred_port=port) for n in range(3)]
    with ThreadPoolExecutor() as pool:
        endpoints = list(pool.map(SharedProcess.acquire, services))
    assert len({endpoint.port for endpoint in endpoints}) == 3
    assert all(endpoint.listens() for endpoint in endpoints)
    for service in services:
        service.release()
