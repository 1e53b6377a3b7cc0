"""Clips with a known subject in another aspect ratio: it is found, and stays whole."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from media.encoder import encode_frames
from media.frames import frames_at
from media.probe import probe
from media.reframe import EVERY, plan_framing
from media.reframing import reframe
from media.saliency import look
from media.timeline import Size
from tests.media.subjects import HEIGHT, WIDTH, picture

SOURCE = Size(width=WIDTH, height=HEIGHT)
TARGETS = {"9:16": Size(width=360, height=640), "1:1": Size(width=360, height=360)}
FRAMES = 61

CASES: dict[str, tuple[Callable[[float], list[float]], int]] = {
    "left edge": (lambda at: [0.0], 0),
    "right edge": (lambda at: [0.82], 0),
    "beside the middle": (lambda at: [0.6], 0),
    "moving across": (lambda at: [0.05 + 0.7 * at], 0),
    "camera moving on": (lambda at: [0.3], 4),
    "two, near": (lambda at: [0.1, 0.32], 0),
    "two, far apart": (lambda at: [0.04, 0.78], 0),
    "two, one leaving": (lambda at: [0.4, 0.6 + 0.2 * at], 0),
}

# Where no window of the target's shape holds what is to be kept.
PADDED = {
    ("two, near", "9:16"),
    ("two, one leaving", "9:16"),
    ("two, far apart", "9:16"),
    ("two, far apart", "1:1"),
    ("two, one leaving", "1:1"),
}


@pytest.mark.parametrize("aspect", TARGETS)
@pytest.mark.parametrize("case", CASES)
def test_the_subject_is_never_cut_off(case: str, aspect: str) -> None:
    lefts, pan = CASES[case]
    numbers = range(0, FRAMES, EVERY)
    looks = look([picture(lefts(n / (FRAMES - 1)), pan=pan * n // EVERY) for n in numbers])
    framing = plan_framing(looks, FRAMES, SOURCE, TARGETS[aspect])
    for number, offset in enumerate(framing.offsets):
        inside = lefts(number / (FRAMES - 1))
        # A pixel at each end: pictures are looked at in a third of their size.
        assert offset <= min(inside) * WIDTH + 1
        assert (max(inside) + 0.18) * WIDTH <= offset + framing.window + 1
    assert framing.padded is ((case, aspect) in PADDED)


def test_a_texture_has_no_subject() -> None:
    assert [each.subject for each in look([picture([])] * 2)] == [None, None]


@pytest.mark.parametrize(("lefts", "padded"), [([0.75], False), ([0.04, 0.78], True)])
def test_a_clip_is_a_clip_again(lefts: list[float], padded: bool, tmp_path: Path) -> None:
    source, made = tmp_path / "clip.mp4", tmp_path / "tall.mp4"
    shown = cv2.cvtColor(picture(lefts), cv2.COLOR_RGB2BGR)
    encode_frames([shown] * 12, width=WIDTH, height=HEIGHT, destination=source)
    framing = reframe(source, made, target=TARGETS["9:16"], keyframes=(6,))
    found = probe(made)
    assert framing.padded is padded
    assert (found.frames, found.width, found.height, found.keyframes) == (12, 360, 640, (0, 6))
    # All of each subject's red is there, and in the size that the crop gives it.
    (tall,) = frames_at(made, [6])
    red = (tall[..., 0].astype(int) - tall[..., 2] > 90).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], red.astype(int), [0]])))
    scale = TARGETS["9:16"].width / framing.window
    wanted = [(at * WIDTH - framing.offsets[6]) * scale for left in lefts for at in (left, left + 0.18)]
    assert edges == pytest.approx(wanted, abs=3)
