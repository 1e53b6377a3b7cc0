"""Things of a home: lamp, chair, guitar."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import stops, texture
from drawing.subjects.colour import Colour, mix, parse_hex, shade, to_hex
from drawing.subjects.geometry import (
    Part,
    block,
    ellipsoid,
    extrude,
    lathe,
    normals,
    ring,
    rounded,
    spline,
    tube,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model

_OAK = parse_hex("#a4713f")
_WALNUT = parse_hex("#5e3a22")


def wood(colour: Colour, width: int = 600, height: int = 800, *, bursts: bool = False) -> m.Material:
    """Varnished wood with a drawn grain; `bursts` darkens the rim as on a guitar."""
    dark = to_hex(shade(colour, lightness=-0.10))
    art = f'<rect width="{width}" height="{height}" fill="{to_hex(colour)}"/>'
    chance = np.random.default_rng(3)
    for i in range(width // 9):
        x = i * 9 + chance.uniform(-3, 3)
        art += (
            f'<path d="M{x:.0f} 0C{x + chance.uniform(-12, 12):.0f} {height * 0.3:.0f} '
            f"{x + chance.uniform(-12, 12):.0f} {height * 0.7:.0f} {x + chance.uniform(-8, 8):.0f} "
            f'{height}" stroke="{dark}" stroke-width="{chance.uniform(0.8, 3):.1f}" '
            f'opacity="{chance.uniform(0.15, 0.5):.2f}" fill="none"/>'
        )
    if bursts:
        art = (
            f'<defs><radialGradient id="s" cx=".5" cy=".55" r=".62">'
            f'<stop offset=".55" stop-color="{to_hex(shade(colour, lightness=-0.5))}" '
            f'stop-opacity="0"/><stop offset="1" '
            f'stop-color="{to_hex(shade(colour, lightness=-0.28))}"/></radialGradient></defs>{art}'
            f'<rect width="{width}" height="{height}" fill="url(#s)"/>'
        )
    return m.Material(colour, roughness=0.4, coat=0.55, texture=texture(art, width, height))


def lamp(look: Look) -> Model:
    """A lit desk lamp with a jointed arm, or a mushroom lamp, by seed."""
    warm = np.array([1.0, 0.78, 0.46], np.float32)
    if look.choose(2):
        dome_profile = rounded(
            [(0.50, 0.78), (0.52, 0.80, 0.02), (0.47, 1.02, 0.2), (0.25, 1.20, 0.2), (0.0, 1.22)], count=140
        )
        dome = lathe(dome_profile, m.Material(look.brand, roughness=0.3, coat=0.8), closed=False)
        under = lathe(
            rounded([(0.0, 0.83), (0.44, 0.82), (0.497, 0.79)], count=40), m.glowing(warm, 1.0), closed=False
        )
        stem = lathe(
            rounded(
                [
                    (0.0, 0.0),
                    (0.32, 0.0, 0.03),
                    (0.33, 0.05, 0.03),
                    (0.20, 0.10, 0.10),
                    (0.15, 0.35, 0.2),
                    (0.17, 0.80),
                    (0.0, 0.82),
                ],
                count=160,
            ),
            m.Material(look.brand, roughness=0.3, coat=0.8),
        )
        band = ring(0.172, 0.014, m.gold(0.1)).turned("x", 90).moved(0, 0.735, 0)
        bulb = ellipsoid(0.36, 0.22, 0.36, m.glowing(np.array([1.0, 0.9, 0.7], np.float32), 1.6)).moved(
            0, 0.80, 0
        )
        return Model([dome, under, stem, band, bulb], pitch=-3)
    paint = m.Material(look.brand, roughness=0.4, coat=0.5)
    steel = m.gold(0.05)
    base = lathe(
        rounded(
            [(0.0, 0.0), (0.34, 0.0, 0.02), (0.35, 0.035, 0.03), (0.30, 0.065, 0.03), (0.0, 0.075)], count=100
        ),
        paint,
    )
    elbow, head = np.array([-0.36, 0.86, 0.0]), np.array([0.30, 1.42, 0.0])
    parts = [
        base,
        tube(np.linspace([0, 0.06, 0], elbow, 20), 0.024, steel),
        tube(np.linspace(elbow, head, 20), 0.022, steel),
    ]
    parts += [
        lathe(
            rounded([(0.0, -0.05), (0.055, -0.05, 0.01), (0.055, 0.05, 0.01), (0.0, 0.05)], count=40), paint
        )
        .turned("x", 90)
        .moved(*spot)
        for spot in (elbow, head, np.array([0, 0.09, 0]))
    ]
    cone = lathe(
        rounded(
            [
                (0.06, 0.16),
                (0.09, 0.12, 0.03),
                (0.12, 0.02, 0.04),
                (0.36, -0.34, 0.01),
                (0.345, -0.34, 0.005),
                (0.10, 0.01),
            ],
            count=160,
        ),
        paint,
        closed=False,
    )
    lining = lathe(
        rounded([(0.335, -0.335), (0.10, 0.0), (0.0, 0.02)], count=60),
        m.Material(mix(look.light, warm, 0.5), roughness=0.5, emission=0.85),
        closed=False,
    )
    bulb = ellipsoid(0.20, 0.24, 0.20, m.glowing(np.array([1.0, 0.9, 0.68], np.float32), 1.8)).moved(
        0, -0.17, 0
    )
    parts += [
        part.turned("z", 34).turned("y", -30).moved(head[0] + 0.05, head[1] - 0.05, 0.0)
        for part in (cone, lining, bulb)
    ]
    return Model(parts, yaw=-14, pitch=1)


def chair(look: Look) -> Model:
    """A lounge chair: upholstered shell on tapered wooden legs."""
    cloth = m.fabric(look.brand, 0.9)
    v, u = np.meshgrid(np.linspace(0, 1, 70), np.linspace(-1, 1, 81), indexing="ij")
    soft = 1 / (1 + np.exp(-(v - 0.5) * 18))
    seat_z, seat_y = 0.52 - 0.82 * np.clip(v / 0.5, 0, 1), 0.58 - 0.06 * np.clip(v / 0.5, 0, 1)
    back_z, back_y = (
        -0.28 - 0.26 * np.clip((v - 0.5) / 0.5, 0, 1),
        0.52 + 0.80 * np.clip((v - 0.5) / 0.5, 0, 1),
    )
    z, y = seat_z * (1 - soft) + back_z * soft, seat_y * (1 - soft) + back_y * soft
    width = (
        0.60
        * (1 - 0.30 * np.clip((v - 0.72) / 0.28, 0, 1) ** 2)
        * (1 - 0.12 * np.clip(1 - v / 0.12, 0, 1) ** 2)
    )
    wing = np.abs(u) ** 3.2
    x = u * width
    y = y + wing * 0.24 * np.sin(np.pi * np.clip(v, 0.06, 0.62) / 0.68) ** 1.5
    z = z + wing * 0.28 * np.clip((v - 0.35) / 0.4, 0, 1)
    inner = np.stack([x, y, z], -1)
    outward = normals(inner)
    outward = outward if outward[35, 40, 1] > 0 else -outward
    thick = 0.07
    shell_parts = [
        Part(inner + outward * 0.035, cloth, np.zeros((70, 81, 2)), closed=False),
        Part(
            inner - outward * thick * 0.6,
            m.fabric(shade(look.brand, lightness=-0.06), 0.9),
            np.zeros((70, 81, 2)),
            closed=False,
        ),
    ]
    edge = np.concatenate([inner[0], inner[1:, -1], inner[-1, -2::-1], inner[-2:0:-1, 0]])
    edge_path = spline(edge[::6], closed=True, count=260)
    shell_parts.append(tube(edge_path, 0.046, cloth, caps=False))
    pad = (
        ellipsoid(1.02, 0.17, 0.84, m.fabric(shade(look.brand, lightness=0.03), 0.9), 3.4)
        .turned("x", 4)
        .moved(0, 0.655, 0.10)
    )
    cushion = (
        ellipsoid(0.62, 0.42, 0.17, m.fabric(look.accent, 1.0), 2.9).turned("x", -18).moved(0.06, 0.90, -0.19)
    )
    oak = wood(_OAK)
    legs = []
    for sx in (-1, 1):
        for top, foot in (((0.40, 0.50, 0.36), (0.50, 0.0, 0.50)), ((0.34, 0.46, -0.26), (0.46, 0.0, -0.46))):
            path = np.linspace([sx * top[0], top[1], top[2]], [sx * foot[0], foot[1], foot[2]], 16)
            legs.append(tube(path, np.linspace(0.042, 0.022, 16), m.Material(_OAK, roughness=0.4, coat=0.5)))
            legs.append(tube(path[-3:], 0.026, m.gold(0.1)))
    rail = [
        tube(np.linspace([sx * 0.40, 0.46, 0.36], [sx * 0.34, 0.44, -0.26], 8), 0.03, oak) for sx in (-1, 1)
    ]
    return Model([*shell_parts, pad, cushion, *legs, *rail], yaw=-34, pitch=13)


def guitar(look: Look) -> Model:
    """An acoustic guitar with a sunburst top, or a solid-body electric, by seed."""
    electric = look.choose(2) == 0
    parts: list[Part] = []
    half = [
        (0.0, 0.02),
        (0.30, 0.06),
        (0.46, 0.26),
        (0.43, 0.50),
        (0.31, 0.68),
        (0.30, 0.80),
        (0.36, 0.96),
        (0.29, 1.12),
        (0.10, 1.17),
    ]
    outline = spline(half + [(-x, y) for x, y in half[:0:-1]], closed=True, count=321)
    depth = 0.13 if electric else 0.24
    if electric:
        lit, deep = shade(look.brand, lightness=0.10), shade(look.brand, lightness=-0.22)
        front = m.Material(look.brand, roughness=0.3, coat=1.0, metal=0.1)
        art = (
            f'<defs><radialGradient id="e" cx=".5" cy=".55" '
            f'r=".62">{stops((0, lit), (0.62, look.brand), (1, deep))}'
            f'</radialGradient></defs><rect width="800" height="1000" fill="url(#e)"/>'
        )
        front = m.textured(front, texture(art, 800, 1000))
    else:
        front = wood(mix(parse_hex("#d79a4f"), look.brand, 0.9), bursts=True)
    parts.append(extrude(outline, depth, 0.03, front))
    binding = np.column_stack([outline, np.full(len(outline), depth / 2 - 0.012)])
    parts.append(tube(binding, 0.011, m.plastic(parse_hex("#efe4c8")), caps=False))
    z = depth / 2
    if electric:
        guard = spline(
            [
                (-0.30, 0.92),
                (-0.12, 1.06),
                (0.16, 1.06),
                (0.30, 0.95),
                (0.24, 0.70),
                (0.37, 0.36),
                (0.28, 0.20),
                (0.14, 0.26),
                (0.12, 0.48),
                (-0.10, 0.58),
                (-0.22, 0.72),
            ],
            closed=True,
            count=201,
        )
        parts.append(extrude(guard, 0.018, 0.006, m.plastic(look.light)).moved(0, 0, z + 0.009))
        for y in (0.52, 0.70, 0.86):
            parts.append(block(0.24, 0.065, 0.035, 0.03, m.plastic(look.ink), 0.012).moved(0, y, z + 0.025))
        parts.append(block(0.24, 0.09, 0.03, 0.02, m.chrome(), 0.01).moved(0, 0.36, z + 0.018))
        parts += [
            lathe(
                rounded([(0, 0), (0.038, 0.0), (0.032, 0.05, 0.01), (0, 0.055)], count=30),
                m.plastic(look.accent),
            )
            .turned("x", 90)
            .moved(x, y, z + 0.016)
            for x, y in ((0.24, 0.50), (0.28, 0.38), (0.30, 0.27))
        ]
    else:
        hole = (
            lathe(
                rounded([(0.0, 0.0), (0.135, 0.0)], count=12),
                m.Material(np.array([0.01, 0.007, 0.005], np.float32), roughness=0.9),
                closed=False,
            )
            .turned("x", 90)
            .moved(0, 0.80, z + 0.003)
        )
        parts += [
            hole,
            ring(0.15, 0.012, m.plastic(look.accent), squash=0.3).moved(0, 0.80, z + 0.002),
            ring(0.172, 0.006, m.plastic(look.ink), squash=0.3).moved(0, 0.80, z + 0.002),
        ]
        parts.append(block(0.32, 0.06, 0.03, 0.02, wood(_WALNUT), 0.012).moved(0, 0.40, z + 0.012))
        pick = spline(
            [(0.12, 0.70), (0.24, 0.72), (0.25, 0.55), (0.12, 0.50), (0.07, 0.60)], closed=True, count=101
        )
        parts.append(extrude(pick, 0.008, 0.003, m.plastic(look.ink, 0.15)).moved(0, 0, z + 0.003))
    neck = extrude(
        rounded([(-0.062, 1.0), (0.062, 1.0), (0.052, 2.16), (-0.052, 2.16)], closed=True, count=161),
        0.05,
        0.012,
        m.Material(parse_hex("#2a1a12"), roughness=0.4, coat=0.35),
    ).moved(0, 0, z + 0.012)
    back = tube(np.linspace([0, 1.05, z - 0.02], [0, 2.2, z - 0.01], 20), 0.05, wood(_OAK))
    parts += [neck, back]
    for i in range(1, 19):
        y = 2.16 - (2.16 - 0.40) * (1 - 2 ** (-i / 12))
        parts.append(
            block(0.105 + 0.02 * (i / 18), 0.010, 0.012, 0.003, m.chrome(), 0.004).moved(0, y, z + 0.040)
        )
    for i in (3, 5, 7, 9, 12, 15):
        y = 2.16 - (2.16 - 0.40) * (1 - 2 ** (-(i - 0.5) / 12))
        parts.append(ellipsoid(0.026, 0.026, 0.006, m.plastic(look.light)).moved(0, y, z + 0.038))
    headstock = rounded(
        [
            (-0.055, 2.14),
            (0.055, 2.14),
            (0.095, 2.26, 0.03),
            (0.085, 2.56, 0.04),
            (0.0, 2.53, 0.03),
            (-0.085, 2.56, 0.04),
            (-0.095, 2.26, 0.03),
        ],
        closed=True,
        count=161,
    )
    parts.append(
        extrude(headstock, 0.055, 0.014, m.lacquer(look.brand) if electric else wood(_WALNUT)).moved(
            0, 0, z - 0.005
        )
    )
    for i in range(3):
        for side in (-1, 1):
            y = 2.28 + i * 0.095
            parts.append(
                tube(
                    np.linspace([side * 0.06, y, z + 0.01], [side * 0.135, y, z + 0.0], 4), 0.010, m.chrome()
                )
            )
            parts.append(ellipsoid(0.03, 0.06, 0.04, m.gold(0.1)).moved(side * 0.15, y, z))
            parts.append(ellipsoid(0.034, 0.034, 0.03, m.chrome()).moved(side * 0.055, y, z + 0.028))
    for i in range(6):
        low, high = (-0.075 + 0.03 * i), (-0.038 + 0.0152 * i)
        parts.append(
            tube(
                np.linspace([low, 0.40 if not electric else 0.36, z + 0.045], [high, 2.17, z + 0.052], 6),
                0.0032 + 0.0006 * (5 - i),
                m.chrome(),
                around=9,
            )
        )
    return Model([part.turned("z", -13).turned("x", -6) for part in parts], yaw=-20, pitch=5)
