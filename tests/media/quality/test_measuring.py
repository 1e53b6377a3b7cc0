"""Clips that are broken in one way each are measured as just that."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from media.encoder import encode_frames
from media.quality.measures import Measures
from media.quality.measuring import measure
from media.quality.thresholds import Thresholds
from media.quality.verdict import Wanted, judge
from media.timeline import Size
from media.typography import Face

SIZE = Size(width=640, height=360)
FRAMES = 30
PALETTE = ("#2f6fb0",)
Change = Callable[[NDArray[np.uint8], int], NDArray[np.uint8]]


def scene(change: Change = lambda picture, _: picture, frames: int = FRAMES) -> Iterator[NDArray[np.uint8]]:
    """BGR frames: a sky in the palette's blue over a dark ground, a few trees, a slow pan."""
    wide = np.empty((SIZE.height, SIZE.width + 200, 3), np.uint8)
    wide[:] = (176, 111, 47)
    wide[240:] = (40, 36, 30)
    for tree in range(24, wide.shape[1], 60):
        cv2.fillPoly(wide, [np.array([[tree, 150], [tree - 20, 250], [tree + 20, 250]])], (60, 44, 30))
    for number in range(frames):
        yield change(wide[:, number : number + SIZE.width].copy(), number)


def clip_of(frames: Iterator[NDArray[np.uint8]], folder: Path) -> Path:
    path = folder / "clip.mp4"
    encode_frames(frames, width=SIZE.width, height=SIZE.height, destination=path)
    return path


def faults(measures: Measures, frames: int = FRAMES) -> list[str]:
    wanted = Wanted(frames=frames, width=SIZE.width, height=SIZE.height)
    return [fault.name for fault in judge(measures, wanted, Thresholds()).faults]


def black(picture: NDArray[np.uint8], _: int) -> NDArray[np.uint8]:
    return picture // 12


def blurred(picture: NDArray[np.uint8], _: int) -> NDArray[np.uint8]:
    return cv2.GaussianBlur(picture, (0, 0), 6).astype(np.uint8)


def off_palette(picture: NDArray[np.uint8], _: int) -> NDArray[np.uint8]:
    return np.roll(picture, 1, axis=2)


def lettered(picture: NDArray[np.uint8], _: int) -> NDArray[np.uint8]:
    page = Image.fromarray(picture)
    Face("Bold", 64).draw(ImageDraw.Draw(page), 120, 120, "Sale now", (255, 255, 255))
    return np.asarray(page)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda picture, _: picture, []),
        (black, ["black"]),
        (blurred, ["blurred"]),
        (off_palette, ["off_palette"]),
        (lettered, ["lettered"]),
    ],
)
def test_each_fault_is_found(change: Change, found: list[str], tmp_path: Path) -> None:
    measured = measure(clip_of(scene(change), tmp_path), PALETTE)
    assert faults(measured) == found


def test_a_picture_that_stands_is_frozen_and_a_slow_one_is_not(tmp_path: Path) -> None:
    first = next(scene())
    frozen = measure(clip_of(iter([first] * 60), tmp_path), letters=False)
    assert faults(frozen, 60) == ["frozen"]
    slow = measure(clip_of(scene(frames=60), tmp_path), letters=False)
    assert (slow.frozen, faults(slow, 60)) == (0, [])


def test_one_colour_is_nothing_to_see(tmp_path: Path) -> None:
    grey = np.full((SIZE.height, SIZE.width, 3), 120, np.uint8)
    assert "blank" in faults(measure(clip_of(iter([grey] * FRAMES), tmp_path), letters=False))


def test_a_short_one_is_short(tmp_path: Path) -> None:
    measured = measure(clip_of(scene(frames=12), tmp_path), letters=False)
    assert (measured.frames, faults(measured)) == (12, ["short"])


def test_damage_is_counted(tmp_path: Path) -> None:
    path = clip_of(scene(), tmp_path)
    whole = path.read_bytes()
    media = whole.index(b"mdat") + 4
    # Past the first frame's headers, so that a decoder starts and stumbles.
    path.write_bytes(whole[: media + 6000] + bytes(len(whole) - media - 6000))
    measured = measure(path, letters=False)
    assert measured.decode_errors
    assert faults(measured) == ["corrupt"]


def test_a_file_that_is_no_video_has_no_frames(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"<html>Not found</html>")
    measured = measure(path)
    assert (measured.frames, faults(measured)) == (0, ["corrupt"])
