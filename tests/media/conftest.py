"""Clips and music that several tests of the engine share."""

from pathlib import Path

import pytest

from media.encoder import encode_frames, run
from tests.media.films import COLOURS, SIZE, film, numbered


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The five clips of :func:`film`, house-encoded with keyframes where it cuts them."""
    folder, timeline = tmp_path_factory.mktemp("clips"), film()
    for number, shot in enumerate(timeline.shots):
        frames = timeline.clip_frames(number)
        encode_frames(
            numbered(COLOURS[shot.clip], frames),
            width=SIZE.width,
            height=SIZE.height,
            destination=folder / f"{shot.clip}.mp4",
            keyframes=timeline.keyframes(number),
        )
    return {name: folder / f"{name}.mp4" for name in COLOURS}


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Ten seconds of music."""
    music = tmp_path_factory.mktemp("assets") / "music.wav"
    tone = "0.3*sin(220*2*PI*t)*(0.6+0.4*sin(PI*t))+0.1*random(0)"
    run(["-f", "lavfi", "-i", f"aevalsrc='{tone}|{tone}':s=44100:d=10", str(music)], deadline_s=60)
    return {"music": music}
