"""What was asked, what failed, and by what."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandbox.rehearsal.traffic import traffic
from tests.app.waiting import until


class _Server(ThreadingHTTPServer):
    status = 200


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Answer) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def test_all_is_well(server: _Server) -> None:
    with traffic(f"http://127.0.0.1:{server.server_port}", per_second=200) as counted:
        until(lambda: counted.requests >= 20)
    assert (counted.failed, counted.failures) == (0, {})


def test_what_fails_is_named(server: _Server) -> None:
    with traffic(f"http://127.0.0.1:{server.server_port}", per_second=200) as counted:
        until(lambda: counted.requests >= 5)
        server.status = 503
        until(lambda: counted.failures["503"] >= 5)
    assert counted.failed < counted.requests


def test_nobody_there_is_a_failure_too() -> None:
    with traffic("http://127.0.0.1:1", per_second=100) as counted:
        until(lambda: counted.failures["ConnectError"] >= 5)
    assert counted.failed == counted.requests
