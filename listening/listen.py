"""Listening: samples in, the track out."""

import numpy as np

from listening.bars import Bars, find_bars
from listening.beats import find_beats
from listening.form import energy, find_sections
from listening.loading import librosa
from listening.spectrum import RATE, Array, Spectrum, analyse, peaks_at
from listening.tempo import tempo_curve
from planning.track import Beat, Track

_FEWEST_BEATS = 8
_SILENCE = 1e-4
_SHORTEST_S = 4.0
_MISHEARD = (1.0, 1.5, 2 / 3)
"""What a tempo is mistaken for that no bar makes good: three against two. Half and double tempo count on."""
_SURER = 1.2


def listen(samples: Array, rate: int) -> Track:
    """The beats, bars, sections and energy of mono samples; no beats where there is no pulse to be heard."""
    nothing = Track(beats=(), metre=4)
    if len(samples) < _SHORTEST_S * rate or np.abs(samples).max() < _SILENCE:
        return nothing
    sound = librosa().resample(np.asarray(samples, np.float32), orig_sr=rate, target_sr=RATE)
    spectrum = analyse(sound)
    beats, bars = _pulse(sound, spectrum)
    if len(beats) < _FEWEST_BEATS:
        return nothing
    downbeats = beats[np.array(bars.places) == 0]
    level = energy(spectrum, beats, bars.metre * float(np.median(np.diff(beats))))
    return Track(
        beats=tuple(
            Beat(at_s=round(float(at), 4), place=place, energy=round(float(value), 3))
            for at, place, value in zip(beats, bars.places, level, strict=True)
        ),
        metre=bars.metre,
        sections=tuple(round(second, 4) for second in find_sections(spectrum, downbeats)),
    )


def _pulse(sound: Array, spectrum: Spectrum) -> tuple[Array, Bars]:
    """Beats and bars in the tempo whose downbeats are the most distinct."""
    if not spectrum.onsets.any():
        return np.zeros(0), Bars(4, (), 0.0)
    tempos = tempo_curve(spectrum.onsets)
    best: tuple[Array, Bars] | None = None
    surest = 0.0
    for times in _MISHEARD:
        beats = find_beats(sound, spectrum.onsets, tempos * times)
        bars = find_bars(spectrum, beats)
        # Triplets make bars as distinct as the beat does, and have little to be heard on most of them.
        sure = bars.distinct * _heard_on(spectrum.onsets, beats)
        if best is None or sure > _SURER * surest:
            best, surest = (beats, bars), sure
    assert best is not None
    return best


def _heard_on(onsets: Array, beats: Array) -> float:
    """How much begins on the beats, beside the mean of all frames."""
    if len(beats) == 0:
        return 0.0
    return float(np.mean(peaks_at(onsets, beats)) / (onsets.mean() + 1e-9))
