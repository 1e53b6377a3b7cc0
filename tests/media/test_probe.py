"""The probe sees what is wrong with a file, and says all of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from media.encoder import run
from media.errors import ProbeFailed
from media.probe import Expectation, probe, verify
from tests.media.films import SIZE

RIGHT = Expectation(frames=60, width=SIZE.width, height=SIZE.height, audio=False)


def test_a_house_clip_is_as_expected(clips: dict[str, Path]) -> None:
    verify(probe(clips["red"]), RIGHT)


def test_every_difference_is_named(clips: dict[str, Path]) -> None:
    found = replace(probe(clips["red"]), frames=59, monotonic=False, colour=("unknown",) * 4, decode_errors=2)
    with pytest.raises(ProbeFailed, match=r"frames is 59, not 60.*colour.*monotonic.*decode errors is 2"):
        verify(found, RIGHT)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["-pix_fmt", "yuv444p"], "pixel format"),
        (["-r", "25"], "frames per second"),
        (["-pix_fmt", "yuv420p", "-profile:v", "baseline"], "profile"),
        (["-pix_fmt", "yuv420p", "-vf", "scale=128:72"], "width"),
        (["-pix_fmt", "yuv420p", "-movflags", "0"], "faststart"),
        (["-c:v", "mpeg4"], "codec"),
    ],
)
def test_foreign_encodings_are_seen(
    clips: dict[str, Path], tmp_path: Path, options: list[str], named: str
) -> None:
    foreign = tmp_path / "foreign.mp4"
    run(["-i", str(clips["red"]), "-c:v", "libx264", *options, str(foreign)], deadline_s=60)
    with pytest.raises(ProbeFailed, match=named):
        verify(probe(foreign), RIGHT)


def test_damaged_packets_are_decode_errors(clips: dict[str, Path], tmp_path: Path) -> None:
    content = bytearray(clips["red"].read_bytes())
    start = content.index(b"mdat") + len(content) // 3
    content[start : start + 400] = b"\xff" * 400
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(content)
    assert probe(damaged).decode_errors > 0
