"""Plants and flowers."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, readable, stops, texture
from drawing.subjects.colour import Colour, mix, parse_hex, shade, to_hex, to_oklch
from drawing.subjects.forms import blade
from drawing.subjects.geometry import Part, ellipsoid, lathe, rounded, spline, tube
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def _leaf_material(colour: Colour, veins: int = 9) -> m.Material:
    dark, bright = shade(colour, lightness=-0.10), shade(colour, lightness=0.07)
    art = (
        f'<defs><linearGradient id="v" x1="0" y1="1" x2="0" '
        f'y2="0">{stops((0, dark), (0.6, colour), (1, bright))}'
        f'</linearGradient></defs><rect width="200" height="600" fill="url(#v)"/>'
    )
    pale = to_hex(shade(colour, lightness=0.12))
    art += f'<path d="M100 600V10" stroke="{pale}" stroke-width="5" opacity=".8"/>'
    art += "".join(
        (
            f'<path d="M100 {560 - i * 56}C130 {540 - i * 56} 165 {515 - i * 56} 195 '
            f"{480 - i * 56}M100 {560 - i * 56}C70 {540 - i * 56} 35 {515 - i * 56} 5 "
            f'{480 - i * 56}" stroke="{pale}" stroke-width="2.5" fill="none" opacity=".5"/>'
        )
        for i in range(veins)
    )
    return m.Material(
        colour, roughness=0.38, coat=0.35, scatter=0.45, texture=texture(art, 200, 600, pixels=600)
    )


def _pot(look: Look) -> list[Part]:
    ink = readable(look, look.brand)
    variant = look.choose(2)
    points = (
        [(0.0, 0.0), (0.27, 0.0, 0.04), (0.36, 0.58, 0.03), (0.345, 0.60, 0.02), (0.31, 0.56), (0.30, 0.5)]
        if variant
        else [
            (0.0, 0.0),
            (0.22, 0.0, 0.08),
            (0.36, 0.22, 0.2),
            (0.35, 0.55, 0.06),
            (0.335, 0.58, 0.02),
            (0.31, 0.54),
            (0.30, 0.48),
        ]
    )
    art = (
        mark(look, 300, 300, 170, ink)
        if variant
        else (
            f'<rect y="330" width="600" height="30" fill="{to_hex(look.accent)}"/>'
            f'<rect y="385" width="600" height="12" fill="{to_hex(look.accent)}"/>'
        )
    )
    glaze = m.Material(look.brand, roughness=0.45, coat=0.45, grain="speckle", grain_depth=0.06)
    shell = lathe(
        rounded(points, count=180),
        m.textured(glaze, texture(art, 600, 600)),
        label=(0.0, 0.6, 130.0 if variant else 360.0),
        closed=False,
    )
    soil = lathe(
        rounded([(0.0, 0.52), (0.31, 0.50)], count=20),
        m.Material(parse_hex("#2b1d14"), roughness=0.95, grain="leather", grain_depth=0.8),
        closed=False,
    )
    return [shell, soil]


def plant(look: Look) -> Model:
    """A potted plant: broad leaves or upright blades, by seed."""
    parts = _pot(look)
    green = parse_hex(("#2f7d3b", "#3b8a4a", "#4a8f2f")[look.choose(3)])
    chance = look.chance
    if look.choose(2):
        leaf = _leaf_material(green)
        for i in range(15):
            turn = i * 137.5 + chance.uniform(-12, 12)
            inner = i / 14
            lean = 58 - 46 * inner
            stem = 0.30 + 0.42 * inner
            out = np.sin(np.radians(lean)) * stem
            up = 0.52 + np.cos(np.radians(lean)) * stem
            tip = np.array([0.0, up, out])
            stalk = tube(
                spline([(0, 0.5, 0.02), (0, 0.5 + (up - 0.5) * 0.6, out * 0.4), tip], count=30),
                0.014,
                m.Material(shade(green, lightness=-0.05), roughness=0.5),
            )
            piece = (
                blade(0.46 + 0.10 * inner, 0.34, leaf, arch=1.25 - 0.5 * inner, fold=0.22)
                .turned("x", lean * 0.75)
                .moved(*tip)
            )
            parts += [part.turned("y", turn) for part in (stalk, piece)]
    else:
        art = f'<rect width="200" height="600" fill="{to_hex(shade(green, lightness=-0.08))}"/>' + "".join(
            (
                f'<path d="M0 {i * 26}C60 {i * 26 + 16} 140 {i * 26 - 14} 200 {i * 26 + 8}" '
                f'stroke="{to_hex(shade(green, lightness=0.10))}" stroke-width="7" fill="none" '
                f'opacity=".65"/>'
            )
            for i in range(24)
        )
        art += (
            '<rect width="16" height="600" fill="#dfd98a"/><rect x="184" width="16" height="600" '
            'fill="#dfd98a"/>'
        )
        sword = m.Material(
            green, roughness=0.36, coat=0.3, scatter=0.3, texture=texture(art, 200, 600, pixels=600)
        )
        for i in range(14):
            inner = i / 13
            length = 0.70 + 0.55 * inner + chance.uniform(-0.08, 0.08)
            piece = blade(
                length, 0.17, sword, arch=0.25 + 0.30 * (1 - inner), fold=0.35, tip=0.8, ruffle=0.1
            ).turned("x", 22 * (1 - inner) + 3)
            parts.append(piece.moved(0, 0.48, 0.13 * (1 - inner) + 0.02).turned("y", i * 137.5))
    return Model(parts, pitch=12, yaw=-12)


def _bloom(colour: Colour, size: float, seed: int) -> list[Part]:
    """A tulip that opens upwards from the origin."""
    chance = np.random.default_rng(seed)
    lightness = to_oklch(colour)[0]
    deep = shade(colour, lightness=-0.13 if lightness > 0.35 else 0.08)
    pale = shade(colour, lightness=min(0.10, 0.97 - lightness), chroma=0.85)
    art = texture(
        (
            f'<defs><linearGradient id="p" x1="0" y1="1" x2="0" '
            f'y2="0">{stops((0, deep), (0.55, colour), (1, pale))}</linearGradient></defs>'
            f'<rect width="200" height="400" fill="url(#p)"/>'
        )
        + "".join(
            (
                f'<path d="M{100 + (i - 4) * 8} 400C{100 + (i - 4) * 14} 260 {100 + (i - 4) * 20} 120 '
                f'{100 + (i - 4) * 24} 30" stroke="{to_hex(deep)}" stroke-width="1.6" opacity=".28" '
                f'fill="none"/>'
            )
            for i in range(9)
        ),
        200,
        400,
        pixels=400,
    )
    petal = m.Material(colour, roughness=0.6, scatter=0.75, sheen=0.25, texture=art)
    parts: list[Part] = []
    for layer, (count, lean, length) in enumerate(((3, 12.0, 1.0), (3, 4.0, 0.97), (3, -5.0, 0.80))):
        for i in range(count):
            piece = blade(size * 1.45 * length, size * 1.08, petal, arch=-0.62, fold=-0.30, tip=1.5)
            lean_here = lean + 11 + chance.uniform(-4, 4)
            spin = 360 / count * i + layer * 60 + chance.uniform(-7, 7)
            parts.append(
                piece.turned("x", lean_here).moved(0, 0, size * (0.24 - 0.07 * layer)).turned("y", spin)
            )
    parts.append(
        ellipsoid(size * 0.5, size * 0.3, size * 0.5, m.Material(deep, roughness=0.7, scatter=0.5)).moved(
            0, size * 0.08, 0
        )
    )
    return parts


def flower(look: Look) -> Model:
    """A single bloom in a vase, or a bouquet, by seed."""
    green = parse_hex("#3c7f3a")
    stalk = m.Material(green, roughness=0.5, scatter=0.3)
    leaf = _leaf_material(green)
    vase_colour = look.accent if to_oklch(look.accent)[0] > 0.3 else look.light
    vase = lathe(
        rounded(
            [
                (0.0, 0.0),
                (0.17, 0.0, 0.04),
                (0.27, 0.24, 0.16),
                (0.20, 0.50, 0.14),
                (0.10, 0.66, 0.08),
                (0.13, 0.76, 0.02),
                (0.115, 0.765, 0.01),
                (0.085, 0.66),
            ],
            count=200,
        ),
        m.Material(vase_colour, roughness=0.4, coat=0.8),
        closed=False,
    )
    parts: list[Part] = [vase]
    if look.choose(2):
        heads = [((0.0, 1.22, 0.0), 0.50, look.brand, 0.0, 0.0)]
    else:
        heads = [
            ((0.0, 1.42, 0.05), 0.30, look.brand, 4.0, 0.0),
            ((-0.36, 1.25, 0.04), 0.25, mix(look.brand, look.light, 0.45), 28.0, -70.0),
            ((0.36, 1.28, 0.02), 0.25, look.third, 26.0, 70.0),
            ((0.10, 1.15, 0.33), 0.25, mix(look.brand, look.light, 0.2), 34.0, 12.0),
            ((-0.16, 1.50, -0.22), 0.23, look.third, 14.0, -150.0),
        ]
    for index, (place, size, colour, lean, turn) in enumerate(heads):
        x, y, z = place
        path = spline(
            [(0, 0.45, 0), (x * 0.3, 0.85, z * 0.3), (x * 0.75, y - 0.25, z * 0.75), place], count=60
        )
        parts.append(tube(path, 0.020, stalk))
        tilt = 24.0 if len(heads) == 1 else 20.0 + lean * 0.4
        face = turn if len(heads) > 1 else 10.0
        bloom = _bloom(colour, size, 20 + index)
        sepal = lathe(
            rounded([(0.0, -0.06), (0.05, -0.03, 0.02), (0.07, 0.03), (0.0, 0.04)], count=30), stalk
        )
        parts += [part.turned("x", tilt).turned("y", face * 0.5).moved(x, y, z) for part in (*bloom, sepal)]
    for length, height, lean, turn in (
        (0.52, 0.78, 52.0, 75.0),
        (0.46, 0.80, 46.0, -80.0),
        (0.42, 0.86, 40.0, 20.0),
        (0.40, 0.95, 38.0, -30.0),
    ):
        parts.append(
            blade(length, 0.20, leaf, arch=0.8, fold=0.25)
            .turned("x", lean)
            .turned("y", turn)
            .moved(0, height, 0)
        )
    return Model(parts, pitch=10, yaw=-8)
