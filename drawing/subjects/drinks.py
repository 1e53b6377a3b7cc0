"""Can, bottle and cup."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import lines, mark, on_paper, readable, stops, texture
from drawing.subjects.colour import mix, shade, to_hex, to_oklch
from drawing.subjects.geometry import Part, ellipsoid, lathe, ring, rounded, spline, tube
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def can(look: Look) -> Model:
    """A drink can with a full-wrap print."""
    profile = rounded(
        [
            (0.0, 0.06),
            (0.22, 0.06),
            (0.24, 0.0, 0.02),
            (0.27, 0.0, 0.02),
            (0.335, 0.10, 0.05),
            (0.335, 1.06, 0.07),
            (0.272, 1.165, 0.02),
            (0.272, 1.18),
            (0.285, 1.19, 0.01),
            (0.285, 1.205, 0.01),
            (0.262, 1.205, 0.01),
            (0.25, 1.16, 0.02),
            (0.0, 1.165),
        ],
        count=260,
    )
    brand, accent = to_hex(look.brand), to_hex(look.accent)
    ink = readable(look, look.brand)
    defs = (
        f'<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1">'
        f"{stops((0, shade(look.brand, lightness=0.05)), (1, shade(look.brand, lightness=-0.08)))}"
        f"</linearGradient></defs>"
    )
    body = '<rect width="800" height="1000" fill="url(#g)"/>'
    variant = look.choose(3)
    if variant == 0:
        body += (
            f'<path d="M0 640C160 520 300 760 470 610S700 500 800 560V1000H0Z" fill="{accent}"/>'
            f'<path d="M0 720C180 600 320 830 500 690S720 590 800 650V1000H0Z" '
            f'fill="{to_hex(look.third)}" opacity=".7"/>'
        )
    elif variant == 1:
        body += "".join(
            (
                f'<path d="M{-500 + i * 150} 1000L{i * 150 + 100} 0h60L{-440 + i * 150} 1000Z" '
                f'fill="{accent}" opacity=".9"/>'
            )
            for i in range(3, 6)
        )
    else:
        body += (
            f'<circle cx="400" cy="520" r="285" fill="{accent}"/>'
            f'<circle cx="400" cy="520" r="250" fill="{brand}"/>'
        )
    body += mark(look, 400, 400 if variant != 2 else 470, 230, ink)
    body += f'<rect x="250" y="{585 if variant != 2 else 640}" width="300" height="26" rx="13" fill="{ink}"/>'
    body += lines(400, 640 if variant != 2 else 690, (200.0, 140.0), 34, ink)
    body += f'<rect y="22" width="800" height="8" fill="{ink}" opacity=".6"/>'
    material = m.textured(
        m.Material(m.chrome().colour, roughness=0.2, metal=0.55, coat=0.7), texture(defs + body, 800, 1000)
    )
    shell = lathe(profile, material, label=(0.06, 1.13, 250.0))
    tab = ring(0.05, 0.014, m.chrome(), squash=0.5).turned("x", 90).moved(0, 1.178, 0.02)
    return Model([shell, tab], yaw=0, pitch=11)


def bottle(look: Look) -> Model:
    """A glass drink bottle, or a steel water bottle, by seed."""
    return _steel_bottle(look) if look.choose(3) == 0 else _glass_bottle(look)


def _glass_bottle(look: Look) -> Model:
    outer = rounded(
        [
            (0.0, 0.03),
            (0.15, 0.03, 0.02),
            (0.19, 0.0, 0.02),
            (0.25, 0.0, 0.06),
            (0.255, 0.86, 0.22),
            (0.095, 1.22, 0.16),
            (0.088, 1.45, 0.01),
            (0.102, 1.455, 0.01),
            (0.102, 1.49, 0.01),
            (0.085, 1.495),
            (0.085, 1.56),
        ],
        count=300,
    )
    inner = rounded(
        [
            (0.0, 0.045),
            (0.236, 0.045, 0.06),
            (0.243, 0.86, 0.22),
            (0.083, 1.215, 0.15),
            (0.077, 1.33),
            (0.0, 1.33),
        ],
        count=200,
    )
    chroma = to_oklch(look.brand)[1]
    drink = mix(look.brand, look.accent, 0.15) if chroma > 0.04 else mix(look.brand, look.third, 0.3)
    liquid = lathe(inner, m.liquid(shade(drink, lightness=0.04)))
    shell = lathe(outer, m.glass(shade(drink, lightness=0.1), 0.10))
    paper = readable(look, look.ink)
    ink = to_hex(look.brand)
    art = f'<rect width="800" height="560" fill="{paper}"/><rect y="0" width="800" height="70" fill="{ink}"/>'
    art += f'<rect y="505" width="800" height="55" fill="{to_hex(look.accent)}"/>'
    art += mark(look, 400, 240, 200, on_paper(look, look.brand), on_paper(look, look.accent))
    art += f'<rect x="270" y="375" width="260" height="26" rx="13" fill="{to_hex(look.ink)}"/>'
    art += lines(400, 425, (180.0, 120.0), 30, to_hex(look.ink), 0.5)
    band = rounded([(0.2565, 0.22), (0.2605, 0.222), (0.2605, 0.66), (0.2565, 0.662)], count=60)
    label = lathe(band, m.textured(m.matte(look.light), texture(art, 800, 560)), label=(0.22, 0.662, 190.0))
    crown = rounded(
        [(0.0, 1.63), (0.09, 1.63, 0.03), (0.106, 1.60, 0.02), (0.114, 1.53, 0.01), (0.10, 1.525)], count=60
    )
    cap = lathe(crown, m.metal(mix(look.brand, look.light, 0.1), 0.25), closed=False)
    return Model([liquid, label, cap, shell], pitch=6)


def _steel_bottle(look: Look) -> Model:
    profile = rounded(
        [
            (0.0, 0.0),
            (0.25, 0.0, 0.05),
            (0.265, 0.05, 0.03),
            (0.265, 1.02, 0.16),
            (0.175, 1.17, 0.06),
            (0.17, 1.22),
            (0.0, 1.22),
        ],
        count=260,
    )
    ink = readable(look, look.brand)
    art = (
        mark(look, 300, 460, 230, ink)
        + f'<rect x="200" y="640" width="200" height="20" rx="10" fill="{ink}" opacity=".8"/>'
    )
    paint = m.textured(
        m.Material(
            look.brand,
            roughness=0.5,
            metal=0.25,
            coat=0.18,
            grain="speckle",
            grain_depth=0.12,
            grain_scale=1.5,
        ),
        texture(art, 600, 1000),
    )
    body = lathe(profile, paint, label=(0.05, 1.05, 150.0))
    base = lathe(
        rounded(
            [(0.0, 0.0), (0.255, 0.0, 0.03), (0.2685, 0.04, 0.01), (0.2685, 0.085, 0.005), (0.26, 0.09)],
            count=60,
        ),
        m.brushed(m.chrome().colour),
    )
    collar = lathe(
        rounded([(0.16, 1.19), (0.178, 1.195, 0.005), (0.178, 1.235, 0.005), (0.0, 1.24)], count=60),
        m.brushed(m.chrome().colour),
    )
    lid = lathe(
        rounded(
            [(0.0, 1.235), (0.165, 1.235, 0.02), (0.172, 1.25, 0.01), (0.168, 1.39, 0.03), (0.0, 1.40)],
            count=120,
        ),
        m.matte(look.ink),
    )
    loop = tube(
        spline(
            [
                (-0.155, 1.33, 0),
                (-0.15, 1.45, 0),
                (-0.08, 1.515, 0),
                (0.08, 1.515, 0),
                (0.15, 1.45, 0),
                (0.155, 1.33, 0),
            ]
        ),
        0.026,
        m.rubber(look.accent),
        squash=1.7,
    )
    return Model([body, base, collar, lid, loop], pitch=8, yaw=-22)


def cup(look: Look) -> Model:
    """A cup of coffee on its saucer, steam rising."""
    outside = [
        (0.0, 0.075),
        (0.15, 0.075, 0.02),
        (0.17, 0.06, 0.01),
        (0.20, 0.075, 0.02),
        (0.29, 0.17, 0.12),
        (0.385, 0.50, 0.1),
        (0.40, 0.60, 0.012),
        (0.382, 0.605, 0.01),
        (0.36, 0.52, 0.1),
        (0.27, 0.20, 0.1),
        (0.0, 0.16),
    ]
    ink = readable(look, look.brand)
    art = mark(look, 300, 200, 170, ink)
    glaze = m.textured(m.lacquer(look.brand), texture(art, 600, 400))
    shell = lathe(rounded(outside, count=280), glaze, label=(0.15, 0.56, 110.0))
    inside = lathe(
        rounded([(0.381, 0.603), (0.36, 0.52, 0.1), (0.27, 0.20, 0.1), (0.0, 0.16)], count=80).clip(min=0)
        * [0.985, 1.0],
        m.lacquer(look.light),
        closed=False,
    )
    crema = np.array([0.33, 0.16, 0.06], np.float32)
    coffee_art = (
        '<defs><radialGradient id="c"><stop offset="0" stop-color="#c98f52"/>'
        '<stop offset=".72" stop-color="#8a5226"/>'
        '<stop offset="1" stop-color="#4a2710"/></radialGradient></defs>'
        '<circle cx="200" cy="200" r="200" fill="url(#c)"/>'
        '<path d="M200 318C120 260 80 210 104 160c16-32 62-34 96 10c34-44 80-42 96-10c24 '
        '50-16 100-96 158z" fill="#f3dfc0"/>'
        '<path d="M200 282C146 238 124 206 140 176c12-18 38-16 60 18c22-34 48-36 60-18c16 '
        '30-6 62-60 106z" fill="#a8693a"/>'
        '<path d="M200 252c-30-28-40-44-30-60c8-10 20-8 30 12c10-20 22-22 30-12c10 16 0 32-30 '
        '60z" fill="#f3dfc0"/>'
    )
    disc = lathe(
        rounded([(0.0, 0.525), (0.335, 0.525), (0.356, 0.532)], count=60),
        m.Material(crema, roughness=0.22, coat=0.35),
        closed=False,
    )
    planar = np.stack([0.5 + disc.grid[..., 0] / 0.72, 0.5 + disc.grid[..., 2] / 0.72], axis=-1)
    coffee = Part(disc.grid, m.textured(disc.material, texture(coffee_art, 400, 400)), planar, closed=False)
    handle = tube(
        spline(
            [
                (0.33, 0.50, 0),
                (0.43, 0.535, 0),
                (0.53, 0.49, 0),
                (0.545, 0.38, 0),
                (0.47, 0.265, 0),
                (0.31, 0.215, 0),
            ]
        ),
        np.interp(np.linspace(0, 1, 160), [0, 0.3, 0.8, 1], [0.05, 0.036, 0.036, 0.05]),
        m.lacquer(look.brand),
        squash=0.8,
    )
    saucer = lathe(
        rounded(
            [
                (0.0, 0.012),
                (0.20, 0.0),
                (0.24, 0.0, 0.01),
                (0.30, 0.025, 0.05),
                (0.60, 0.085, 0.02),
                (0.612, 0.098, 0.01),
                (0.59, 0.105, 0.02),
                (0.32, 0.05, 0.05),
                (0.24, 0.04, 0.02),
                (0.22, 0.055, 0.01),
                (0.0, 0.05),
            ],
            count=240,
        ),
        m.lacquer(look.light),
    )
    line = ring(0.596, 0.008, m.lacquer(look.accent), squash=0.7).turned("x", 90).moved(0, 0.1, 0)
    spoon_steel = m.chrome()
    spoon = [
        tube(
            spline([(-0.25, 0.075, 0.44), (0.05, 0.105, 0.47), (0.42, 0.15, 0.44)]),
            0.014,
            spoon_steel,
            squash=0.6,
        ),
        ellipsoid(0.17, 0.03, 0.10, spoon_steel).turned("z", 6).turned("y", 4).moved(-0.32, 0.085, 0.435),
    ]
    return Model(
        [saucer, line, shell, inside, coffee, handle, *spoon], pitch=24, yaw=-24, steam=(0.0, 0.6, 0.0)
    )
