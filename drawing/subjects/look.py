"""How one subject is dressed: brand colours with neutrals that suit them, and the seed's choices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drawing.subjects.colour import Colour, from_oklch, mix, parse_hex, shade, to_oklch


@dataclass(frozen=True, eq=False)
class Look:
    """Colours (linear light), the brand mark's design, and chance for one subject.

    `brand` is the first palette colour, `accent` the second (or a companion made from the first), `third` the
    next. `light`, `dark` and `ink` are a warm or cool off-white, charcoal and near-black that suit the brand.
    """

    brand: Colour
    accent: Colour
    third: Colour
    light: Colour
    dark: Colour
    ink: Colour
    emblem: int
    chance: np.random.Generator

    def choose(self, count: int) -> int:
        """Pick one of `count` variants."""
        return int(self.chance.integers(count))


def look_for(palette: tuple[str, ...], seed: int) -> Look:
    """Dress a subject. Raises ValueError when the palette is empty or holds anything but hex colours."""
    if isinstance(palette, str) or len(palette) == 0:
        raise ValueError(
            f"palette must be a tuple of at least one hex colour, got {palette!r}. "
            "Pass for example ('#1e88e5',)."
        )
    colours = [parse_hex(text) for text in palette]
    brand = colours[0]
    lightness, chroma, hue = to_oklch(brand)
    others = [colour for colour in colours[1:] if np.abs(colour - brand).max() > 0.04]
    companion = from_oklch(0.80 if lightness < 0.62 else 0.38, max(chroma * 0.8, 0.03), hue + 0.5)
    accent = others[0] if others else companion
    third = others[1] if len(others) > 1 else mix(shade(brand, lightness=0.18), accent, 0.35)
    return Look(
        brand=brand,
        accent=accent,
        third=third,
        light=from_oklch(0.95, 0.012, hue),
        dark=from_oklch(0.30, min(0.025, chroma), hue),
        ink=from_oklch(0.19, min(0.018, chroma), hue),
        emblem=seed,
        chance=np.random.default_rng([seed, 11]),
    )
