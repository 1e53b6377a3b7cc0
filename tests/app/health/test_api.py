"""What a load balancer and an operator are answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prefect.settings import PREFECT_API_URL, temporary_settings

from app.main import create_app
from stack.shared_process import free_port
from tests.app.health.conftest import Configure


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Without the application's life: nothing runs beside the requests."""
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}):
        yield TestClient(create_app())


def test_health_needs_nothing(client: TestClient, configure: Configure) -> None:
    configure(database_url=f"postgresql://127.0.0.1:{free_port()}/none")
    answer = client.get("/health")
    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "timestamp", "version"}
    assert answer.json()["status"] == "healthy"


def test_a_part_that_can_wait_degrades(
    client: TestClient, configure: Configure, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    configure(database_url=database_url, redis_url=redis_url, media_url=(tmp_path / "media").as_uri())
    answer = client.get("/health/detailed")
    found = answer.json()
    assert (answer.status_code, found["status"]) == (200, "degraded")
    assert {name: check["status"] for name, check in found["checks"].items()} == {
        "database": "ok",
        "migrations": "ok",
        "redis": "ok",
        "s3": "ok",
        "prefect": "failed",
        "replicate_api": "skipped",
    }
    assert found["checks"]["prefect"]["remedy"]
    assert "127.0.0.1" not in answer.text


def test_without_a_vital_part_it_is_unhealthy(client: TestClient, configure: Configure) -> None:
    configure(database_url=f"postgresql://me:c4nary@127.0.0.1:{free_port()}/none")
    answer = client.get("/health/detailed")
    assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "c4nary" not in answer.text
    assert "127.0.0.1" not in answer.text
