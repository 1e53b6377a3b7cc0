"""The end of the chain: room, loudness, and a limiter that never clips."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import lfilter, oaconvolve

from scoring.instruments import RATE, Samples, iir

TARGET_LUFS = -15.0
CEILING = 10 ** (-2.0 / 20)
"""Highest sample value: 2 dB below full scale leaves room for peaks between samples."""

_LOOKAHEAD = int(0.004 * RATE)
_HOP = int(0.1 * RATE)
_BLOCK = 100 * _HOP
"""Samples that are worked on at a time: with ten seconds a long cue takes little more memory than a short."""

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


def reverberate(dry: Samples, response: Samples) -> None:
    """Convolve a stereo send (n, 2) with a room, in place and cut to the length of the send."""
    tail = np.zeros((0, 2), np.float32)
    for start in range(0, len(dry), _BLOCK):
        block = dry[start : start + _BLOCK]
        wet = oaconvolve(block, response, axes=0).astype(np.float32)
        wet[: len(tail)] += tail[: len(wet)]
        tail = wet[len(block) :]
        block[:] = wet[: len(block)]


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS of stereo samples at 48 kHz, gated as in ITU-R BS.1770-5.

    Silence measures minus infinity.
    """
    hops = _weighted_energy(samples)
    starts = 1 + max(0, len(samples) - 4 * _HOP) // _HOP
    means = np.convolve(hops, np.ones(4))[3 : 3 + starts] / (4 * _HOP)
    gated = means[_lufs(means) > -70]
    if not gated.size:
        return float("-inf")
    gated = gated[_lufs(gated) > _lufs(gated.mean()) - 10]
    return float(_lufs(gated.mean()))


def _weighted_energy(samples: Samples) -> NDArray[np.float64]:
    """Energy of the K-weighted samples in each 100 ms, summed over both channels; at least four values."""
    energy = np.zeros(max(4, -(-len(samples) // _HOP)))
    shelf, high_pass = np.zeros((2, 2)), np.zeros((2, 2))
    for start in range(0, len(samples), _BLOCK):
        block, shelf = lfilter(*_SHELF, samples[start : start + _BLOCK], axis=0, zi=shelf)
        block, high_pass = lfilter(*_HIGH_PASS, block, axis=0, zi=high_pass)
        sums = np.add.reduceat((block**2).sum(axis=1), np.arange(0, len(block), _HOP))
        energy[start // _HOP : start // _HOP + len(sums)] = sums
    return energy


def _lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-12))


def limit(samples: Samples, gain: float) -> Samples:
    """Amplify, and turn down smoothly and a few milliseconds ahead what would pass :data:`CEILING`."""
    out = np.empty_like(samples, dtype=np.float32)
    for start in range(0, len(samples), _BLOCK):
        # What lies just outside the block decides on the gain at its edges.
        low, stop = max(0, start - 2 * _LOOKAHEAD), min(len(samples), start + _BLOCK)
        part = samples[low : stop + 2 * _LOOKAHEAD] * np.float32(gain)
        peak = np.abs(part).max(axis=1) / CEILING
        needed = maximum_filter1d(np.maximum(peak, 1.0), 2 * _LOOKAHEAD + 1, mode="nearest")
        turned = part / uniform_filter1d(needed, _LOOKAHEAD, mode="nearest")[:, None]
        out[start:stop] = turned[start - low : stop - low]
    return out


def master(samples: Samples) -> Samples:
    """Take out what lies below hearing (in place), bring the mix to :data:`TARGET_LUFS`, and limit it."""
    state = np.zeros((1, 2))
    for start in range(0, len(samples), _BLOCK):
        block = samples[start : start + _BLOCK]
        block[:], state = lfilter([1, -1], [1, -0.9967], block, axis=0, zi=state)
    # The limiter takes some loudness away; a second pass gives it back.
    for _ in range(2):
        measured = loudness(samples)
        if not np.isfinite(measured):
            return samples
        samples = limit(samples, 10 ** ((TARGET_LUFS - measured) / 20))
    return samples
