"""Five synthetic tracks whose downbeats are known: drums, bass, chords and a lead, by hand, in noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from scoring import instruments
from scoring.instruments import RATE, Samples

_CHORDS = ((0, 3, 7), (-4, 0, 3), (-9, -5, -2), (-2, 2, 5))
"""A minor tonic, its sixth, third and seventh: semitones from the tonic, one chord a bar."""
_TONIC = 57
_LATE_S = 0.005
"""Standard deviation of the players' timing."""
_NOISE = 0.004


@dataclass(frozen=True)
class Track:
    """A track: mono samples at 48 kHz, and the seconds of its downbeats."""

    name: str
    samples: Samples
    downbeats: tuple[float, ...]


@dataclass(frozen=True)
class _Bar:
    number: int
    beats: tuple[float, ...]
    """The seconds of its beats, and of the downbeat after it."""
    energy: float
    chord: tuple[int, ...]

    def at(self, position: float) -> float:
        """The second of a place in the bar, in beats from its downbeat."""
        beat = min(int(position), len(self.beats) - 2)
        return self.beats[beat] + (position - beat) * (self.beats[beat + 1] - self.beats[beat])


class _Band:
    """Plays notes by hand into one mono sound."""

    def __init__(self, seconds: float, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self._sound = np.zeros(int((seconds + 4) * RATE), np.float32)
        self._length = int(seconds * RATE)

    def play(self, note: Samples, when: float, gain: float) -> None:
        mono = note if note.ndim == 1 else note.mean(axis=1)
        start = max(0, int((when + self.rng.normal(0, _LATE_S)) * RATE))
        end = min(start + len(mono), len(self._sound))
        self._sound[start:end] += gain * mono[: end - start]

    def mixed(self) -> Samples:
        noise = self.rng.normal(0, _NOISE, self._length).astype(np.float32)
        sound = self._sound[: self._length] + noise
        return (0.8 * sound / np.abs(sound).max()).astype(np.float32)


def _harmony(band: _Band, bar: _Bar, *, pads: float) -> None:
    notes = tuple(_TONIC + step for step in bar.chord)
    length = bar.beats[-1] - bar.beats[0]
    pad = instruments.pad(notes, length + 0.3, 1800, band.rng)
    band.play(instruments.edges(pad, 0.12, 0.3), bar.at(0), pads * (0.6 + 0.4 * bar.energy))


def _melody(band: _Band, bar: _Bar, instrument: Callable[[int], Samples], gain: float) -> None:
    """A lead that comes in where it likes: on half of the eighths, more off the beat than on it."""
    steps = 2 * (len(bar.beats) - 1)
    for step in range(steps):
        if band.rng.random() < (0.3 if step % 2 == 0 else 0.45):
            note = _TONIC + 12 + int(band.rng.choice(bar.chord)) + int(band.rng.choice((0, 0, 12, 2)))
            band.play(instrument(note), bar.at(step / 2), gain * (0.6 + 0.4 * band.rng.random()))


def _bass(band: _Band, bar: _Bar, places: tuple[float, ...], gain: float = 0.4) -> None:
    for place, after in pairwise((*places, len(bar.beats) - 1)):
        length = max(0.1, bar.at(after) - bar.at(place) - 0.02)
        band.play(instruments.bass(_TONIC - 24 + bar.chord[0], length), bar.at(place), gain)


def _hits(band: _Band, bar: _Bar, sound: Samples, places: tuple[float, ...], gain: float) -> None:
    for place in places:
        band.play(sound, bar.at(place), gain * (0.85 + 0.3 * band.rng.random()))


def _eighths(bar: _Bar) -> tuple[float, ...]:
    return tuple(step / 2 for step in range(2 * (len(bar.beats) - 1)))


def ballad(band: _Band, bar: _Bar) -> None:
    _harmony(band, bar, pads=0.4)
    for place in (0.0, 2.0):
        for step in bar.chord:
            band.play(instruments.piano(_TONIC + step), bar.at(place), 0.22 if place == 0 else 0.16)
    _melody(band, bar, instruments.piano, 0.2)
    _bass(band, bar, (0, 2.5), 0.25 + 0.15 * bar.energy)
    if bar.energy > 0.5:
        _hits(band, bar, instruments.kick(), (0, 2.5), 0.6)
        _hits(band, bar, instruments.snare(), (2,), 0.4)
        _hits(band, bar, instruments.hat(0.07), _eighths(bar), 0.16)


def waltz(band: _Band, bar: _Bar) -> None:
    _bass(band, bar, (0,), 0.45)
    for place in (1.0, 2.0):
        for step in bar.chord:
            band.play(instruments.pluck(_TONIC + step), bar.at(place), 0.17)
    _melody(band, bar, instruments.bell, 0.15 + 0.1 * bar.energy)
    if bar.energy > 0.5:
        _harmony(band, bar, pads=0.25)


def rock(band: _Band, bar: _Bar) -> None:
    _harmony(band, bar, pads=0.3)
    _bass(band, bar, (0, 1.5, 2, 3.5))
    _melody(band, bar, instruments.synth, 0.18)
    _hits(band, bar, instruments.kick(), (0, 1.5, 2.5) if bar.number % 2 else (0, 2), 0.75)
    _hits(band, bar, instruments.snare(), (1, 3), 0.55)
    if bar.energy > 0.5:
        _hits(band, bar, instruments.hat(0.07), _eighths(bar), 0.22)


def club(band: _Band, bar: _Bar) -> None:
    _harmony(band, bar, pads=0.35)
    _bass(band, bar, (0.5, 1.5, 2.5, 3.5), 0.35)
    if bar.energy > 0.3:
        _hits(band, bar, instruments.kick(), (0, 1, 2, 3), 0.8)
    if bar.energy > 0.5:
        _hits(band, bar, instruments.snare(), (1, 3), 0.4)
        _hits(band, bar, instruments.hat(0.16), (0.5, 1.5, 2.5, 3.5), 0.25)
        _melody(band, bar, instruments.synth, 0.15)


def breaks(band: _Band, bar: _Bar) -> None:
    _harmony(band, bar, pads=0.3)
    _bass(band, bar, (0, 2.5), 0.45)
    _melody(band, bar, instruments.pluck, 0.2)
    _hits(band, bar, instruments.hat(0.07), _eighths(bar), 0.2)
    if bar.energy > 0.4:
        _hits(band, bar, instruments.kick(), (0, 2.5), 0.8)
        _hits(band, bar, instruments.snare(), (1, 3), 0.5)


Player = Callable[[_Band, _Bar], None]
FORM = (0.2, 0.45, 0.95, 0.45, 0.95, 0.25, 1.0, 0.3)
"""The energy of a song's parts, each as long as the others."""


def make(
    name: str, play: Player, *, tempos: tuple[float, ...], metre: int = 4, pickup: int = 0, seconds: float
) -> Track:
    """A track of whole bars, at least so long.

    Args:
        tempos: beats a minute; each holds for an equal share of the track.
        metre: beats a bar.
        pickup: beats that are played before the first downbeat.
    """
    beats = _beats(tempos, metre, pickup, seconds)
    first, bars = pickup, (len(beats) - 1 - pickup) // metre
    end = beats[first + bars * metre]
    band = _Band(end, seed=len(name) + metre)
    for step in range(pickup):
        band.play(instruments.pluck(_TONIC + 7 + 2 * step), beats[step], 0.35)
    for number in range(bars):
        at = first + number * metre
        energy = FORM[number * len(FORM) // bars]
        play(band, _Bar(number, beats[at : at + metre + 1], energy, _CHORDS[number % len(_CHORDS)]))
    return Track(name, band.mixed(), beats[first : first + bars * metre : metre])


def _beats(tempos: tuple[float, ...], metre: int, pickup: int, seconds: float) -> tuple[float, ...]:
    """The beats' seconds. The first is late by 0.35 s, as a recording's is; the tempo breathes by 1 %."""
    lengths: list[float] = [60 / tempos[0]] * pickup
    share = seconds / len(tempos)
    for bpm in tempos:
        for _ in range(round(share * bpm / 60 / metre)):
            lengths += [60 / bpm * (1 + 0.01 * np.sin(len(lengths) / 9))] * metre
    return tuple(float(second) for second in accumulate(lengths, initial=0.35))


def tracks() -> list[Track]:
    """The five of the benchmark."""
    return [
        make("ballad, 60 bpm", ballad, tempos=(60,), seconds=75),
        make("waltz with a pickup, 96 bpm", waltz, tempos=(96,), metre=3, pickup=1, seconds=75),
        make("rock, 100 then 132 bpm", rock, tempos=(100, 132), seconds=75),
        make("club, 124 bpm", club, tempos=(124,), seconds=75),
        make("breaks with a pickup, 180 bpm", breaks, tempos=(180,), pickup=2, seconds=75),
    ]
