"""The end of the chain: room, loudness, and a limiter that never clips."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import oaconvolve

from scoring.instruments import RATE, Samples, iir

TARGET_LUFS = -15.0
CEILING = 10 ** (-2.0 / 20)
"""Highest sample value: 2 dB below full scale leaves room for peaks between samples."""

_LOOKAHEAD = int(0.004 * RATE)

# K-weighting at 48 kHz: a high shelf, then a high-pass (ITU-R BS.1770-5, tables 1 and 2).
_SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
_HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])


def room(seconds: float, rng: np.random.Generator) -> Samples:
    """A stereo impulse response (n, 2): decaying noise, darker as it fades, after 18 ms of nothing."""
    length = int(seconds * RATE)
    t = np.arange(length, dtype=np.float32)[:, None] / RATE
    noise = rng.standard_normal((length, 2)).astype(np.float32)
    dark = iir([0.12], [1, -0.88], noise).astype(np.float32) * 2.2
    fade = np.exp(-t / seconds * 3)
    response = (noise * 0.5 * fade + dark * (1 - fade)) * np.exp(-6.9 * t / seconds)
    response = iir([1, -1], [1, -0.975], response).astype(np.float32)
    early = np.zeros((int(0.018 * RATE), 2), np.float32)
    return np.concatenate([early, response / np.sqrt((response**2).sum(axis=0))])


def reverberate(dry: Samples, response: Samples) -> Samples:
    """Convolve a stereo send (n, 2) with a room, cut to the length of the send."""
    return oaconvolve(dry, response, axes=0)[: len(dry)].astype(np.float32)


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS of stereo samples at 48 kHz, gated as in ITU-R BS.1770-5.

    Silence measures minus infinity.
    """
    weighted = iir(*_HIGH_PASS, iir(*_SHELF, samples))
    block, hop = int(0.4 * RATE), int(0.1 * RATE)
    power = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=1))])
    starts = np.arange(0, max(1, len(samples) - block + 1), hop)
    means = (power[np.minimum(starts + block, len(samples))] - power[starts]) / block
    gated = means[_lufs(means) > -70]
    if not gated.size:
        return float("-inf")
    gated = gated[_lufs(gated) > _lufs(gated.mean()) - 10]
    return float(_lufs(gated.mean()))


def _lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-12))


def limit(samples: Samples) -> Samples:
    """Turn down, smoothly and a few milliseconds ahead, what would pass :data:`CEILING`."""
    peak = np.abs(samples).max(axis=1)
    needed = maximum_filter1d(np.maximum(peak / CEILING, 1.0), 2 * _LOOKAHEAD + 1, mode="nearest")
    gain = 1.0 / uniform_filter1d(needed, _LOOKAHEAD, mode="nearest")
    return (samples * gain[:, None]).astype(np.float32)


def master(samples: Samples) -> Samples:
    """Take out what lies below hearing, bring the mix to :data:`TARGET_LUFS`, and limit it."""
    out = iir([1, -1], [1, -0.9967], samples).astype(np.float32)
    # The limiter takes some loudness away; a second pass gives it back.
    for _ in range(2):
        measured = loudness(out)
        if not np.isfinite(measured):
            return out
        out = limit(out * np.float32(10 ** ((TARGET_LUFS - measured) / 20)))
    return out
