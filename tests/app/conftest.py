"""The application over real parts: PostgreSQL, Redis, a media directory, HTTP on loopback."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
import structlog
import uvicorn
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from app import middleware, problems
from app.health import examination
from app.http_heads import BoundedHeads
from app.main import create_app
from app.settings import settings
from stack.shared_process import free_port
from tests.app.waiting import until


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Where the application listens. It follows each test's settings, and runs nothing beside requests."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(),
            port=port,
            http=BoundedHeads,
            log_level="warning",
            lifespan="off",
            access_log=False,
        )
    )
    thread = threading.Thread(target=server.run, name="application")
    thread.start()
    url = f"http://127.0.0.1:{port}"
    until(lambda: server.started)
    yield url
    server.should_exit = True
    thread.join()


@pytest.fixture
def prefect_api(prefect_server_url: str) -> Iterator[str]:
    """The same, for this test's calls to find, without deployments and work pools."""
    with temporary_settings({PREFECT_API_URL: prefect_server_url}):
        yield prefect_server_url
        # Prefect's own client tries again when its server is too busy to answer.
        with get_client(sync_client=True) as client:
            for deployment in client.read_deployments():
                client.delete_deployment(deployment.id)
            for pool in client.read_work_pools():
                client.delete_work_pool(pool.name)


@pytest.fixture
def surroundings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, redis_url: str
) -> Iterator[pytest.MonkeyPatch]:
    """The settings of this test. What is changed in them counts after `settings.cache_clear()`."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("MEDIA_URL", (tmp_path / "media").as_uri())
    monkeypatch.setenv("REELFLOW_HOME", str(tmp_path))
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


@pytest.fixture
def anonymous(surroundings: pytest.MonkeyPatch, server_url: str) -> Iterator[httpx.Client]:
    """A client without a session."""
    with httpx.Client(base_url=server_url, timeout=60) as client:
        yield client


@pytest.fixture
def sign_in(anonymous: httpx.Client, server_url: str) -> Iterator[Callable[[], httpx.Client]]:
    """Opens a session and gives its client."""
    clients: list[httpx.Client] = []

    def opened() -> httpx.Client:
        token = anonymous.post("/api/v1/sessions").raise_for_status().json()["token"]
        clients.append(
            httpx.Client(base_url=server_url, timeout=60, headers={"Authorization": f"Bearer {token}"})
        )
        return clients[-1]

    yield opened
    for client in clients:
        client.close()


@pytest.fixture
def client(sign_in: Callable[[], httpx.Client]) -> httpx.Client:
    """A client with a session."""
    return sign_in()


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Loggers as if nothing had been logged yet: `capture_logs` finds them, and nothing is printed.

    A test before may have had the application configure logging, after which a module keeps its logger.
    """
    configured = structlog.get_config()
    structlog.reset_defaults()
    structlog.configure(processors=[_drop])
    for module in (examination, middleware, problems):
        monkeypatch.setattr(module, "log", structlog.get_logger(module.__name__))
    yield
    structlog.configure(**configured)


def _drop(*_: object) -> NoReturn:
    raise structlog.DropEvent
