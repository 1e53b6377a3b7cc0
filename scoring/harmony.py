"""Chords of a scale, voiced so that each voice moves as little as it can."""

from collections.abc import Sequence
from itertools import pairwise, product

PAD_RANGE = (53, 76)
"""MIDI notes between which the pad's voices stay."""

_DISTANT = 100


def chord(tonic: int, scale: Sequence[int], degree: int, size: int = 4) -> tuple[int, ...]:
    """MIDI notes of the chord in thirds on a degree of the scale, root first: ``size`` 3 is a triad."""
    steps = [degree + 2 * third for third in range(size)]
    return tuple(tonic + scale[step % len(scale)] + 12 * (step // len(scale)) for step in steps)


def voice(chords: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Place each chord's notes in octaves of the pad's range, close to the chord before it.

    Of all placements the one is taken whose sorted voices move the least in sum; a placement with two notes
    a semitone apart or wider than two octaves is avoided.
    """
    voiced: list[tuple[int, ...]] = []
    previous: tuple[int, ...] | None = None
    for notes in chords:
        options = (tuple(sorted(option)) for option in product(*map(_octaves, notes)))
        target = previous or tuple(range(PAD_RANGE[0] + 3, PAD_RANGE[0] + 3 + 5 * len(notes), 5))
        previous = min(options, key=lambda option: (_cost(option, target), option))
        voiced.append(previous)
    return voiced


def _octaves(note: int) -> list[int]:
    low, high = PAD_RANGE
    return [pitch for pitch in range(note % 12, high + 1, 12) if pitch >= low]


def _cost(option: tuple[int, ...], target: tuple[int, ...]) -> float:
    movement = sum(abs(a - b) for a, b in zip(option, target, strict=False))
    gaps = [b - a for a, b in pairwise(option)]
    clash = sum(_DISTANT for gap in gaps if gap < 2)
    return movement + clash + (_DISTANT if option[-1] - option[0] > 24 else 0)
