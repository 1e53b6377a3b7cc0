"""The shape of a cue: which parts play in which bar, and where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.tempo import Grid

TAIL = 2.6
"""Least seconds that the last chord has to ring."""


@dataclass(frozen=True)
class Bar:
    """One bar: when it starts (seconds), its energy from 0 to 1, and whether a new part begins with it."""

    start: float
    energy: float
    opens: bool


@dataclass(frozen=True)
class Form:
    """All bars up to ``ending``, the second at which the last chord is struck."""

    bars: tuple[Bar, ...]
    ending: float


_SHORT = ((0.0, 0.25), (0.18, 0.55), (0.42, 1.0))
_LONG = ((0.0, 0.2), (0.12, 0.5), (0.27, 0.9), (0.52, 0.4), (0.62, 0.7), (0.70, 1.0), (0.92, 0.5))
_LONG_FROM = 50.0


def arrange(seconds: float, grid: Grid, cuts: Sequence[float]) -> Form:
    """Lay out intro, build, full part and, in a long cue, a break; ``cuts`` are in seconds.

    The last chord falls on a bar line, at the latest :data:`TAIL` seconds before the end; a cue too short for
    a bar is that chord alone. A part begins at the bar line nearest to a cut within two bars of its place.
    """
    count = max(0, int((seconds - TAIL) / grid.bar))
    ending = count * grid.bar
    openings: dict[int, float] = {}
    for share, energy in _LONG if seconds >= _LONG_FROM else _SHORT:
        openings[_opening(share * ending, grid, cuts) if share else 0] = energy
    bars, energy = [], 0.25
    for index in range(count):
        energy = openings.get(index, energy)
        bars.append(Bar(index * grid.bar, energy, index in openings and index > 0))
    return Form(tuple(bars), ending)


def _opening(place: float, grid: Grid, cuts: Sequence[float]) -> int:
    near = min(cuts, key=lambda cut: abs(cut - place), default=place)
    return max(1, round((near if abs(near - place) <= 2 * grid.bar else place) / grid.bar))
