"""A real server process is told to stop in the middle of its work."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from stack.shared_process import free_port
from tests.app.black_hole import BlackHole, socket_of, through
from tests.app.files import png
from tests.app.waiting import until

STOPS_WITHIN_S = 60


class Served:
    """A server process and a client with a session."""

    def __init__(self, environment: dict[str, str], *, grace_s: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c"),
                f"from app.server import serve; serve(host='127.0.0.1', port={self.port}, grace_s={grace_s})",
            ],
            env=os.environ | environment | {"LOG_FORMAT": "json"},
            cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE,
            text=True,
        )
        until(self.answers, within_s=60)
        self.token = httpx.post(f"{self.url}/api/v1/sessions").raise_for_status().json()["token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health").is_success
        except httpx.TransportError:
            return False

    def in_flight(self) -> int:
        """How many requests are being answered, but for the one that asks."""
        lines = httpx.get(f"{self.url}/metrics").text.splitlines()
        [line] = [line for line in lines if line.startswith("reelflow_http_requests_in_flight ")]
        return int(float(line.split()[1])) - 1

    def terminate(self) -> None:
        """Sends SIGTERM and returns when nobody listens any more."""
        self.process.send_signal(signal.SIGTERM)

        def refused() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) != 0

        until(refused)

    def log(self) -> list[dict[str, Any]]:
        """What it logged, once it has ended."""
        _, printed = self.process.communicate(timeout=STOPS_WITHIN_S)
        return [json.loads(line) for line in printed.splitlines()]


@pytest.fixture
def serve(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "MEDIA_URL": (tmp_path / "media").as_uri(),
        "REELFLOW_HOME": str(tmp_path),
        "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api",
        "PREFECT_HOME": str(tmp_path / "prefect"),
    }

    def start(grace_s: int = 30, **changed: str) -> Served:
        started.append(Served(environment | changed, grace_s=grace_s))
        return started[-1]

    yield start
    for server in started:
        server.process.kill()
        server.process.communicate()


def test_what_is_in_flight_is_finished(serve: Callable[..., Served]) -> None:
    server = serve()
    film = httpx.post(
        f"{server.url}/api/v1/generations", headers=server.headers, json={"prompt": "A red kettle at dawn"}
    ).raise_for_status()
    address = f"ws://127.0.0.1:{server.port}/ws/generations/{film.json()['id']}"
    with connect(address, additional_headers=server.headers) as follower:
        assert json.loads(follower.recv())["type"] == "connected"
        upload = _begin_upload(server)
        until(lambda: server.in_flight() == 1)
        server.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            _read_on(follower)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
    assert server.process.poll() is None
    answer = upload()
    assert (answer.status, answer.headers["X-Request-ID"]) == (201, "the-upload")
    lines = server.log()
    assert server.process.returncode == 0
    [logged] = [line for line in lines if line.get("request_id") == "the-upload"]
    assert (logged["event"], logged["path"], logged["status"]) == ("request", "/api/v1/assets", 201)
    assert logged["session_id"]
    assert server.token not in json.dumps(lines)


def test_what_waits_for_a_server_that_swallows_everything_is_left(
    serve: Callable[..., Served], database_url: str
) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    hole = BlackHole(socket_of(database_url))
    port = asyncio.run_coroutine_threadsafe(hole.__aenter__(), loop).result()
    try:
        server = serve(grace_s=1, DATABASE_URL=through(port, database_url))
        loop.call_soon_threadsafe(hole.swallow.set)
        waiting = threading.Thread(target=_ask_for_films, args=(server,))
        waiting.start()
        until(lambda: server.in_flight() == 1)
        server.terminate()
        lines = server.log()
        assert server.process.returncode == 0
        assert "threads left behind" in [line["event"] for line in lines]
        waiting.join()
    finally:
        asyncio.run_coroutine_threadsafe(hole.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _ask_for_films(server: Served) -> None:
    # It is broken off before or after there is an answer, which can only be an error.
    with suppress(httpx.TransportError):
        answer = httpx.get(f"{server.url}/api/v1/generations", headers=server.headers, timeout=STOPS_WITHIN_S)
        assert answer.is_error


def _read_on(follower: Connection) -> None:
    while True:
        follower.recv(timeout=STOPS_WITHIN_S)


def _begin_upload(server: Served) -> Callable[[], http.client.HTTPResponse]:
    """Sends half of an upload; what it returns sends the rest and gives the answer."""
    body = httpx.Request("POST", server.url, files={"file": ("a.png", png())}, data={"kind": "image"})
    content = body.read()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=STOPS_WITHIN_S)
    connection.putrequest("POST", "/api/v1/assets")
    for name in ("Content-Type", "Content-Length"):
        connection.putheader(name, body.headers[name])
    connection.putheader("Authorization", server.headers["Authorization"])
    connection.putheader("X-Request-ID", "the-upload")
    connection.endheaders(content[: len(content) // 2])

    def finish() -> http.client.HTTPResponse:
        connection.send(content[len(content) // 2 :])
        return connection.getresponse()

    return finish
