"""The parts of a track, and how much goes on in it."""

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from listening.spectrum import FRAMES_A_SECOND, Array, Spectrum

_KERNEL_S = 8.0
"""How much of the music on either side of a boundary is compared."""
_FEWEST_BARS = 6
_PROMINENCE = 0.15
_NARROWEST_DB = 8.0
"""A track whose loudness moves by less than this is neither quiet nor loud anywhere."""
_NARROWEST_FLUX = 0.5
"""The same of its onsets: of their median."""


def find_sections(spectrum: Spectrum, downbeats: Array) -> tuple[float, ...]:
    """The seconds of the downbeats at which a new part begins; none in a track of few bars.

    Foote's novelty ("Automatic audio segmentation using a measure of audio novelty", 2000): a checkerboard
    along the diagonal of the bars' similarity in harmony, timbre and loudness.
    """
    if len(downbeats) < _FEWEST_BARS:
        return ()
    reach = max(2, round(_KERNEL_S / float(np.median(np.diff(downbeats)))))
    features = _by_bar(spectrum, downbeats)
    distances = np.linalg.norm(features[:, None] - features[None], axis=2)
    similar = np.exp(-distances / (np.median(distances) + 1e-9))
    novelty = np.array([_novelty(similar, bar, reach) for bar in range(len(features))])
    peaks, _ = find_peaks(
        novelty, prominence=_PROMINENCE * (novelty.max() + 1e-9), distance=max(2, reach // 2)
    )
    return tuple(float(downbeats[bar]) for bar in peaks)


def energy(spectrum: Spectrum, beats: Array, bar_s: float) -> Array:
    """How much goes on around each beat, 0 to 1: loudness and onsets, within the track's own range."""
    width = max(1, round(bar_s * FRAMES_A_SECOND))
    frames = np.minimum(np.round(beats * FRAMES_A_SECOND).astype(int), len(spectrum.loudness) - 1)
    power = uniform_filter1d(10 ** (spectrum.loudness / 10), width, mode="nearest")
    # A filter of running sums may end a hair below zero.
    loud = 10 * np.log10(np.maximum(power, 1e-6))[frames]
    busy = uniform_filter1d(spectrum.onsets, width, mode="nearest")[frames]
    return 0.6 * _ranged(loud, _NARROWEST_DB) + 0.4 * _ranged(busy, _NARROWEST_FLUX * float(np.median(busy)))


def _ranged(values: Array, narrowest: float) -> Array:
    low, high = np.percentile(values, (5, 95))
    half = max((high - low) / 2, narrowest / 2, 1e-9)
    return np.clip(0.5 + 0.5 * (values - (low + high) / 2) / half, 0.0, 1.0)


def _by_bar(spectrum: Spectrum, downbeats: Array) -> Array:
    """Standardised means of the curves over each bar, (bars, curves)."""
    curves = np.vstack([spectrum.chroma, spectrum.timbre, spectrum.loudness])
    weights = np.concatenate([np.full(12, 12), np.full(12, 12), [1]]) ** -0.5
    edges = np.round(downbeats * FRAMES_A_SECOND).astype(int)
    starts = np.minimum(edges, curves.shape[1] - 1)
    ends = np.append(edges[1:], curves.shape[1])
    means = np.stack([curves[:, a : max(a + 1, b)].mean(axis=1) for a, b in zip(starts, ends, strict=True)])
    return weights * (means - means.mean(axis=0)) / (means.std(axis=0) + 1e-9)


def _novelty(similar: Array, bar: int, reach: int) -> float:
    """How much likelier two bars on one side of a boundary are alike than two across it."""
    before, after = slice(max(0, bar - reach), bar), slice(bar, bar + reach)
    if min(bar, len(similar) - bar) < max(2, reach // 2):
        return 0.0
    within = (similar[before, before].mean() + similar[after, after].mean()) / 2
    return float(within - similar[before, after].mean())
