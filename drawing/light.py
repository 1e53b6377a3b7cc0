"""Colour of a scene: the time of day, the weather and the brand in one harmony.

Colours are worked out in OKLab (Björn Ottosson, 2020, https://bottosson.github.io/posts/oklab/), where equal
steps look equal, and handed out as ``Colour``: float32 (blue, green, red), display gamma, 0 to 1.
"""

from dataclasses import dataclass

import numpy as np

Colour = np.ndarray
"""float32 of shape (3,): blue, green, red."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def bgr(blue: float, green: float, red: float) -> Colour:
    """A colour from its parts, 0 to 1."""
    return np.array([blue, green, red], np.float32)


def oklab(colour: Colour) -> np.ndarray:
    """(lightness, a, b) of a colour."""
    rgb = np.asarray(colour, np.float64)[::-1]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return _TO_LAB @ np.cbrt(_TO_LMS @ linear)


def from_oklab(lab: np.ndarray) -> Colour:
    """The displayable colour of (lightness, a, b): chroma is lowered until it fits the sRGB gamut."""
    lightness = float(np.clip(lab[0], 0, 1))
    linear = np.zeros(3)
    for chroma in np.linspace(1, 0, 21):
        lms = np.linalg.solve(_TO_LAB, [lightness, lab[1] * chroma, lab[2] * chroma]) ** 3
        linear = np.linalg.solve(_TO_LMS, lms)
        if linear.min() > -1e-3 and linear.max() < 1.001:
            break
    linear = np.clip(linear, 0, 1)
    rgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return rgb[::-1].astype(np.float32)


def oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """A colour by lightness 0..1, chroma 0..0.4 and hue in degrees."""
    angle = np.deg2rad(hue)
    return from_oklab(np.array([lightness, chroma * np.cos(angle), chroma * np.sin(angle)]))


def from_hex(text: str) -> Colour:
    """``#rrggbb`` as a colour."""
    return np.array([int(text[i : i + 2], 16) / 255 for i in (5, 3, 1)], np.float32)


def mix(first: Colour, second: Colour, amount: float) -> Colour:
    """The colour ``amount`` of the way from the first to the second, in OKLab."""
    return from_oklab(oklab(first) * (1 - amount) + oklab(second) * amount)


def relight(colour: Colour, lightness: float, chroma: float = 1.0) -> Colour:
    """The same hue at another lightness, chroma multiplied."""
    lab = oklab(colour)
    return from_oklab(np.array([lightness, lab[1] * chroma, lab[2] * chroma]))


def tint(base: Colour, brand: Colour, amount: float) -> Colour:
    """``base`` leaning to the hue of ``brand``; its lightness stays."""
    lab, other = oklab(base), oklab(brand)
    strength = float(np.hypot(other[1], other[2]))
    if strength < 0.03:
        return from_oklab(np.array([lab[0], *(lab[1:] * (1 - amount * 0.6))]))
    reach = max(float(np.hypot(lab[1], lab[2])), 0.11) / strength
    return from_oklab(np.array([lab[0], *(lab[1:] * (1 - amount) + other[1:] * reach * amount)]))


# (lightness, chroma, hue) by time of day
_HOURS = {
    "dawn": {
        "top": (0.56, 0.09, 275),
        "mid": (0.71, 0.11, 355),
        "low": (0.86, 0.10, 55),
        "sun": (0.97, 0.07, 80),
        "fog": (0.76, 0.08, 25),
        "shade": (0.30, 0.07, 285),
    },
    "day": {
        "top": (0.57, 0.13, 252),
        "mid": (0.70, 0.12, 240),
        "low": (0.87, 0.06, 222),
        "sun": (0.99, 0.03, 95),
        "fog": (0.80, 0.06, 235),
        "shade": (0.34, 0.07, 250),
    },
    "golden": {
        "top": (0.55, 0.08, 265),
        "mid": (0.72, 0.13, 52),
        "low": (0.86, 0.13, 76),
        "sun": (0.98, 0.10, 88),
        "fog": (0.78, 0.11, 62),
        "shade": (0.27, 0.06, 20),
    },
    "dusk": {
        "top": (0.29, 0.11, 285),
        "mid": (0.53, 0.15, 350),
        "low": (0.80, 0.145, 52),
        "sun": (0.93, 0.13, 60),
        "fog": (0.60, 0.12, 355),
        "shade": (0.20, 0.07, 290),
    },
    "night": {
        "top": (0.15, 0.055, 270),
        "mid": (0.26, 0.08, 265),
        "low": (0.42, 0.09, 245),
        "sun": (0.95, 0.03, 235),
        "fog": (0.36, 0.075, 255),
        "shade": (0.12, 0.045, 270),
    },
}


@dataclass(frozen=True, eq=False)
class Tones:
    """The colours a scene is painted with.

    top, mid, low: the sky from zenith to horizon; sun: the disc of sun or moon; fog: what distance fades to;
    shade: the darkest foreground; brand: the brand's colours; accent: the brand as light; dark: night-like.
    """

    top: Colour
    mid: Colour
    low: Colour
    sun: Colour
    fog: Colour
    shade: Colour
    brand: tuple[Colour, ...]
    accent: tuple[Colour, ...]
    dark: bool

    def distance(self, far: float) -> Colour:
        """Aerial perspective: the colour of ground that is ``far`` away, 0 at the lens and 1 in the fog."""
        return mix(self.shade, self.fog, far**0.85)


def tones_for(light: str, weather: str, mood: str, palette: tuple[str, ...]) -> Tones:
    """The harmony of a time of day, a weather, a mood and the brand's colours."""
    brand = tuple(from_hex(colour) for colour in palette)
    second = brand[1 % len(brand)]
    hour = {name: oklch(*value) for name, value in _HOURS[light].items()}
    leaning = {"top": (brand[0], 0.75), "mid": (second, 0.58), "low": (second, 0.24), "sun": (second, 0.08),
               "fog": (brand[0], 0.52), "shade": (brand[0], 0.5)}  # fmt: skip
    colours = {name: tint(colour, *leaning[name]) for name, colour in hour.items()}
    veil = {"clear": 0.0, "mist": 0.35, "rain": 0.45, "snow": 0.35}[weather]
    vivid = {"calm": 0.9, "energetic": 1.2, "luxurious": 0.95, "playful": 1.2, "dramatic": 1.1,
             "nostalgic": 0.8, "futuristic": 1.15}[mood]  # fmt: skip
    for name, colour in colours.items():
        lab = oklab(colour)
        colours[name] = from_oklab(np.array([lab[0], *(lab[1:] * vivid * (1 - 0.45 * veil))]))
    for name in ("top", "mid", "low"):
        colours[name] = mix(colours[name], colours["fog"], veil)
    accent = tuple(relight(colour, max(float(oklab(colour)[0]), 0.74), 1.1) for colour in brand)
    return Tones(**colours, brand=brand, accent=accent, dark=light in ("dusk", "night"))
