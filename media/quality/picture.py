"""What single frames say: black, sharp, moved since the frame before."""

import cv2
import numpy as np
from numpy.typing import NDArray

# As ffmpeg's blackdetect has them by default: pixels under 10 %, and 98 % of them.
BLACK_PIXEL, BLACK_PICTURE = 0.10 * 255, 0.98
STILL_MEAN, STILL_ANYWHERE = 0.05, 1.5
"""Grey levels. An encoder's own noise upon a picture that stands stays under both."""
LEAST_CONTRAST = 8.0
_EDGES = 99.95


def is_black(grey: NDArray[np.float32]) -> bool:
    """Whether a picture is all but black."""
    return bool((grey < BLACK_PIXEL).mean() >= BLACK_PICTURE)


def stands_still(before: NDArray[np.float32], after: NDArray[np.float32]) -> bool:
    """Whether nothing at all moved between two pictures; a slow camera over a calm scene does move."""
    change = cv2.absdiff(before, after)
    return bool(change.mean() < STILL_MEAN and cv2.blur(change, (8, 8)).max() < STILL_ANYWHERE)


def sharpness(grey: NDArray[np.float32]) -> float | None:
    """The strength of the picture's finest edges over its contrast; of a picture 640 pixels long.

    The Laplacian as a measure of focus is in Pech-Pacheco and others, "Diatom autofocusing in brightfield
    microscopy", 2000, as its variance. That falls with darkness and with empty sky too, so here it is a high
    percentile, over the range of the picture's own greys: one sharp thing before a soft background is sharp.

    Returns:
        0.25 to 1 where something is in focus, under 0.1 for a smear, None without any contrast.
    """
    low, high = np.percentile(grey, (0.5, 99.5))
    if high - low < LEAST_CONTRAST:
        return None
    edges = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    return float(np.percentile(edges, _EDGES) / (high - low))
