"""Whether words can be read on the picture below them, and what makes them readable.

Relative luminance and contrast ratio are those of WCAG 2.2 (definitions "relative luminance"
and "contrast ratio"); 4.5:1 is its success criterion 1.4.3.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]

MINIMUM = 4.5
WHITE: Rgb = (255, 255, 255)
INK: Rgb = (14, 17, 24)

_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)
# The share of the letters' area that may fall below the ratio reported: glints and single pixels.
_SHARE = 5
_OPACITIES = (0.0, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def rgb(colour: str) -> Rgb:
    """``#rrggbb`` as three numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Relative luminance, 0 to 1, of sRGB pixels ``(..., 3)`` from 0 to 255."""
    value = np.asarray(pixels, np.float32) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32) @ _WEIGHTS


def ratio(first: Rgb, second: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((float(luminance(np.array(c, np.float32))) for c in (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ratio_over(ink: Rgb, pictures: NDArray[np.uint8], letters: NDArray[np.bool_]) -> float:
    """The contrast ratio that 95 % of the letters' area reaches over every picture.

    Args:
        pictures: ``(n, height, width, 3)`` RGB.
        letters: ``(height, width)``, true where a letter is, with some margin.
    """
    mine = float(luminance(np.array(ink, np.float32))) + 0.05
    worst = 21.0
    for picture in pictures:
        below = luminance(cv2.blur(picture, (5, 5)))[letters] + 0.05
        if below.size:
            ratios = np.maximum(below, mine) / np.minimum(below, mine)
            worst = min(worst, float(np.percentile(ratios, _SHARE)))
    return worst


@dataclass(frozen=True)
class Legibility:
    """The colour of the letters, the opacity (0–1) of the scrim below them, and the ratio reached."""

    ink: Rgb
    scrim: Rgb
    opacity: float
    ratio: float


def choose(pictures: NDArray[np.uint8], letters: NDArray[np.bool_], veil: NDArray[np.float32]) -> Legibility:
    """Choose white letters if they are readable, dark ones if those are, else the lightest scrim.

    Args:
        pictures: ``(n, height, width, 3)`` RGB below the letters.
        letters: ``(height, width)`` mask of the letters.
        veil: ``(height, width)``, 0 to 1: the scrim's shape at full opacity.
    """
    plain = [Legibility(ink, INK, 0.0, ratio_over(ink, pictures, letters)) for ink in (WHITE, INK)]
    for option in plain:
        if option.ratio >= MINIMUM:
            return option
    option = plain[0]
    for opacity in _OPACITIES[1:]:
        alpha = (veil * opacity)[..., None]
        shaded = (pictures * (1 - alpha) + np.array(INK, np.float32) * alpha).astype(np.uint8)
        option = Legibility(WHITE, INK, opacity, ratio_over(WHITE, shaded, letters))
        if option.ratio >= MINIMUM:
            break
    return option


def legible_pair(fill: Rgb) -> tuple[Rgb, Rgb, float]:
    """A fill near ``fill`` and a text colour on it that reach 4.5:1, with the ratio.

    White text is preferred; the fill is darkened by up to a tenth to keep it, so that it stays the brand's.
    """
    for share in (1.0, 0.95, 0.9):
        darker = (round(fill[0] * share), round(fill[1] * share), round(fill[2] * share))
        if (reached := ratio(WHITE, darker)) >= MINIMUM:
            return darker, WHITE, reached
    return fill, INK, ratio(INK, fill)
