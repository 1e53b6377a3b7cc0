"""Crops for another aspect ratio: the subject stays whole, and the crop moves like a camera."""

import numpy as np
import pytest

from media.encoder import FPS
from media.reframe import EVERY, FASTEST, Framing, plan_framing
from media.saliency import Look, Span
from media.timeline import Size

WIDE, TALL, SQUARE = (Size.for_aspect(aspect) for aspect in ("16:9", "9:16", "1:1"))
FRAMES = 120
FLAT = np.full((36, 64), 0.5, np.float32)
AT = [*range(0, FRAMES, EVERY), FRAMES - 1]


def _looks(left: list[float], width: float) -> list[Look]:
    return [Look(FLAT, Span(at, 0.3, at + width, 0.7)) for at in left]


def _crossing(start: float, end: float) -> list[float]:
    return [start + (end - start) * frame / (FRAMES - 1) for frame in AT]


def _kept(framing: Framing, left: list[float], width: float, side: int) -> bool:
    return all(
        framing.offsets[frame] <= at * side + 1e-6
        and (at + width) * side <= framing.offsets[frame] + framing.window + 1e-6
        for frame, at in zip(AT, left, strict=True)
    )


@pytest.mark.parametrize(
    ("left", "width", "still", "padded"),
    [
        ([0.0] * len(AT), 0.2, True, False),
        ([0.8] * len(AT), 0.2, True, False),
        ([0.4, 0.42] * 12 + [0.41], 0.2, True, False),
        (_crossing(0.05, 0.75), 0.15, False, False),
        (_crossing(0.75, 0.05), 0.15, False, False),
        ([0.05] * len(AT), 0.9, True, True),
        ([0.0] * 12 + [0.85] * 13, 0.15, True, True),
    ],
    ids=["left edge", "right edge", "trembling", "to the right", "to the left", "too wide", "leaping"],
)
def test_the_subject_stays_in_the_crop(left: list[float], width: float, *, still: bool, padded: bool) -> None:
    framing = plan_framing(_looks(left, width), FRAMES, WIDE, TALL)
    assert (framing.still, framing.padded) == (still, padded)
    assert len(framing.offsets) == FRAMES
    assert _kept(framing, left, width, WIDE.width)
    assert min(framing.offsets) >= 0
    assert max(framing.offsets) + framing.window <= WIDE.width
    if still:
        assert framing.offsets[0] % 2 == framing.window % 2 == 0


def test_a_crop_that_follows_moves_evenly() -> None:
    trembling = [at + (0.01 if n % 2 else -0.01) for n, at in enumerate(_crossing(0.05, 0.75))]
    framing = plan_framing(_looks(trembling, 0.15), FRAMES, WIDE, TALL)
    speed = np.diff(framing.offsets)
    assert not framing.padded
    assert np.abs(speed).max() <= FASTEST * WIDE.width / FPS + 1e-6
    # Half a pixel from one frame to the next, more or less or back, is not seen.
    assert np.abs(np.diff(speed)).max() < 0.5
    assert speed.min() > -0.5


@pytest.mark.parametrize(
    ("source", "target", "along", "window"),
    [
        (WIDE, TALL, "x", 404),
        (WIDE, SQUARE, "x", 720),
        (TALL, WIDE, "y", 404),
        (TALL, SQUARE, "y", 720),
        (SQUARE, WIDE, "y", 404),
        (SQUARE, TALL, "x", 404),
    ],
)
def test_one_side_is_kept_whole(source: Size, target: Size, along: str, window: int) -> None:
    looks = [Look(FLAT, Span(0.4, 0.4, 0.5, 0.5))] * len(AT)
    framing = plan_framing(looks, FRAMES, source, target)
    assert (framing.along, framing.window, framing.padded) == (along, window, False)


def test_where_nothing_is_a_subject_the_busiest_part_is_shown() -> None:
    busy = np.zeros((36, 64), np.float32)
    busy[:, 50:60] = 1
    framing = plan_framing([Look(busy, None)] * len(AT), FRAMES, WIDE, TALL)
    assert framing.still
    assert framing.offsets[0] <= 50 * 20
    assert framing.offsets[0] + framing.window >= 60 * 20


def test_one_mistaken_look_does_not_pull_the_crop() -> None:
    left = [0.4] * len(AT)
    steady = plan_framing(_looks(left, 0.2), FRAMES, WIDE, TALL)
    assert plan_framing(_looks([*left[:7], 0.0, *left[8:]], 0.2), FRAMES, WIDE, TALL) == steady
