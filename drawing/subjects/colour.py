"""Colours in OKLab and linear light: parsing, mixing and deriving shades of a brand colour.

OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020.
A colour inside this package is a float32 array of three linear-light sRGB values (R, G, B), 0..1.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float32]

_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LMS = np.linalg.inv(_TO_LMS)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB)


def decode_srgb(encoded: NDArray[np.floating]) -> NDArray[np.float32]:
    """Turn sRGB values (0..1) into linear light; formula of IEC 61966-2-1."""
    low = encoded / 12.92
    high = ((np.maximum(encoded, 0.0) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, low, high).astype(np.float32)


def encode_srgb(linear: NDArray[np.floating]) -> NDArray[np.float32]:
    """Turn linear light (0..1) into sRGB values (0..1); formula of IEC 61966-2-1."""
    clipped = np.clip(linear, 0.0, 1.0)
    high = 1.055 * clipped ** np.float32(1 / 2.4) - 0.055
    return np.where(clipped <= 0.0031308, clipped * 12.92, high).astype(np.float32)


def parse_hex(text: str) -> Colour:
    """Read `#rgb` or `#rrggbb` (the # may be missing) as linear light.

    Raises ValueError when the text is no such colour.
    """
    match = _HEX.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f"palette colour {text!r} is not a hex colour: it must be #rgb or #rrggbb. Write it like #1e88e5."
        )
    digits = match.group(1)
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    values = np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255
    return decode_srgb(values)


def to_hex(colour: Colour) -> str:
    """Write a linear-light colour as `#rrggbb`."""
    return "#" + "".join(f"{round(float(value) * 255):02x}" for value in encode_srgb(colour))


def to_oklch(colour: Colour) -> tuple[float, float, float]:
    """Give lightness (0..1), chroma (0..~0.37) and hue (radians) of a linear-light colour."""
    lightness, a, b = _LMS_TO_LAB @ np.cbrt(_TO_LMS @ colour)
    return float(lightness), float(np.hypot(a, b)), float(np.arctan2(b, a))


def from_oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """Make a linear-light colour; chroma is lowered until the colour fits into sRGB."""
    lightness = min(max(lightness, 0.0), 1.0)
    linear = np.zeros(3)
    for scale in (1.0, 0.92, 0.84, 0.76, 0.66, 0.55, 0.42, 0.28, 0.14, 0.0):
        lab = np.array([lightness, chroma * scale * np.cos(hue), chroma * scale * np.sin(hue)])
        linear = _FROM_LMS @ (_LAB_TO_LMS @ lab) ** 3
        if linear.min() >= -0.002 and linear.max() <= 1.002:
            break
    return np.clip(linear, 0.0, 1.0).astype(np.float32)


def shade(colour: Colour, *, lightness: float = 0.0, chroma: float = 1.0, hue: float = 0.0) -> Colour:
    """Shift a colour: add to lightness, multiply chroma, turn the hue by radians (all in OKLCH)."""
    base_lightness, base_chroma, base_hue = to_oklch(colour)
    return from_oklch(base_lightness + lightness, base_chroma * chroma, base_hue + hue)


def mix(first: Colour, second: Colour, amount: float) -> Colour:
    """Mix two colours in OKLab; amount 0 gives the first, 1 the second."""
    labs = [_LMS_TO_LAB @ np.cbrt(_TO_LMS @ colour) for colour in (first, second)]
    lab = labs[0] * (1 - amount) + labs[1] * amount
    return np.clip(_FROM_LMS @ (_LAB_TO_LMS @ lab) ** 3, 0.0, 1.0).astype(np.float32)
