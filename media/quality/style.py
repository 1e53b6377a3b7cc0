"""What makes two shots look as if they were of one film."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

# What a difference of each feature counts: the moments as they are, in OKLab; texture and edges less.
_COLOUR_SHARE = 1.0
_STRUCTURE_SHARE = 0.5


def style_of(lab: NDArray[np.float32], grey: NDArray[np.float32]) -> tuple[float, ...]:
    """A picture's colour moments, and two facts of its structure.

    The moments are mean, deviation and the cube root of the third one for each channel of OKLab: Stricker and
    Orengo, "Similarity of color images", 1995. The structure is the share of the picture that is edges, and
    how much of its contrast is fine: flat drawing, painting and photograph differ in both.

    Args:
        lab: ``(n, 3)`` pixels in OKLab.
        grey: the picture in grey levels, 640 pixels long.
    """
    mean, spread = lab.mean(0), lab.std(0)
    skew = np.cbrt(((lab - mean) ** 3).mean(0))
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 2.0)
    steep = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    structure = (float((steep > 64).mean()), float(fine.std() / max(float(grey.std()), 1.0)))
    return tuple(float(value) for value in (*mean, *spread, *skew, *structure))


def mean_style(styles: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """A clip's style from its frames'; empty without any."""
    return tuple(float(value) for value in np.mean(styles, axis=0)) if styles else ()


def style_distance(one: Sequence[float], other: Sequence[float]) -> float:
    """How unlike two clips look: 0 for the same, up to 0.45 within a film, 0.6 between two films."""
    apart = np.abs(np.subtract(one, other))
    return float(_COLOUR_SHARE * apart[:9].sum() + _STRUCTURE_SHARE * apart[9:].sum())


def distance_to_neighbours(style: Sequence[float], neighbours: Sequence[Sequence[float]]) -> float | None:
    """The distance to the neighbour that is most alike: a film may change its light once, and a clip is a
    stranger only if it is like neither of its neighbours. None without neighbours."""
    known = [neighbour for neighbour in neighbours if len(neighbour) == len(style) > 0]
    return min((style_distance(style, neighbour) for neighbour in known), default=None)
