"""The API's page works where there is no CDN, and under a strict policy."""

import re

import pytest
from fastapi.testclient import TestClient

from app.main import create_app


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app())


def test_everything_that_the_page_loads_is_ours(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text)
    assert len(loaded) == 3
    for path in [*loaded, "/openapi.json"]:
        assert path.startswith("/")
        assert client.get(path).status_code == 200


def test_only_the_pages_own_script_may_run(client: TestClient) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert re.search(r"script-src 'self' 'sha256-[^']+';", policy)
    assert "unsafe-eval" not in policy
