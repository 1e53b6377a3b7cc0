"""Which beats begin a bar, and how many beats a bar has."""

from dataclasses import dataclass

import numpy as np

from listening.loading import librosa
from listening.spectrum import FRAMES_A_SECOND, Array, Spectrum, peaks_at

METRES = (4, 3, 6, 8)
"""Beats a bar, the commoner first. Six and eight are also three and four felt at twice their tempo."""

_SLIP = 1e-3
"""How likely the count of the bar is to begin anew at a beat, because one was missed or the music does so."""
_SURENESS = 0.8
_SIGNIFICANT = 2.0


@dataclass(frozen=True)
class Bars:
    """Beats a bar, each beat's place in its bar (0 is the downbeat), and how distinct the downbeats are."""

    metre: int
    places: tuple[int, ...]
    distinct: float


def find_bars(spectrum: Spectrum, beats: Array) -> Bars:
    """The bars of a track with beats at these seconds.

    At a downbeat the harmony changes and the bass plays, and the snare does not: chord changes after Goto
    ("An audio-based real-time beat tracking system for music with or without drum-sounds", 2001) and spectral
    difference after Davies and Plumbley ("A spectral difference approach to downbeat extraction", 2006). The
    metre is the one whose downbeats differ most from its other beats, by Welch's t; the count then goes
    through the beats by Viterbi, so that a beat missed or added moves it.
    """
    if len(beats) < 2 * max(METRES):
        return Bars(METRES[0], tuple(index % METRES[0] for index in range(len(beats))), 0.0)
    evidence = _evidence(spectrum, beats)
    best = {metre: max(range(metre), key=lambda phase: _distinct(evidence, metre, phase)) for metre in METRES}
    distinct = {metre: _distinct(evidence, metre, phase) for metre, phase in best.items()}
    metre = max(METRES, key=lambda metre: distinct[metre])
    if _is_two_bars(evidence, metre, best[metre]):
        metre //= 2
    return Bars(metre, _count(evidence, metre), distinct[metre])


def _is_two_bars(evidence: Array, metre: int, phase: int) -> bool:
    """Whether the middle of what seems a bar is a downbeat, too, if a weaker one: every other bar differs."""
    if metre // 2 not in METRES:
        return False
    places = (np.arange(len(evidence)) - phase) % metre
    return _welch(evidence[places == metre // 2], evidence[places % (metre // 2) != 0]) > _SIGNIFICANT


def _evidence(spectrum: Spectrum, beats: Array) -> Array:
    """How much speaks for each beat being a downbeat: standardised, (beats,)."""
    frames = np.round(beats * FRAMES_A_SECOND).astype(int)
    chords = _between(spectrum.chroma, frames)
    timbre = _between(spectrum.timbre, frames)
    low, high = peaks_at(spectrum.low, beats), peaks_at(spectrum.high, beats)
    parts = (
        (1.0, _change(chords)),
        (0.4, _change(timbre - timbre.mean(axis=1, keepdims=True))),
        (0.8, low),
        (-0.5, high - 0.5 * low),
    )
    return np.asarray(sum(weight * _standard(part) for weight, part in parts))


def _between(curves: Array, frames: Array) -> Array:
    """The mean of curves from each beat to the next, (curves, beats)."""
    edges = np.append(frames, min(curves.shape[1], 2 * frames[-1] - frames[-2]))
    columns = [
        curves[:, start : max(start + 1, end)].mean(axis=1)
        for start, end in zip(np.minimum(edges[:-1], curves.shape[1] - 1), edges[1:], strict=True)
    ]
    return np.stack(columns, axis=1)


def _change(means: Array) -> Array:
    """How different each beat is from the one before, as 1 − cosine; the first is as any other."""
    unit = means / (np.linalg.norm(means, axis=0, keepdims=True) + 1e-9)
    change = 1 - (unit[:, 1:] * unit[:, :-1]).sum(axis=0)
    return np.concatenate([[change.mean()], change])


def _standard(values: Array) -> Array:
    # A few very strong changes must not drown the many.
    values = np.clip(values, *np.percentile(values, (2, 98)))
    return (values - values.mean()) / (values.std() + 1e-9)


def _distinct(evidence: Array, metre: int, phase: int) -> float:
    """How far the downbeats' evidence is above that of the others."""
    down = np.arange(len(evidence)) % metre == phase
    return _welch(evidence[down], evidence[~down])


def _welch(ones: Array, others: Array) -> float:
    """Welch's t of two samples."""
    spread = ones.var() / len(ones) + others.var() / len(others)
    return float((ones.mean() - others.mean()) / np.sqrt(spread + 1e-9))


def _count(evidence: Array, metre: int) -> tuple[int, ...]:
    """The likeliest place of each beat."""
    likely = np.tile(1 / (1 + np.exp(_SURENESS * evidence)), (metre, 1))
    likely[0] = 1 / (1 + np.exp(-_SURENESS * evidence))
    turn = np.full((metre, metre), _SLIP / metre)
    turn[np.arange(metre), (np.arange(metre) + 1) % metre] += 1 - _SLIP
    return tuple(int(place) for place in librosa().sequence.viterbi(likely, turn))
