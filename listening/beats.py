"""Where a track's beats are, to a few milliseconds."""

import numpy as np

from listening.loading import librosa
from listening.spectrum import HOP, RATE, Array

_TIGHTNESS = 800.0
_FINE_HOP, _FINE_WINDOW = 64, 512
_REACH_S = 0.045
_LATE_S = 0.006
"""The flux of a centred window peaks this much before the attack."""
_NEIGHBOURS = 4


def find_beats(samples: Array, onsets: Array, tempos: Array) -> Array:
    """The seconds of the beats, rising.

    The dynamic program of Ellis ("Beat tracking by dynamic programming", 2007) finds them to a frame; each is
    then moved to its onset and held by its neighbours.

    Args:
        samples: mono at ``RATE``.
        onsets: how strongly something begins at each frame.
        tempos: beats a minute at each frame.
    """
    _, frames = librosa().beat.beat_track(
        onset_envelope=onsets, sr=RATE, hop_length=HOP, bpm=tempos, tightness=_TIGHTNESS, trim=False
    )
    rough = np.asarray(frames, float) * HOP / RATE
    return rough if len(rough) < 3 else _steadied(*_onsets_near(samples, rough))


def _onsets_near(samples: Array, rough: Array) -> tuple[Array, Array]:
    """Each beat moved to the strongest onset within reach, and how strong that is."""
    fine = librosa().onset.onset_strength(
        y=samples, sr=RATE, hop_length=_FINE_HOP, n_fft=_FINE_WINDOW, n_mels=40, center=False
    )
    step = _FINE_HOP / RATE
    reach = int(_REACH_S / step)
    moved, strength = rough.copy(), np.zeros(len(rough))
    for index, second in enumerate(rough):
        middle = round((second - _LATE_S) / step)
        low = max(0, middle - reach)
        around = fine[low : middle + reach + 1]
        if len(around) == 0:
            continue
        distance = (np.arange(low, low + len(around)) - middle) / reach
        peak = int(np.argmax(around * (1 - 0.5 * distance**2)))
        moved[index] = (low + peak) * step + _LATE_S
        strength[index] = around[peak] - np.median(around)
    return moved, np.maximum(strength, 0.0)


def _steadied(beats: Array, strength: Array) -> Array:
    """Beats on a line through their neighbours, the strong ones' own onset counting most.

    Hands play some milliseconds early or late, and a beat may have no onset at all: a straight line through
    nine beats, weighted, is nearer to the pulse than any single one.
    """
    weights = strength / (np.median(strength) + 1e-9)
    weights = np.clip(weights, 0.05, 3.0)
    steadied = beats.copy()
    for index in range(len(beats)):
        low = max(0, index - _NEIGHBOURS)
        high = min(len(beats), index + _NEIGHBOURS + 1)
        places = np.arange(low, high) - index
        pull = weights[low:high] * np.exp(-0.5 * (places / 2) ** 2)
        slope, here = np.polyfit(places, beats[low:high], 1, w=np.sqrt(pull))
        # Where the tempo jumps a line fits badly, and the onset itself is right.
        bend = np.abs(beats[low:high] - here - slope * places).max()
        share = np.clip(1.5 - bend / 0.03, 0.0, 1.0)
        steadied[index] = share * here + (1 - share) * beats[index]
    return np.maximum.accumulate(np.maximum(steadied, 0.0))
