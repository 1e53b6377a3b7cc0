"""The application with its reader of Redis, a job to follow, and sockets that follow it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
import uvicorn
from sqlalchemy import Engine
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from app import events, generations
from app.accounts import open_session
from app.database import session
from app.main import create_app
from app.requests import GenerationCreate
from app.settings import settings
from stack.shared_process import free_port
from tests.app.waiting import until
from tests.conftest import RedisServer

ANSWERS_WITHIN_S = 60


class Follower:
    """One socket, and what came through it."""

    def __init__(self, socket: Connection) -> None:
        self.socket = socket

    def next(self) -> dict:
        """The next message, a heartbeat apart."""
        while True:
            message = json.loads(self.socket.recv(timeout=ANSWERS_WITHIN_S))
            if message["type"] != "heartbeat":
                return message

    def until(self, wanted: Callable[[dict], bool]) -> list[dict]:
        """The messages up to the first that is wanted, that one included."""
        messages = [self.next()]
        while not wanted(messages[-1]):
            messages.append(self.next())
        return messages

    def rest(self) -> list[dict]:
        """The messages until the server closes."""
        return [message for message in map(json.loads, self.socket) if message["type"] != "heartbeat"]


class _Nothing:
    """In the place of what dispatches: these tests tell the events themselves."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@pytest.fixture
def redis(redis_server: RedisServer, surroundings: pytest.MonkeyPatch) -> RedisServer:
    """A Redis of this test alone, which it may stop."""
    surroundings.setenv("REDIS_URL", redis_server.url)
    settings.cache_clear()
    return redis_server


@pytest.fixture
def url(redis: RedisServer, surroundings: pytest.MonkeyPatch) -> Iterator[str]:
    surroundings.setattr("app.main.Background", _Nothing)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(), port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, name="application")
    thread.start()
    until(lambda: server.started)
    yield f"ws://127.0.0.1:{port}/ws/generations"
    server.should_exit = True
    thread.join()


@pytest.fixture
def job(engine: Engine, redis: RedisServer) -> tuple[UUID, str]:
    """A submitted job, and the token of its session."""
    with session(engine) as db:
        user, token = open_session(db)
        request = GenerationCreate(prompt="A red kettle at dawn", clip_count=3)
        created, _ = generations.submit(db, user.id, request, None)
    events.status_changed(created.id, first=True)
    return created.id, token


@pytest.fixture
def follow(url: str, job: tuple[UUID, str]) -> Callable[..., object]:
    """Follows the job."""
    job_id, token = job

    @contextmanager
    def following(last_sequence: int | None = None) -> Iterator[Follower]:
        query = "" if last_sequence is None else f"?last_sequence={last_sequence}"
        headers = {"Authorization": f"Bearer {token}"}
        with connect(f"{url}/{job_id}{query}", additional_headers=headers) as socket:
            follower = Follower(socket)
            assert follower.next() == {"type": "connected", "generation_id": str(job_id)}
            yield follower

    return following
