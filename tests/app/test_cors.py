"""Pages of other sites: those that are let in, and all others."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import settings

ORIGIN = "https://films.example.com"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("CORS_ORIGINS", f"{ORIGIN}, https://other.example.com")
    settings.cache_clear()
    # Not entered: nothing is to be started beside it.
    yield TestClient(create_app())
    settings.cache_clear()


def _asks(client: TestClient, origin: str) -> dict[str, str]:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key",
    }
    return dict(client.options("/api/v1/generations", headers=headers).headers)


def test_a_configured_origin_may_ask_and_read(client: TestClient) -> None:
    assert _asks(client, ORIGIN)["access-control-allow-origin"] == ORIGIN
    answer = client.get("/health", headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in answer.headers


def test_another_may_not(client: TestClient) -> None:
    assert "access-control-allow-origin" not in _asks(client, "https://elsewhere.example.com")


def test_nobody_may_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CORS_ORIGINS", raising=False)
    settings.cache_clear()
    answer = TestClient(create_app()).get("/health", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers
