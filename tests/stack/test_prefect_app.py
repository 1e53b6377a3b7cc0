"""Prefect's server on SQLite: a busy database is asked again before anybody is told, and blocks nobody."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from stack import prefect_app


class Locked(Exception):
    """Answered with 503 by the server's handler, as a locked SQLite file is."""


class Server:
    """A server whose database is busy for the first `busy` requests, and which then repeats the body."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.asked = 0
        self.app = Starlette(
            routes=[Route("/runs", self.answer, methods=["GET", "POST"])],
            exception_handlers={Exception: self.tell},
        )

    async def answer(self, request: Request) -> PlainTextResponse:
        self.asked += 1
        body = await request.body()
        if self.asked <= self.busy:
            raise Locked
        return PlainTextResponse(body, 201)

    async def tell(self, request: Request, error: Exception) -> PlainTextResponse:
        assert isinstance(error, Locked)
        return PlainTextResponse("Service Unavailable", 503)


async def _sent(app: ASGIApp, method: str = "POST") -> httpx.Response:
    async def body():  # in parts, as a large one arrives
        for part in (b"a red ", b"kettle"):
            yield part

    # A server answers with 503 what the handler told, and raises the error for its log as well.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://prefect") as client:
        return await client.request(method, "/runs", content=body() if method == "POST" else None)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_app, "AGAIN_AFTER_S", 0)


@pytest.mark.anyio
@pytest.mark.parametrize("busy", [0, 1, 7])
async def test_a_busy_database_is_tried_again_with_the_whole_body(busy: int) -> None:
    server = Server(busy)
    answer = await _sent(prefect_app.patient(server.app))
    assert (answer.status_code, answer.text, server.asked) == (201, "a red kettle", busy + 1)


@pytest.mark.anyio
async def test_many_that_find_it_busy_are_all_answered() -> None:
    server = Server(busy=20)
    app = prefect_app.patient(server.app)
    answers = await asyncio.gather(*(_sent(app) for _ in range(10)))
    assert [answer.status_code for answer in answers] == [201] * 10
    assert server.asked == 30


@pytest.mark.anyio
async def test_one_that_stays_busy_is_told_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_app, "TRIES_AGAIN", 3)
    server = Server(busy=1000)
    answer = await _sent(prefect_app.patient(server.app))
    assert (answer.status_code, answer.text, server.asked) == (503, "Service Unavailable", 5)


@pytest.mark.anyio
async def test_what_only_reads_is_answered_as_it_is() -> None:
    server = Server(busy=1)
    answer = await _sent(prefect_app.patient(server.app), "GET")
    assert (answer.status_code, server.asked) == (503, 1)


@pytest.mark.anyio
async def test_an_error_of_another_kind_is_raised_to_the_log() -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise ZeroDivisionError

    transport = httpx.ASGITransport(prefect_app.patient(broken))
    async with httpx.AsyncClient(transport=transport, base_url="http://prefect") as client:
        with pytest.raises(ZeroDivisionError):
            await client.post("/runs", content=b"a red kettle")


def test_what_is_left_in_a_cycle_is_freed_by_another_thread() -> None:
    works = """
import gc, threading, weakref
from stack.prefect_app import collect_beside

class Left:
    pass

collect_beside(0.1)
while not gc.get_freeze_count():
    threading.Event().wait(0.05)
freed = threading.Event()
by = []
left = Left()
left.itself = left
weakref.finalize(left, lambda: (by.append(threading.current_thread().name), freed.set()))
del left
for _ in range(100_000):
    Left().itself = Left()
assert freed.wait(30)
assert by == ["garbage"]
"""
    assert subprocess.run([sys.executable, "-c", works]).returncode == 0
