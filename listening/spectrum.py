"""What of a sound changes, and how it is coloured, on one grid of frames."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from listening.loading import librosa

Array = NDArray[np.floating[Any]]

RATE = 22050
"""Samples a second of what is analysed."""
HOP = 256
FRAMES_A_SECOND = RATE / HOP

_WINDOW = 1024
_MELS = 80
_LOW_HZ, _HIGH_HZ = 170.0, 2500.0
"""Between kick and bass, and snares and cymbals."""
_COMPRESSION = 1000.0
_FLOOR_DB = -40.0
"""Below the loudest moment: softer than this is silence to timbre."""
_SOFTEST_DB = -30.0


@dataclass(frozen=True)
class Spectrum:
    """Curves over ``n`` frames, ``FRAMES_A_SECOND`` of them a second.

    Attributes:
        onsets: how strongly something begins, (n,); what is soft counts less.
        low, high: the same, of kick and bass, and of snares and cymbals, however loud the music is.
        chroma: the strength of the twelve pitch classes, (12, n).
        timbre: mel-frequency cepstrum without its loudness, (12, n).
        loudness: in dB below the loudest, (n,).
    """

    onsets: Array
    low: Array
    high: Array
    chroma: Array
    timbre: Array
    loudness: Array


def analyse(samples: Array) -> Spectrum:
    """The curves of mono samples at ``RATE``.

    Onsets are spectral flux: what a logarithmic mel spectrum gains from one frame to the next (Müller,
    "Fundamentals of Music Processing", 2015, 6.1.2), bass, middle and treble counting alike (Klapuri 2006).
    """
    power = np.abs(librosa().stft(samples, n_fft=_WINDOW, hop_length=HOP)) ** 2
    mel = librosa().feature.melspectrogram(S=power, sr=RATE, n_mels=_MELS)
    level = np.maximum(librosa().power_to_db(mel, ref=np.max, top_db=None), _FLOOR_DB)
    heard = np.log1p(_COMPRESSION * mel / np.percentile(mel.max(axis=0), 95))
    centres = librosa().mel_frequencies(n_mels=_MELS, fmax=RATE / 2)
    loudness = librosa().power_to_db(power.sum(axis=0), ref=np.max, top_db=60)
    # Pitch needs a longer window than time does.
    chroma = librosa().feature.chroma_stft(
        y=samples, sr=RATE, n_fft=8 * _WINDOW, hop_length=HOP, norm=None, tuning=0.0
    )
    timbre = librosa().feature.mfcc(S=level, n_mfcc=13)[1:]
    low = _flux(heard[centres < _LOW_HZ])
    middle = _flux(heard[(centres >= _LOW_HZ) & (centres <= _HIGH_HZ)])
    high = _flux(heard[centres > _HIGH_HZ])
    return Spectrum(
        onsets=(low + middle + high) * _weight(loudness),
        low=low,
        high=high,
        chroma=np.sqrt(chroma),
        timbre=timbre,
        loudness=loudness,
    )


def _flux(level: Array) -> Array:
    rise = np.maximum(0.0, np.diff(level, axis=1, prepend=level[:, :1]))
    return rise.mean(axis=0)


def _weight(loudness: Array) -> Array:
    """An intro's few notes off the beat must not outweigh the drums that come in later."""
    around = maximum_filter1d(loudness, int(FRAMES_A_SECOND))
    below = np.clip(around - np.percentile(around, 90), _SOFTEST_DB, 0.0)
    return 10 ** (below / 10)


def peaks_at(curve: Array, seconds: Array) -> Array:
    """The greatest value of a curve within 50 ms of each moment, (seconds,)."""
    reach = int(0.05 * FRAMES_A_SECOND)
    frames = np.round(seconds * FRAMES_A_SECOND).astype(int)
    return np.array([curve[max(0, at - reach) : at + reach + 1].max(initial=0.0) for at in frames])
