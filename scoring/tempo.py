"""The beat grid: a tempo on which the cuts of the film fall near beats."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BEATS_PER_BAR = 4


@dataclass(frozen=True)
class Grid:
    """Beats from second 0 on, at ``bpm``."""

    bpm: float

    @property
    def beat(self) -> float:
        """Length of a beat in seconds."""
        return 60.0 / self.bpm

    @property
    def bar(self) -> float:
        """Length of a bar in seconds."""
        return BEATS_PER_BAR * self.beat


def choose_grid(cuts: Sequence[float], bpm: tuple[float, float]) -> Grid:
    """Choose the tempo in the range whose beats lie nearest to the cuts (in seconds).

    The distance is measured in beats and squared, so that one cut far off costs more than several nearly on
    the beat. Without cuts the middle of the range is taken, and it wins near ties.
    """
    low, high = bpm
    tempos = np.linspace(low, high, int((high - low) * 8) + 1)
    pull = ((tempos - (low + high) / 2) / (high - low)) ** 2 * 0.01
    if not cuts:
        return Grid(float(tempos[pull.argmin()]))
    beats = np.asarray(cuts)[None, :] * tempos[:, None] / 60.0
    distance = ((beats - np.round(beats)) ** 2).mean(axis=1)
    return Grid(float(tempos[(distance + pull).argmin()]))
