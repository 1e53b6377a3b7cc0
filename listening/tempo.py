"""How fast a track is, at each of its frames."""

import numpy as np

from listening.loading import librosa
from listening.spectrum import FRAMES_A_SECOND, HOP, RATE, Array

_SLOWEST, _FASTEST = 50.0, 210.0
_STEPS = 120
_WINDOW_S = 8.0
_EVERY_S = 0.5
_USUAL, _OCTAVES = 110.0, 0.9
"""People tap at about this tempo: a track in twice or half of it is heard in it (Parncutt 1994)."""
_STEADINESS = 0.02
"""How far the tempo is expected to move in half a second, in octaves."""
_JUMP = 1e-4
"""How likely it is to become any other tempo instead."""


def tempo_curve(onsets: Array) -> Array:
    """Beats a minute at each frame, (n,): the likeliest path through the tempogram.

    A tempogram (autocorrelation of the onsets, 8 s at a time) says how much speaks for each tempo at each
    moment; a Viterbi path keeps the tempo steady and lets it change once it has changed (after Klapuri,
    Eronen and Astola, "Analysis of the meter of acoustic musical signals", 2006).
    """
    tempos = np.geomspace(_SLOWEST, _FASTEST, _STEPS)
    window = int(_WINDOW_S * FRAMES_A_SECOND)
    every = int(_EVERY_S * FRAMES_A_SECOND)
    gram = librosa().feature.tempogram(onset_envelope=onsets, sr=RATE, hop_length=HOP, win_length=window)
    gram = np.maximum(gram[:, ::every], 0.0)
    lags = 60 * FRAMES_A_SECOND / tempos
    seen = sum(weight * _at(gram, lags * times) for times, weight in ((1, 1.0), (2, 0.6), (3, 0.3), (4, 0.4)))
    usual = np.exp(-0.5 * (np.log2(tempos / _USUAL) / _OCTAVES) ** 2)
    likely = (np.asarray(seen) + 1e-3) ** 2 * usual[:, None]
    likely /= likely.sum(axis=0)
    path = librosa().sequence.viterbi(likely, _transitions(tempos))
    return np.repeat(tempos[path], every)[: len(onsets)]


def _at(gram: Array, lags: Array) -> Array:
    """The tempogram at fractional lags, (lags, columns); 0 beyond its window."""
    low = np.minimum(lags.astype(int), len(gram) - 2)
    share = (lags - low)[:, None]
    value = (1 - share) * gram[low] + share * gram[low + 1]
    return np.where(lags[:, None] < len(gram) - 1, value, 0.0)


def _transitions(tempos: Array) -> Array:
    octaves = np.log2(tempos)
    near = np.exp(-0.5 * ((octaves[:, None] - octaves[None, :]) / _STEADINESS) ** 2)
    near /= near.sum(axis=1, keepdims=True)
    return (1 - _JUMP) * near + _JUMP / len(tempos)
