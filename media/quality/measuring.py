"""Measures a clip: decoded once, looked at four times a second."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from media.encoder import FPS
from media.errors import SourceRejected
from media.probe import Probe, probe
from media.quality.colour import oklab, palette_distance
from media.quality.measures import Measures
from media.quality.picture import is_black, sharpness, stands_still
from media.quality.style import mean_style, style_of
from media.quality.text import lettering

LONG_SIDE = 640
"""Pixels of what is looked at: sharpness must not depend on the clip's resolution."""
LOOKS_PER_S = 4
MOST_LOOKS = 60
TEXT_LOOKS = 3
_COLOURS = 48

_Value = TypeVar("_Value", np.uint8, np.float32)


def measure(clip: Path, palette: Sequence[str] = (), *, letters: bool = True) -> Measures:
    """Measure a clip as it arrived. A file that can't be read at all is a clip without frames.

    Args:
        palette: ``#rrggbb`` colours that it should keep to.
        letters: whether to look for letters, which takes longest.
    """
    started = time.perf_counter()
    looks = _Looks(*_pace(clip))
    try:
        found = probe(clip, on_picture=looks.take)
    except SourceRejected:
        found = None
    colours = looks.colours()
    return Measures(
        decode_errors=found.decode_errors if found else 1,
        frames=_film_frames(found) if found else 0,
        width=found.width if found else 0,
        height=found.height if found else 0,
        black=_share(looks.black),
        frozen=_share(looks.still),
        sharpness=max((value for value in looks.sharp if value is not None), default=None),
        palette_distance=palette_distance(colours, palette) if len(colours) else None,
        lettering=max(map(lettering, looks.for_text()), default=None) if letters else None,
        style=mean_style(looks.styles),
        milliseconds=(time.perf_counter() - started) * 1000,
    )


def _pace(clip: Path) -> tuple[int, int]:
    """Every how many frames to look, and after how many looks to stop, whatever the file says of itself."""
    try:
        told = probe(clip, decode=False)
    except SourceRejected:
        return 1, 0
    rate = told.fps or FPS
    return max(1, round(rate / LOOKS_PER_S), math.ceil(told.frames / MOST_LOOKS)), MOST_LOOKS


def _film_frames(found: Probe) -> int:
    return round(found.frames * FPS / found.fps) if found.fps else found.frames


def _share(marks: list[bool]) -> float:
    return sum(marks) / len(marks) if marks else 0.0


def _shrunk(picture: NDArray[_Value], width: int, height: int) -> NDArray[_Value]:
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(picture.dtype, copy=False)


class _Looks:
    """What is noted of each frame that is looked at, while the clip is decoded."""

    def __init__(self, every: int, most: int) -> None:
        self.black: list[bool] = []
        self.still: list[bool] = []
        self.sharp: list[float | None] = []
        self.styles: list[tuple[float, ...]] = []
        self._every, self._most = every, most
        self._passed = 0
        self._before: NDArray[np.float32] | None = None
        self._labs: list[NDArray[np.float32]] = []
        self._pictures: list[NDArray[np.uint8]] = []

    def take(self, frame: av.VideoFrame) -> None:
        self._passed += 1
        if (self._passed - 1) % self._every or len(self._pictures) >= self._most:
            return
        scale = LONG_SIDE / max(frame.width, frame.height)
        width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
        rgb = (
            frame.reformat(width=width, height=height, format="rgb24")
            .to_ndarray()
            .astype(np.uint8, copy=False)
        )
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
        half = _shrunk(grey, width // 2, height // 2)
        lab = oklab(_shrunk(rgb, _COLOURS, _COLOURS).reshape(-1, 3))
        self.black.append(is_black(grey))
        self.sharp.append(sharpness(grey))
        self.styles.append(style_of(lab, grey))
        if self._before is not None:
            self.still.append(stands_still(self._before, half))
        self._before = half
        self._labs.append(lab)
        self._pictures.append(rgb)

    def colours(self) -> NDArray[np.float32]:
        return np.concatenate(self._labs) if self._labs else np.empty((0, 3), np.float32)

    def for_text(self) -> list[NDArray[np.uint8]]:
        """A few pictures spread over the clip, none of them at its very ends."""
        count = len(self._pictures)
        places = sorted({(2 * look + 1) * count // (2 * TEXT_LOOKS) for look in range(TEXT_LOOKS)})
        return [self._pictures[place] for place in places if place < count]
