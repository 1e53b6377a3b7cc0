"""Beside a film lie its preview, and its captions and stream where they were asked for."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest
from PIL import Image

from app import storage_keys
from blocks.media_store import DirectoryMediaStore
from flows.generation.composition import Film
from flows.generation.deliveries import Deliveries, deliver
from flows.generation.production import Production
from media.encoder import run
from media.timeline import Cue, Shot, Size, Subtitles, Timeline

VERSION = UUID(int=7)
SUBTITLES = Subtitles(language="eng", cues=(Cue(text="Hello", start=30, frames=60),))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=128x72:r=30:d=5", "-f", "lavfi", "-i", "sine=r=48000:d=5"]
    run([*source, "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path)], deadline_s=60)
    return path


@pytest.mark.parametrize(("subtitles", "hls"), [(None, False), (SUBTITLES, False), (SUBTITLES, True)])
def test_what_was_asked_for_is_stored_and_nothing_else(
    video: Path, tmp_path: Path, subtitles: Subtitles | None, *, hls: bool
) -> None:
    store = DirectoryMediaStore(root=tmp_path / "media")
    (tmp_path / "work").mkdir()
    film = SimpleNamespace(
        workdir=tmp_path / "work", store=store, request=SimpleNamespace(hls=hls), cancel=threading.Event()
    )
    shots = tuple(Shot(clip=name, address=name, frames=75) for name in "ab")
    timeline = Timeline(size=Size(width=128, height=72), shots=shots, subtitles=subtitles)
    made = SimpleNamespace(version_id=VERSION, video=video, timeline=timeline)
    # Twice, as after a fault that passed.
    first, told = (deliver(cast(Production, film), cast(Film, made)) for _ in range(2))
    assert (
        first
        == told
        == Deliveries(
            storage_keys.preview_key(VERSION),
            storage_keys.captions_key(VERSION) if subtitles else None,
            storage_keys.stream_key(VERSION) if hls else None,
        )
    )
    stored = {found.key.removeprefix(storage_keys.composition_prefix(VERSION)) for found in store.list()}
    assert "preview.webp" in stored
    assert ("captions.vtt" in stored) == (subtitles is not None)
    assert ({"hls/master.m3u8", "hls/film.m3u8", "hls/init.mp4", "hls/segment_000.m4s"} <= stored) == hls
    with Image.open(io.BytesIO(store.get_bytes(told.preview_key))) as picture:
        assert (picture.format, getattr(picture, "n_frames", 1)) == ("WEBP", 18)
