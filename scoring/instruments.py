"""Single notes and hits, as mono float32 arrays at :data:`RATE`, starting and ending in silence."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import butter, lfilter, sosfilt

RATE = 48_000
"""Samples per second of everything in this package."""

Samples = NDArray[np.floating]
"""Stereo (n, 2) or mono (n,) samples: float32 wherever they are kept."""

_TABLE_SIZE = 4096


def frequency(note: float) -> float:
    """Frequency in Hz of a MIDI note in equal temperament, A4 = 440 Hz."""
    return 440.0 * 2.0 ** ((note - 69) / 12)


def time_axis(seconds: float) -> Samples:
    """Sample times of a stretch, in seconds."""
    return np.arange(int(seconds * RATE), dtype=np.float32) / RATE


def edges(samples: Samples, attack: float, release: float) -> Samples:
    """Fade a mono (n,) or stereo (n, 2) sound in and out with cosines, so that it cannot click; seconds."""
    length = len(samples)
    rise = min(max(int(attack * RATE), 16), length // 2)
    fall = min(max(int(release * RATE), 16), length - rise)
    gain = np.ones(length, np.float32)
    gain[:rise] = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, rise))
    gain[length - fall :] *= (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, fall))).astype(np.float32)
    return samples * (gain if samples.ndim == 1 else gain[:, None])


def iir(numerator: Sequence[float], denominator: ArrayLike, samples: Samples) -> Samples:
    """Filter along time with the two polynomials of a digital filter, as in ``scipy.signal.lfilter``."""
    return np.asarray(lfilter(numerator, denominator, samples, axis=0))


@lru_cache(maxsize=64)
def _saw_table(harmonics: int, slope: float) -> Samples:
    """One period of a saw with so many harmonics, the k-th at k to the power -slope."""
    phase = np.linspace(0, 2 * np.pi, _TABLE_SIZE, endpoint=False)
    order = np.arange(1, harmonics + 1)[:, None]
    return (np.sin(order * phase) / order**slope).sum(axis=0).astype(np.float32)


def saw(note: float, seconds: float, *, cutoff: float, slope: float, phase: float = 0.0) -> Samples:
    """A band-limited saw: harmonics up to ``cutoff`` Hz only, so nothing folds back."""
    pitch = frequency(note)
    table = _saw_table(max(1, int(cutoff / pitch)), slope)
    position = (np.arange(int(seconds * RATE)) * (pitch / RATE) + phase) % 1.0
    return table[(position * _TABLE_SIZE).astype(np.int32)]


def pad(notes: tuple[int, ...], seconds: float, cutoff: float, rng: np.random.Generator) -> Samples:
    """A chord of detuned saws, three to a voice, as stereo (n, 2): each voice has its own place."""
    out = np.zeros((int(seconds * RATE), 2), np.float32)
    for index, note in enumerate(notes):
        for cents in (-7.0, 0.0, 6.0):
            tone = saw(note + cents / 100, seconds, cutoff=cutoff, slope=1.35, phase=rng.random())
            place = 0.5 + 0.4 * np.sin(1.9 * index + cents / 4)
            out[:, 0] += tone * np.cos(place * np.pi / 2)
            out[:, 1] += tone * np.sin(place * np.pi / 2)
    return out / (3 * len(notes))


def widen(stereo: Samples, width: float) -> Samples:
    """Scale what differs between the channels of a stereo sound (n, 2); 1.0 leaves it as it is."""
    middle = stereo.mean(axis=1, keepdims=True)
    return middle + np.float32(width) * (stereo - middle)


@lru_cache(maxsize=128)
def piano(note: int) -> Samples:
    """A soft felt piano: slightly stretched partials, the high ones dying first."""
    pitch, t = frequency(note), time_axis(3.2)
    out = np.zeros_like(t)
    for k in range(1, 14):
        partial = pitch * k * np.sqrt(1 + 0.0004 * k * k)
        if partial > 9000:
            break
        decay = (1.0 + 0.55 * k) * (pitch / 260) ** 0.4
        out += np.sin(2 * np.pi * partial * t) * np.exp(-decay * t) / k**1.55
    thump = np.sin(2 * np.pi * 95 * t) * np.exp(-45 * t) * 0.15
    return edges((out * 0.55 + thump).astype(np.float32), 0.004, 0.4)


@lru_cache(maxsize=128)
def pluck(note: int) -> Samples:
    """A plucked string after Karplus and Strong (1983): noise in a delay loop with a two-point average."""
    pitch, rng = frequency(note), np.random.default_rng(note)
    delay = RATE / pitch - 0.5
    whole = int(delay)
    share = np.float32(delay - whole)
    burst = iir([0.35, 0.35], [1, -0.3], rng.uniform(-1, 1, whole))
    excitation = np.zeros(int(2.6 * RATE), np.float32)
    excitation[:whole] = burst - burst.mean()
    loss = 0.5 * 0.9975 ** (220 / pitch)
    # Linear interpolation between two taps tunes the loop to a fraction of a sample.
    loop = np.zeros(whole + 3)
    loop[0] = 1.0
    loop[whole : whole + 3] -= loss * np.array([1 - share, 1.0, share])
    out = iir([1.0], loop, excitation).astype(np.float32)
    return edges(0.9 * out / np.abs(out).max(), 0.002, 0.6)


@lru_cache(maxsize=128)
def bell(note: int) -> Samples:
    """A glassy bell by frequency modulation (Chowning 1973), ratio 3.5 with a falling index."""
    pitch, t = frequency(note), time_axis(2.6)
    index = 1.6 * np.exp(-5 * t)
    tone = np.sin(2 * np.pi * pitch * t + index * np.sin(2 * np.pi * pitch * 3.5 * t)) * np.exp(-2.6 * t)
    body = np.sin(2 * np.pi * pitch * t) * np.exp(-1.8 * t) * 0.4
    return edges((0.55 * (tone + body)).astype(np.float32), 0.003, 0.5)


@lru_cache(maxsize=128)
def synth(note: int) -> Samples:
    """A short synthesiser stab whose filter closes: a bright saw fading into a dark one."""
    t = time_axis(0.9)
    bright = saw(note, 0.9, cutoff=7000, slope=1.0) + saw(note + 0.09, 0.9, cutoff=7000, slope=1.0)
    dark = saw(note, 0.9, cutoff=1200, slope=1.3)
    out = 0.16 * bright * np.exp(-14 * t) + 0.4 * dark * np.exp(-5.5 * t)
    return edges(out.astype(np.float32), 0.003, 0.2)


LEADS = {"piano": piano, "pluck": pluck, "bell": bell, "synth": synth}


def bass(note: int, seconds: float) -> Samples:
    """A round bass: a sine with a little of the harmonics above, for small loudspeakers."""
    t = time_axis(seconds)
    pitch = frequency(note)
    tone = np.sin(2 * np.pi * pitch * t) + 0.3 * saw(note, seconds, cutoff=700, slope=1.6) * np.exp(-3 * t)
    return edges(
        (np.tanh(1.2 * tone) * np.exp(-0.7 * t) * 0.8).astype(np.float32), 0.008, min(0.12, seconds / 3)
    )


@lru_cache(maxsize=2)
def kick() -> Samples:
    """A bass drum: a sine falling from 150 to 48 Hz."""
    t = time_axis(0.42)
    sweep = 48 * t + (150 - 48) * (1 - np.exp(-28 * t)) / 28
    click = np.exp(-420 * t) * 0.25
    return edges((np.sin(2 * np.pi * sweep) * np.exp(-7.5 * t) + click).astype(np.float32), 0.001, 0.1)


@lru_cache(maxsize=2)
def snare() -> Samples:
    """A snare or clap: band-passed noise with a short tone below."""
    t = time_axis(0.3)
    noise = _band(np.random.default_rng(2).standard_normal(len(t)), 1100, 8500)
    tone = np.sin(2 * np.pi * 190 * t) * np.exp(-26 * t) * 0.5
    return edges((0.55 * noise * np.exp(-16 * t) + tone).astype(np.float32), 0.001, 0.08)


@lru_cache(maxsize=4)
def hat(seconds: float) -> Samples:
    """A hi-hat, closed or (longer) open: noise above 7 kHz."""
    t = time_axis(seconds)
    noise = _band(np.random.default_rng(3).standard_normal(len(t)), 7000, 15000)
    return edges((0.5 * noise * np.exp(-4.5 / seconds * t)).astype(np.float32), 0.001, seconds / 3)


@lru_cache(maxsize=2)
def shaker() -> Samples:
    """A shaker: soft noise that swells and falls."""
    t = time_axis(0.11)
    noise = _band(np.random.default_rng(4).standard_normal(len(t)), 4200, 11000)
    return edges((0.4 * noise).astype(np.float32), 0.045, 0.06)


@lru_cache(maxsize=2)
def boom() -> Samples:
    """An impact: a deep falling tone under a breath of dark noise."""
    t = time_axis(2.2)
    tone = np.sin(2 * np.pi * (38 * t + 34 * (1 - np.exp(-6 * t)) / 6)) * np.exp(-2.6 * t)
    noise = _band(np.random.default_rng(5).standard_normal(len(t)), 60, 900) * np.exp(-6 * t)
    return edges((0.8 * tone + 0.35 * noise).astype(np.float32), 0.004, 0.6)


@lru_cache(maxsize=8)
def riser(seconds: float) -> Samples:
    """A swell of noise into a cut, like a cymbal played backwards."""
    t = time_axis(seconds)
    noise = _band(np.random.default_rng(6).standard_normal(len(t)), 1800, 10000)
    return edges((0.4 * noise * (t / seconds) ** 3).astype(np.float32), 0.05, 0.03)


def _band(noise: np.ndarray, low: float, high: float) -> np.ndarray:
    sos = butter(2, [low, high], btype="band", fs=RATE, output="sos")
    filtered = sosfilt(sos, noise)
    return filtered / np.abs(filtered).max()
