"""Settings of one test, as if nothing else was configured."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.settings import settings

Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Configure]:
    """Sets settings for this test; what is not set is as if nothing was configured."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "REDIS_URL", "MEDIA_URL", "S3_ENDPOINT_URL", "REPLICATE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def configure(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name.upper(), value)
        settings.cache_clear()

    configure()
    yield configure
    settings.cache_clear()
