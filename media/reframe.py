"""Which part of a shot another aspect ratio shows: a crop that keeps the subject and moves like a camera.

The crop keeps the whole of one side of the picture and a window of the other. It stands still where it can.
Where it can't, its path is an L1-optimal one: pieces at rest, at constant speed or evenly accelerated
(Grundmann, Kwatra, Essa, "Auto-directed video stabilization with robust L1 optimal camera paths", CVPR 2011),
which a linear programme finds. Where no crop keeps the subject, more of the picture is shown than fills the
frame, and the rest of the frame is for a backdrop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array, eye_array

from media.encoder import FPS
from media.saliency import Look, Span
from media.timeline import Size

REFRAME_VERSION = 2
"""Raised whenever the same clip would be cropped otherwise: films that are made again then are."""

EVERY = 5
"""Every how many frames a shot is looked at."""

MARGIN = 0.03
"""Room that is kept around a subject, as a share of the picture's side."""

FASTEST = 0.4
"""The speed of a crop, as a share of the picture's side in a second, above which it is no camera's."""

_SEEN = 0.25
"""A subject is one that is seen in this share of the looks at least."""

# Weights of speed, acceleration and jerk, as the paper has them, and of keeping the subject in the middle.
_SPEED, _ACCELERATION, _JERK, _MIDDLE = 10.0, 1.0, 100.0, 0.01


@dataclass(frozen=True)
class Framing:
    """A crop over a shot, in pixels of the source.

    Attributes:
        along: the side that is cut: ``x`` or ``y``.
        window: even length of what is shown of that side.
        offsets: of the window, one a frame. A crop that stands still stands on even pixels.
        padded: whether more is shown than fills the frame, which leaves room for a backdrop.
    """

    along: Literal["x", "y"]
    window: int
    offsets: tuple[float, ...]
    padded: bool

    @property
    def still(self) -> bool:
        return min(self.offsets) == max(self.offsets)


def plan_framing(looks: Sequence[Look], frames: int, source: Size, target: Size) -> Framing:
    """The crop of a shot of so many frames.

    Args:
        looks: at its frames 0, ``EVERY``, 2 · ``EVERY`` … and at its last one.
    """
    along: Literal["x", "y"] = "x" if source.width * target.height >= target.width * source.height else "y"
    side = source.width if along == "x" else source.height
    if along == "x":
        window = _even(source.height * target.width / target.height)
    else:
        window = _even(source.width * target.height / target.width)
    window = min(window, side)
    seen = [_edges(each.subject, along, side) for each in looks]
    if sum(edges is not None for edges in seen) < _SEEN * len(seen):
        offset = _busiest(looks, along, side, window)
        return Framing(along, window, (float(offset),) * frames, padded=False)
    low, high = _hulls(seen, frames)
    return _kept(low, high, along, side, window)


def _kept(
    low: NDArray[np.float64], high: NDArray[np.float64], along: Literal["x", "y"], side: int, window: int
) -> Framing:
    """A crop that keeps ``[low, high]`` of every frame: still, moving, or wider than the frame."""
    frames = len(low)
    if high.max() - low.min() <= window:
        return Framing(along, window, (_rest(low.min(), high.max(), side, window),) * frames, padded=False)
    if (high - low).max() <= window:
        path = camera_path(high - window, low, (low + high - window) / 2, side - window, FASTEST * side / FPS)
        if path is not None:
            return Framing(along, window, tuple(path.tolist()), padded=False)
    wider = min(side - side % 2, _even(high.max() - low.min() + 1))
    return Framing(along, wider, (_rest(low.min(), high.max(), side, wider),) * frames, padded=True)


def camera_path(
    lowest: NDArray[np.float64],
    highest: NDArray[np.float64],
    wanted: NDArray[np.float64],
    most: float,
    fastest: float,
) -> NDArray[np.float64] | None:
    """The smoothest path between two bounds; None if there is none within the speed.

    Args:
        lowest, highest: the bounds at each frame, in pixels.
        wanted: where it had best be, as far as that costs no movement.
        most: the path stays between 0 and this.
        fastest: pixels from one frame to the next.
    """
    count = len(wanted)
    if count < 4:
        at = np.clip(wanted.mean(), max(0.0, lowest.max()), min(most, highest.min()))
        return np.full(count, at) if lowest.max() <= at <= highest.min() else None
    identity = eye_array(count)
    first = _difference(count)
    second = _difference(count - 1) @ first
    third = _difference(count - 2) @ second
    terms = [(identity, _MIDDLE), (first, _SPEED), (second, _ACCELERATION), (third, _JERK)]
    # |D p - d| <= e, with the sum of the weighted e the least.
    slack = [eye_array(term.shape[0]) for term, _ in terms]
    rows = []
    for index, (term, _) in enumerate(terms):
        empty = [None] * len(terms)
        rows.append([term, *empty[:index], -slack[index], *empty[index + 1 :]])
        rows.append([-term, *empty[:index], -slack[index], *empty[index + 1 :]])
    rest = [np.zeros(term.shape[0]) for term, _ in terms[1:]]
    limits = np.concatenate([wanted, -wanted, *(zero for zeros in rest for zero in (zeros, zeros))])
    cost = np.concatenate([np.zeros(count), *(np.full(term.shape[0], weight) for term, weight in terms)])
    bounds = [(max(0.0, a), min(most, b)) for a, b in zip(lowest, highest, strict=True)]
    if any(a > b for a, b in bounds):
        return None
    bounds += [(0.0, None)] * count + [(0.0, fastest)] * (count - 1)
    bounds += [(0.0, None)] * (2 * count - 5)
    solved = linprog(cost, A_ub=block_array(rows, format="csr"), b_ub=limits, bounds=bounds, method="highs")
    return np.asarray(solved.x[:count]) if solved.status == 0 else None


def _difference(count: int) -> csr_array:
    """What makes of ``count`` values the steps from each to the next."""
    return csr_array(eye_array(count - 1, count, k=1) - eye_array(count - 1, count))


def _edges(subject: Span | None, along: Literal["x", "y"], side: int) -> tuple[float, float] | None:
    """The subject's ends along a side with room around them, in pixels."""
    if subject is None:
        return None
    low, high = (subject.left, subject.right) if along == "x" else (subject.top, subject.bottom)
    return max(0.0, low - MARGIN) * side, min(1.0, high + MARGIN) * side


def _hulls(
    seen: Sequence[tuple[float, float] | None], frames: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The subject's ends at each frame, from where it was looked at.

    One look that differs from both of its neighbours is a mistake and counts as they do.
    """
    known = [index for index, edges in enumerate(seen) if edges is not None]
    ends = np.array([seen[index] for index in known], float)
    whole = np.stack([np.interp(range(len(seen)), known, ends[:, n]) for n in (0, 1)], axis=1)
    if len(whole) >= 3:
        padded = np.pad(whole, ((1, 1), (0, 0)), mode="edge")
        whole = np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0)
    at = [*range(0, frames - 1, EVERY), frames - 1]
    low, high = (np.interp(range(frames), at, whole[:, n]) for n in (0, 1))
    # Nothing moves quite evenly from one look to the next.
    reach = EVERY // 2 * 2 + 1
    return minimum_filter1d(low, reach, mode="nearest"), maximum_filter1d(high, reach, mode="nearest")


def _rest(low: float, high: float, side: int, window: int) -> float:
    """Where a window stands still on even pixels: over the middle of what it keeps, all of which it keeps."""
    middle = min(max((low + high - window) / 2, 0.0), float(side - window))
    offset = 2 * round(middle / 2)
    if offset > low:
        offset -= 2
    if offset + window < high:
        offset += 2
    return float(min(max(offset, 0), side - window))


def _busiest(looks: Sequence[Look], along: Literal["x", "y"], side: int, window: int) -> int:
    """The even offset of the window that shows most of what stands out; the middle where nothing does."""
    saliency = np.mean([each.saliency for each in looks], axis=0).sum(axis=0 if along == "x" else 1)
    total = np.concatenate([[0.0], np.cumsum(saliency)])
    offsets = np.arange(0, side - window + 1, 2)
    places = np.linspace(0, side, len(total))
    held = np.interp(offsets + window, places, total) - np.interp(offsets, places, total)
    # A little for the middle, which decides between places that are as good.
    off = np.abs(offsets - (side - window) / 2) / side
    return int(offsets[np.argmax(held - 0.1 * total[-1] * off)])


def _even(length: float) -> int:
    """The nearest even number of pixels, at least two."""
    return max(2, 2 * round(length / 2))
