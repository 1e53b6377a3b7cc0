"""A film ordered, made and downloaded through the whole product, as verification does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks.api import Api
from tests.whole import Stack, whole_product

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with whole_product() as running:
        yield running


async def test_the_product_passes(stack: Stack, tmp_path: Path) -> None:
    api = Api(url=stack.url)
    assert (await api.health()).status == "healthy"
    detailed = await api.detailed_health()
    assert detailed.status in ("healthy", "degraded")
    assert detailed.checks["database"]["status"] == "ok"

    seen: list[tuple[str, int]] = []
    film = await api.film(
        tmp_path, deadline_s=600, on_progress=lambda status, done: seen.append((status, done))
    )
    assert film.file.stat().st_size == film.size_bytes
    assert (film.probe.frames, film.probe.width, film.probe.height) == (450, 720, 720)
    assert film.probe.audio_codec == "aac"
    assert seen[-1] == ("completed", 100)
