"""Cars: a coupé and a compact crossover."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import texture
from drawing.subjects.colour import mix, shade, to_hex
from drawing.subjects.geometry import (
    Part,
    block,
    curve_height,
    ellipsoid,
    lathe,
    loft,
    ring,
    rounded,
    spline,
    tube,
    vec,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def _car_section(x: float, half: float, low: float, high: float, power: float, tuck: float) -> np.ndarray:
    """One slice of the body: sides lean in by `tuck` towards the top and a little towards the sill."""
    angle = np.linspace(0, 2 * np.pi, 121)
    c, s = np.cos(angle), np.sin(angle)
    z = half * np.sign(c) * np.abs(c) ** (2 / power)
    y = (low + high) / 2 + (high - low) / 2 * np.sign(s) * np.abs(s) ** (2 / power)
    rise = np.clip((y - low) / max(high - low, 1e-6), 0, 1)
    z = z * (1 - tuck * rise**2 - 0.06 * (1 - rise) ** 3)
    return np.stack([np.full_like(z, x), y, z], axis=1)


def _wheel(look: Look, radius: float, spokes: int) -> list[Part]:
    """A car wheel facing +z, its hub at the origin."""
    tyre = lathe(
        rounded(
            [
                (radius * 0.66, -0.10),
                (radius * 0.92, -0.115, 0.03),
                (radius, -0.08, 0.04),
                (radius, 0.08, 0.04),
                (radius * 0.92, 0.115, 0.03),
                (radius * 0.70, 0.10, 0.02),
                (radius * 0.66, 0.06),
            ],
            count=120,
        ),
        m.rubber(np.array([0.018, 0.018, 0.02], np.float32)),
    ).turned("x", 90)
    well = lathe(
        rounded([(0.0, 0.0), (radius * 0.69, 0.0)], count=12),
        m.Material(np.array([0.012, 0.012, 0.014], np.float32), roughness=0.7),
        closed=False,
    ).turned("x", 90)
    disc = lathe(
        rounded([(0.0, 0.02), (radius * 0.48, 0.02), (radius * 0.5, 0.01)], count=20),
        m.metal(np.array([0.35, 0.35, 0.37], np.float32), 0.4),
        closed=False,
    ).turned("x", 90)
    alloy = m.metal(np.array([0.74, 0.75, 0.78], np.float32), 0.24)
    rim = ring(radius * 0.67, 0.022, alloy).moved(0, 0, 0.085)
    parts = [tyre, well, disc, rim]
    for i in range(spokes):
        for lean in (-7, 7):
            arm = block(0.034, radius * 0.56, 0.04, 0.008, alloy, 0.012).moved(0, radius * 0.37, 0.075)
            parts.append(arm.turned("z", 360 / spokes * i + lean))
    parts.append(
        ellipsoid(0.13, 0.13, 0.05, m.metal(mix(look.brand, look.light, 0.2), 0.2)).moved(0, 0, 0.09)
    )
    return parts


def car(look: Look) -> Model:
    """A coupé or a compact crossover, by seed, seen three-quarters from the front."""
    tall = look.choose(3) == 0
    raise_by = 0.10 if tall else 0.0
    x = np.concatenate(
        [np.linspace(-2.2, -2.08, 14), np.linspace(-2.06, 2.02, 110), np.linspace(2.04, 2.2, 16)]
    )
    ends = np.minimum(1, np.minimum((x + 2.2) / 0.5, (2.2 - x) / 0.75))
    half = 0.90 * (0.70 + 0.30 * np.sqrt(np.clip(1 - (1 - np.clip(ends, 0, 1)) ** 2, 0, 1)))
    half += 0.035 * (np.exp(-(((x + 1.3) / 0.42) ** 2)) + np.exp(-(((x - 1.35) / 0.42) ** 2)))
    belt = (
        curve_height(
            [
                (-2.2, 0.74),
                (-2.1, 0.90),
                (-1.7, 0.95),
                (-0.8, 0.93),
                (0.2, 0.90),
                (0.85, 0.89),
                (1.4, 0.82),
                (1.95, 0.70),
                (2.15, 0.60),
                (2.2, 0.48),
            ],
            x,
        )
        + raise_by * 1.2
    )
    sill = (
        curve_height([(-2.2, 0.46), (-2.1, 0.30), (-1.7, 0.22), (1.7, 0.20), (2.12, 0.26), (2.2, 0.40)], x)
        + raise_by
    )
    paint = m.metallic_paint(look.brand)
    low, high = float(sill.min()), float(belt.max())

    def px(a: float) -> float:
        return (a + 2.2) / 4.4 * 2000

    def py(b: float) -> float:
        return (high - b) / (high - low) * 700

    art = ""
    art += f'<rect x="0" y="{py(low + 0.10)}" width="2000" height="200" fill="#08090a" opacity=".93"/>'
    art += (
        f'<g fill="none" stroke="#000" stroke-width="6" opacity=".55">'
        f'<path d="M{px(0.72)} {py(0.88 + raise_by)}C{px(0.80)} {py(0.6)} {px(0.74)} {py(0.4)} '
        f'{px(0.66)} {py(0.33 + raise_by)}"/><path d="M{px(-0.48)} '
        f"{py(0.93 + raise_by)}C{px(-0.50)} {py(0.6)} {px(-0.62)} {py(0.5)} {px(-0.72)} "
        f'{py(0.33 + raise_by)}"/></g>'
    )
    art += (
        f'<rect x="{px(-0.40)}" y="{py(0.79 + raise_by)}" width="120" height="14" rx="7" '
        f'fill="{to_hex(shade(look.brand, lightness=0.14))}"/>'
        f'<rect x="{px(-0.40)}" y="{py(0.775 + raise_by)}" width="120" height="7" rx="3" '
        f'fill="#000" opacity=".5"/>'
    )
    body = loft(
        [_car_section(a, h, s, b, 4.6, 0.10) for a, h, s, b in zip(x, half, sill, belt, strict=True)],
        m.textured(paint, texture(art, 2000, 700, pixels=1200)),
    )
    grid = body.grid.copy()
    crease = np.exp(-(((grid[..., 1] - (0.70 + raise_by - 0.009 * grid[..., 0])) / 0.05) ** 2))
    hollow = np.exp(-(((grid[..., 1] - (0.52 + raise_by)) / 0.11) ** 2)) * np.clip(
        1 - (grid[..., 0] / 1.0) ** 4, 0, 1
    )
    grid[..., 2] *= 1 + 0.022 * crease - 0.035 * hollow
    keep = np.ones(grid.shape[:2])
    for hub in (-1.32, 1.36):
        reach = np.hypot(grid[..., 0] - hub, grid[..., 1] - 0.37) / 0.43
        keep = np.minimum(
            keep, np.where(np.abs(grid[..., 2]) > 0.45, np.clip(0.5 + (reach - 1) * 6, 0, 1), 1)
        )
    soot = m.Material(np.array([0.006, 0.006, 0.007], np.float32), roughness=0.9)
    inside = [
        _car_section(a, h * 0.70, s, b - 0.06, 4.6, 0.1)
        for a, h, s, b in zip(x, half, sill, belt, strict=True)
    ]
    parts: list[Part] = [Part(grid, body.material, body.uv, keep=keep), loft(inside[6:-6], soot)]
    parts.append(
        block(
            1.9,
            0.12,
            1.58,
            0.04,
            m.Material(np.array([0.02, 0.02, 0.022], np.float32), roughness=0.5, coat=0.3),
        ).moved(0.02, 0.25 + raise_by, 0)
    )

    back = -1.95 if not tall else -2.02
    cabin_x = np.linspace(back, 1.08, 90)
    roof_points = (
        [(back, 0.86), (-1.5, 1.13), (-0.95, 1.29), (-0.35, 1.36), (0.05, 1.33), (0.5, 1.15), (1.08, 0.82)]
        if not tall
        else [
            (back, 0.95),
            (-1.75, 1.36),
            (-1.2, 1.52),
            (-0.4, 1.57),
            (0.05, 1.53),
            (0.5, 1.32),
            (1.08, 0.95),
        ]
    )
    roof = curve_height(roof_points, cabin_x)
    wide = 0.80 * np.interp(cabin_x, [back, back + 0.5, 0.4, 1.08], [0.80, 0.97, 1.0, 0.90])
    tint = m.Material(np.array([0.010, 0.013, 0.018], np.float32), roughness=0.06, coat=0.35)
    base = 0.78 + raise_by
    cabin_sections = [
        _car_section(a, w, base - 0.1, r, 4.2, 0.27) for a, w, r in zip(cabin_x, wide, roof, strict=True)
    ]
    parts.append(loft(cabin_sections, tint))
    span = (cabin_x > (-1.35 if not tall else -1.8)) & (cabin_x < 0.12)
    top_sections = [
        _car_section(a, w * 1.0, r - 0.10, r + 0.008, 4.6, 0.10) * [1, 1, 0.775]
        for a, w, r in zip(cabin_x[span], wide[span], roof[span], strict=True)
    ]
    parts.append(loft(top_sections, paint))
    for side in (-1, 1):
        corner = 15 if side > 0 else 45
        skin = np.stack([section[corner] for section in cabin_sections])
        for span_x, width in (((0.06, 1.06), 0.030), ((back + 0.06, -1.28 if not tall else -1.7), 0.062)):
            along = skin[(skin[:, 0] > span_x[0]) & (skin[:, 0] < span_x[1])]
            parts.append(tube(along, width, paint, squash=0.6))
        if side > 0:
            parts.append(
                tube(
                    spline(
                        [
                            (-1.75, 0.945 + raise_by * 1.15, side * 0.80),
                            (-0.6, 0.935 + raise_by * 1.15, side * 0.825),
                            (0.5, 0.905 + raise_by * 1.15, side * 0.825),
                            (1.0, 0.885 + raise_by * 1.15, side * 0.79),
                        ]
                    ),
                    0.013,
                    m.chrome(),
                )
            )
        parts.append(
            tube(
                np.array(
                    [
                        [-0.42, 0.92, 0.80 * side],
                        [-0.41, 1.1, 0.735 * side],
                        [-0.38, 1.30 + raise_by, 0.62 * side],
                    ]
                )
                + vec(0, raise_by, 0),
                0.030,
                m.Material(np.array([0.01, 0.01, 0.01], np.float32), roughness=0.3, coat=0.4),
            )
        )
        lamp = spline([(1.72, 0.685, 0.80), (1.93, 0.66, 0.71), (2.07, 0.615, 0.55)]) * [1, 1, side] + vec(
            0.0,
            raise_by,
            0,
        )
        parts.append(
            tube(
                lamp,
                np.interp(np.linspace(0, 1, 160), [0, 0.4, 1], [0.02, 0.06, 0.05]),
                m.Material(np.array([0.03, 0.035, 0.045], np.float32), roughness=0.04, coat=1.0),
            )
        )
        parts.append(
            tube(
                lamp[30:] + vec(0.028, 0.02, side * 0.028),
                0.017,
                m.glowing(np.array([0.93, 0.96, 1.0], np.float32), 1.5),
            )
        )
        parts.append(
            tube(
                spline([(-2.05, 0.80, side * 0.74), (-2.14, 0.81, side * 0.55), (-2.165, 0.81, side * 0.2)])
                + vec(0, raise_by, 0),
                0.028,
                m.glowing(np.array([0.85, 0.03, 0.02], np.float32), 1.2),
            )
        )
        for hub in (-1.32, 1.36):
            for piece in _wheel(look, 0.365, 5):
                placed = piece if side > 0 else piece.turned("y", 180)
                parts.append(placed.moved(hub, 0.365, side * 0.83))
    parts.append(ellipsoid(0.22, 0.13, 0.20, paint, 2.8).moved(0.70, 0.985 + raise_by * 1.2, 0.95))
    dark = m.Material(np.array([0.012, 0.012, 0.014], np.float32), roughness=0.35, coat=0.4)
    grille = tube(
        spline(
            [(2.02, 0.41, -0.62), (2.16, 0.41, -0.3), (2.175, 0.41, 0), (2.16, 0.41, 0.3), (2.02, 0.41, 0.62)]
        )
        + vec(0, raise_by, 0),
        0.085,
        dark,
    )
    lip = tube(
        spline(
            [
                (2.0, 0.27, -0.68),
                (2.15, 0.265, -0.35),
                (2.185, 0.265, 0),
                (2.15, 0.265, 0.35),
                (2.0, 0.27, 0.68),
            ]
        )
        + vec(0, raise_by, 0),
        0.028,
        m.metal(np.array([0.5, 0.5, 0.52], np.float32), 0.25),
    )
    badge = (
        lathe(rounded([(0.0, 0.0), (0.06, 0.0), (0.06, 0.015), (0.0, 0.025)], count=30), m.chrome())
        .turned("z", -75)
        .moved(2.13, 0.575 + raise_by, 0)
    )
    return Model([*parts, grille, lip, badge], yaw=-36, pitch=9)
