"""The application over a real database, and a session in it that has a finished film."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import settings
from tests.app.editing.films import Film, finished_film


@pytest.fixture
def client(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, redis_url: str
) -> Iterator[TestClient]:
    """A client without a session. Its application runs nothing beside requests."""
    for name, value in {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "MEDIA_URL": (tmp_path / "media").as_uri(),
        "REELFLOW_HOME": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield TestClient(create_app(), raise_server_exceptions=False)
    settings.cache_clear()


@pytest.fixture
def sign_in(client: TestClient) -> Callable[[], TestClient]:
    """Opens a session and gives a client that has it."""

    def opened() -> TestClient:
        token = client.post("/api/v1/sessions").raise_for_status().json()["token"]
        return TestClient(
            client.app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {token}"}
        )

    return opened


@pytest.fixture
def user(sign_in: Callable[[], TestClient]) -> TestClient:
    return sign_in()


@pytest.fixture
def film(user: TestClient) -> Film:
    """The user's film: three clips of an ad, over a score, in its first version."""
    return finished_film(user)
