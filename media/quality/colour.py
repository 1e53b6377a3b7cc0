"""Colours as people see them apart, and how far a picture's are from a palette."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Björn Ottosson, "A perceptual color space for image processing" (OKLab), 2020.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
# IEC 61966-2-1 (sRGB), for every 8-bit value.
_SRGB = np.arange(256, dtype=np.float32) / 255
_LINEAR = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4).astype(np.float32)

COLOURFUL = 0.04
"""OKLab chroma below which a colour is taken for grey, and has no hue to be wrong."""
MORE_VIVID = 1.3
"""So many times as vivid as the palette has it may a colour be and still be the palette's."""
FEW = 0.02
"""A picture with a smaller share of colourful pixels has no colours to judge."""


def oklab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """sRGB pixels ``(…, 3)`` as OKLab: lightness from 0 to 1, then green–red and blue–yellow."""
    return np.cbrt(_LINEAR[rgb] @ _TO_CONES.T) @ _TO_LAB.T


def palette_distance(lab: NDArray[np.float32], palette: Sequence[str]) -> float | None:
    """How far colours are from the palette's: the mean OKLab distance, each weighed by its chroma.

    A colour's distance is that to the nearest line from grey to one of the palette's colours: a tint or a
    shade of a brand's colour is the brand's, and lightness doesn't matter. A film may show green leaves
    beside a red brand: leaves lie about 0.1 away, a cast over the whole picture 0.15 and more.

    Args:
        lab: ``(n, 3)`` pixels in OKLab.
        palette: ``#rrggbb`` colours.

    Returns:
        None where the palette is empty, or next to nothing is colourful.
    """
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    weights = np.where(chroma > COLOURFUL, chroma, 0)
    if not palette or np.count_nonzero(weights) < FEW * len(lab):
        return None
    wanted = oklab(np.array([list(bytes.fromhex(colour[1:])) for colour in palette], np.uint8))[:, 1:]
    along = (lab[:, None, 1:] * wanted).sum(2) / np.maximum((wanted * wanted).sum(1), 1e-9)
    nearest = np.clip(along, 0, MORE_VIVID)[:, :, None] * wanted
    distance = np.linalg.norm(lab[:, None, 1:] - nearest, axis=2).min(1)
    return float((distance * weights).sum() / weights.sum())
