"""Pizza and cake."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import texture
from drawing.subjects.colour import mix, parse_hex
from drawing.subjects.forms import roughened
from drawing.subjects.geometry import Part, ellipsoid, lathe, ring, rounded, spline, tube
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def pizza(look: Look) -> Model:
    """A pizza on a board with a brand-coloured cloth under it."""
    bake = (
        '<defs><radialGradient id="p"><stop offset="0" stop-color="#f5c65c"/>'
        '<stop offset=".7" stop-color="#eeb243"/><stop offset=".87" stop-color="#cf5a22"/>'
        '<stop offset=".93" stop-color="#b8451a"/><stop offset="1" stop-color="#d99a4e"/>'
        '</radialGradient></defs><circle cx="500" cy="500" r="500" fill="url(#p)"/>'
    )
    chance = np.random.default_rng(5 + look.choose(4))
    for _ in range(60):
        r, a, s = np.sqrt(chance.uniform(0, 0.62)) * 500, chance.uniform(0, 6.283), chance.uniform(18, 62)
        tone = ("#fbe3a0", "#f9d57e", "#e39a38", "#d9772c")[int(chance.integers(4))]
        bake += (
            f'<ellipse cx="{500 + r * np.cos(a):.0f}" cy="{500 + r * np.sin(a):.0f}" rx="{s:.0f}" '
            f'ry="{s * 0.7:.0f}" fill="{tone}" opacity=".6" '
            f'transform="rotate({chance.uniform(0, 180):.0f} 500 500)"/>'
        )
    for _ in range(70):
        r, a = np.sqrt(chance.uniform(0, 0.7)) * 500, chance.uniform(0, 6.283)
        bake += (
            f'<circle cx="{500 + r * np.cos(a):.0f}" cy="{500 + r * np.sin(a):.0f}" '
            f'r="{chance.uniform(2, 6):.1f}" fill="#7b2f12" opacity=".55"/>'
        )
    art = texture(bake, 1000, 1000)
    top = roughened(
        lathe(
            rounded([(0.0, 0.135), (0.84, 0.125)], count=60),
            m.Material(
                parse_hex("#eeb243"),
                roughness=0.32,
                coat=0.4,
                scatter=0.35,
                grain="leather",
                grain_depth=0.25,
            ),
            closed=False,
        ),
        0.010,
        9,
    )
    top = Part(
        top.grid,
        m.textured(top.material, art),
        np.stack([0.5 + top.grid[..., 0] / 1.8, 0.5 + top.grid[..., 2] / 1.8], -1),
        closed=False,
    )
    rim_art = (
        '<defs><linearGradient id="r" x1="0" y1="0" x2="0" y2="1">'
        '<stop offset="0" stop-color="#b9702b"/><stop offset=".4" stop-color="#dc9c4c"/>'
        '<stop offset="1" stop-color="#e9c282"/></linearGradient></defs>'
        '<rect width="600" height="100" fill="url(#r)"/>'
    )
    rim_art += "".join(
        (
            f'<ellipse cx="{chance.uniform(0, 600):.0f}" cy="{chance.uniform(0, 30):.0f}" '
            f'rx="{chance.uniform(6, 20):.0f}" ry="{chance.uniform(5, 14):.0f}" fill="#6d3410" '
            f'opacity=".55"/>'
        )
        for _ in range(26)
    )
    crust = lathe(
        rounded(
            [
                (0.78, 0.07),
                (0.95, 0.06, 0.05),
                (1.0, 0.12, 0.06),
                (0.96, 0.20, 0.06),
                (0.86, 0.195, 0.05),
                (0.80, 0.12, 0.03),
                (0.78, 0.07),
            ],
            count=90,
        ),
        m.Material(
            parse_hex("#d2914a"), roughness=0.5, coat=0.15, scatter=0.25, texture=texture(rim_art, 600, 100)
        ),
        label=(0.05, 0.21, 360.0),
    )
    crust = roughened(crust, 0.018, 12, 14)
    parts = [top, crust]
    salami_art = texture(
        '<circle cx="100" cy="100" r="100" fill="#a9271a"/>'
        + "".join(
            (
                f'<circle cx="{100 + 80 * np.sqrt(chance.uniform()) * np.cos(a):.0f}" '
                f'cy="{100 + 80 * np.sqrt(chance.uniform()) * np.sin(a):.0f}" '
                f'r="{chance.uniform(2, 7):.1f}" fill="#e08a70" opacity=".8"/>'
            )
            for a in np.linspace(0, 60, 40)
        ),
        200,
        200,
    )
    for i in range(11):
        r, a = (0.0, 0.0) if i == 0 else ((0.40, i * 1.2566 + 0.3) if i < 6 else (0.68, i * 1.2566 + 0.9))
        disc = lathe(
            rounded(
                [(0.0, 0.012), (0.10, 0.010), (0.145, 0.028, 0.02), (0.15, 0.02), (0.14, -0.005)], count=40
            ),
            m.Material(parse_hex("#a9271a"), roughness=0.25, coat=0.6),
            closed=False,
        )
        disc = Part(
            disc.grid,
            m.textured(disc.material, salami_art),
            np.stack([0.5 + disc.grid[..., 0] / 0.3, 0.5 + disc.grid[..., 2] / 0.3], -1),
            closed=False,
        )
        parts.append(disc.moved(r * np.cos(a), 0.145, r * np.sin(a)))
    leaf_colour = m.Material(parse_hex("#2f7a2a"), roughness=0.4, coat=0.35, scatter=0.4)
    for i in range(9):
        r, a = 0.18 + 0.075 * i, i * 2.4 + 0.8
        parts.append(
            ellipsoid(0.20, 0.025, 0.10, leaf_colour)
            .turned("z", 14)
            .turned("y", np.degrees(a) * 1.7)
            .moved(r * np.cos(a), 0.185, r * np.sin(a))
        )
    for i in range(8):
        r, a = 0.25 + 0.06 * i, i * 2.1 + 0.2
        parts.append(
            ring(0.045, 0.020, m.Material(parse_hex("#2a2320"), roughness=0.2, coat=0.7))
            .turned("x", 90)
            .moved(r * np.cos(a), 0.165, r * np.sin(a))
        )
    wood = '<rect width="1000" height="1000" fill="#8a5a33"/>' + "".join(
        (
            f'<path d="M0 {i * 21}C300 {i * 21 + 14} 600 {i * 21 - 12} 1000 {i * 21 + 6}" '
            f'stroke="#5b3519" stroke-width="{2 + i % 4}" opacity=".45" fill="none"/>'
        )
        for i in range(50)
    )
    board = lathe(
        rounded(
            [(0.0, 0.0), (1.09, 0.0, 0.02), (1.11, 0.03, 0.02), (1.09, 0.06, 0.02), (0.0, 0.06)], count=90
        ),
        m.Material(parse_hex("#8a5a33"), roughness=0.5, coat=0.2),
    )
    board = Part(
        board.grid,
        m.textured(board.material, texture(wood, 1000, 1000)),
        np.stack([0.5 + board.grid[..., 0] / 2.24, 0.5 + board.grid[..., 2] / 2.24], -1),
    )
    cloth = lathe(
        rounded([(0.0, 0.0), (1.30, 0.0), (1.31, 0.015), (1.20, 0.02), (0.0, 0.02)], count=60),
        m.fabric(look.brand, 0.7),
    ).moved(0, -0.022, 0)
    stripe = ring(1.21, 0.016, m.fabric(look.accent, 0.7), squash=0.4).turned("x", 90).moved(0, -0.003, 0)
    return Model([*parts, board, cloth, stripe], pitch=36, yaw=-10)


def cake(look: Look) -> Model:
    """A two-tier celebration cake with dripping glaze on a stand."""
    cream = m.organic(look.light, 0.6)
    icing = m.Material(look.brand, roughness=0.22, coat=0.8, scatter=0.25)
    parts: list[Part] = []

    def tier(radius: float, low: float, high: float, seed: int) -> None:
        parts.append(
            lathe(
                rounded([(0.0, low), (radius, low, 0.02), (radius, high, 0.05), (0.0, high)], count=120),
                cream,
            )
        )
        chance = np.random.default_rng(seed)
        angle = np.linspace(-np.pi, np.pi, 241)
        drop = np.zeros(241)
        count = int(radius * 26)
        for i in range(count):
            centre = -np.pi + 2 * np.pi * (i + chance.uniform(-0.25, 0.25)) / count
            away = (angle - centre + np.pi) % (2 * np.pi) - np.pi
            drop = np.maximum(
                drop,
                chance.uniform(0.09, 0.24) * np.sqrt(np.clip(1 - (away / (np.pi / count * 0.82)) ** 2, 0, 1)),
            )
        reach = np.linspace(0, 1, 60)[:, None]
        inward = np.clip(1 - reach / 0.35, 0, 1)
        down = np.clip((reach - 0.4) / 0.6, 0, 1)
        bulge = 0.022 * np.sqrt(np.clip(np.sin(np.pi * np.clip(down * 0.9 + 0.1, 0, 1)), 0, 1)) + 0.006
        r = (radius - 0.02) * (1 - inward) + 0.01 + np.where(reach > 0.35, 0.022, 0) + bulge
        y = high + 0.02 - np.where(reach > 0.35, 0.02 * (reach - 0.35) / 0.65, 0) - down * (drop + 0.06)
        grid = np.stack([r * np.sin(angle), np.broadcast_to(y, (60, 241)), r * np.cos(angle)], axis=-1)
        parts.append(Part(grid, icing, np.zeros((60, 241, 2)), closed=False))

    tier(0.66, 0.42, 0.86, 3)
    tier(0.42, 0.86, 1.22, 4)

    def pearls(radius: float, y: float, size: float, count: int, material: m.Material) -> None:
        for i in range(count):
            a = 2 * np.pi * i / count
            bead = ellipsoid(size, size, size, material)
            parts.append(
                Part(bead.grid[::3, ::4], material, bead.uv[::3, ::4]).moved(
                    radius * np.sin(a), y, radius * np.cos(a)
                )
            )

    pearls(0.665, 0.445, 0.075, 44, m.Material(look.accent, roughness=0.35, coat=0.4, scatter=0.3))
    pearls(0.425, 0.885, 0.065, 32, m.Material(look.accent, roughness=0.35, coat=0.4, scatter=0.3))
    fruit = m.Material(mix(parse_hex("#b3122b"), look.brand, 0.1), roughness=0.12, coat=1.0, scatter=0.3)
    for i in range(7):
        a = 2 * np.pi * i / 7
        x, z = 0.27 * np.sin(a), 0.27 * np.cos(a)
        swirl = lathe(
            spline([(0.105, 1.23), (0.115, 1.27), (0.08, 1.32), (0.03, 1.36), (0.0, 1.37)], count=40),
            cream,
            around=41,
        ).moved(x, 0, z)
        parts += [swirl, ellipsoid(0.13, 0.13, 0.13, fruit).moved(x, 1.40, z)]
        parts.append(
            tube(
                spline([(x, 1.45, z), (x + 0.03, 1.53, z), (x + 0.08, 1.58, z)], count=30),
                0.007,
                m.Material(parse_hex("#4f6b1f"), roughness=0.5),
            )
        )
    china = m.lacquer(look.light)
    stand = lathe(
        rounded(
            [
                (0.0, 0.0),
                (0.36, 0.0, 0.02),
                (0.37, 0.025, 0.02),
                (0.16, 0.08, 0.08),
                (0.09, 0.2, 0.08),
                (0.14, 0.33, 0.06),
                (0.80, 0.365, 0.03),
                (0.83, 0.40, 0.02),
                (0.81, 0.425, 0.01),
                (0.0, 0.42),
            ],
            count=200,
        ),
        china,
    )
    edge = ring(0.825, 0.012, m.gold(0.2)).turned("x", 90).moved(0, 0.405, 0)
    return Model([*parts, stand, edge], pitch=13)
