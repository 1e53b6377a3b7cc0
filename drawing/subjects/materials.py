"""Materials: how a surface answers to light. Each maker names a real-world finish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from drawing.subjects.colour import Colour, shade

Grain = Literal["none", "leather", "weave", "brushed", "speckle"]


@dataclass(frozen=True, eq=False)
class Material:
    """A surface finish. Colours are linear light; all other figures run 0..1 unless said otherwise.

    `texture` is an H×W×4 float32 image (linear RGB, premultiplied alpha) laid over `colour` by the part's
    UV map. `emission` multiplies the surface colour into light of its own; with `texture_emits` only
    the texture glows. `clarity` lets light through a coloured liquid: bright away from the key, deep at the
    edges. `opacity` below 1 makes a see-through layer (glass, liquid).
    """

    colour: Colour
    roughness: float = 0.45
    metal: float = 0.0
    coat: float = 0.0
    sheen: float = 0.0
    scatter: float = 0.0
    clarity: float = 0.0
    opacity: float = 1.0
    emission: float = 0.0
    texture: NDArray[np.float32] | None = None
    texture_emits: bool = False
    grain: Grain = "none"
    grain_depth: float = 0.0
    grain_scale: float = 1.0


def textured(material: Material, texture: NDArray[np.float32], *, emits: bool = False) -> Material:
    """Give a material a printed image; with `emits` the image is a lit screen."""
    return replace(material, texture=texture, texture_emits=emits, emission=1.0 if emits else 0.0)


def plastic(colour: Colour, roughness: float = 0.28) -> Material:
    """Smooth moulded plastic."""
    return Material(colour, roughness=roughness, coat=0.25)


def matte(colour: Colour) -> Material:
    """Soft-touch coating, ceramic bisque, card."""
    return Material(colour, roughness=0.75, sheen=0.12)


def lacquer(colour: Colour) -> Material:
    """Coloured base under a deep clear coat: car paint, glazed ceramic, lacquered wood."""
    return Material(colour, roughness=0.4, coat=1.0)


def metallic_paint(colour: Colour) -> Material:
    """Flake paint under a clear coat."""
    return Material(colour, roughness=0.42, metal=0.35, coat=1.0)


def metal(colour: Colour, roughness: float = 0.22) -> Material:
    """Bare or anodised metal of a given tint."""
    return Material(colour, roughness=roughness, metal=1.0)


def brushed(colour: Colour) -> Material:
    """Metal with fine directional scratches."""
    return Material(colour, roughness=0.36, metal=1.0, grain="brushed", grain_depth=0.06)


def chrome() -> Material:
    """Polished neutral metal."""
    return metal(np.array([0.82, 0.83, 0.85], np.float32), 0.08)


def gold(warmth: float = 0.0) -> Material:
    """Polished gold; warmth 0..1 turns it towards rose gold."""
    return metal(np.array([0.95, 0.70 - 0.16 * warmth, 0.36 + 0.05 * warmth], np.float32), 0.16)


def glass(tint: Colour, opacity: float = 0.22) -> Material:
    """Clear or tinted glass: see-through in the middle, reflecting at the edges."""
    return Material(tint, roughness=0.03, coat=1.0, opacity=opacity)


def liquid(colour: Colour) -> Material:
    """Coloured drink or perfume inside a vessel."""
    return Material(colour, roughness=0.12, coat=0.3, clarity=0.85)


def rubber(colour: Colour) -> Material:
    """Tyres and soles."""
    return Material(colour, roughness=0.62, sheen=0.1, grain="speckle", grain_depth=0.08, grain_scale=1.6)


def fabric(colour: Colour, scale: float = 1.0) -> Material:
    """Knitted or woven cloth."""
    return Material(colour, roughness=0.85, sheen=0.4, grain="weave", grain_depth=0.28, grain_scale=scale)


def leather(colour: Colour, scale: float = 1.0) -> Material:
    """Grained leather with a soft shine."""
    return Material(
        colour, roughness=0.46, sheen=0.12, coat=0.12, grain="leather", grain_depth=0.22, grain_scale=scale
    )


def organic(colour: Colour, scatter: float = 0.5) -> Material:
    """Leaves, petals, wax, bread, cream: light goes a little way in."""
    return Material(colour, roughness=0.5, scatter=scatter, sheen=0.1)


def glowing(colour: Colour, strength: float = 1.0) -> Material:
    """A lit lamp, a flame, a display."""
    return Material(shade(colour, lightness=0.05), roughness=0.6, emission=strength)
