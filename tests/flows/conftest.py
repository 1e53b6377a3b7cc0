"""A film whose clips are ordered and judged on a real database, and clips that are broken in one way each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.settings import settings
from tests.flows.gated import film_of_three
from tests.media.quality.test_measuring import FRAMES, black, blurred, clip_of, scene


@pytest.fixture
def film(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """As much of a `Production` as clips need."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("MEDIA_URL", (tmp_path / "media").as_uri())
    settings.cache_clear()
    yield film_of_three(tmp_path / "work")
    settings.cache_clear()


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A clip as it should be (`good`), and some that are not."""
    ways = {"good": lambda picture, _: picture, "black": black, "blurred": blurred}
    made = {name: clip_of(scene(change), tmp_path_factory.mktemp(name)) for name, change in ways.items()}
    corrupt = tmp_path_factory.mktemp("corrupt") / "clip.mp4"
    corrupt.write_bytes(made["good"].read_bytes()[:900])
    first = np.ascontiguousarray(next(scene()))
    worse = clip_of(iter([blurred(first, 0)] * FRAMES), tmp_path_factory.mktemp("worse"))
    return made | {"corrupt": corrupt, "worse": worse}
