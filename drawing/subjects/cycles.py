"""Bicycle and skateboard."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, readable, stops, texture
from drawing.subjects.colour import mix, shade, to_hex
from drawing.subjects.geometry import (
    Part,
    block,
    ellipsoid,
    extrude,
    lathe,
    ring,
    rounded,
    spline,
    tube,
    vec,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def bicycle(look: Look) -> Model:
    """A road or city bicycle with a lacquered frame."""
    city = look.choose(2) == 0
    paint = m.lacquer(look.brand)
    steel = m.chrome()
    black = m.Material(np.array([0.02, 0.02, 0.022], np.float32), roughness=0.45, coat=0.15)
    parts: list[Part] = []
    radius = 0.62
    hubs = {"rear": -0.98, "front": 1.0}
    wall = m.Material(np.array([0.62, 0.45, 0.28], np.float32), roughness=0.7) if city else black
    for hub in hubs.values():
        parts.append(
            ring(radius, 0.030, m.rubber(np.array([0.02, 0.02, 0.022], np.float32))).moved(
                hub, radius + 0.03, 0
            )
        )
        parts.append(ring(radius - 0.026, 0.014, wall, squash=1.5).moved(hub, radius + 0.03, 0))
        parts.append(
            ring(radius - 0.05, 0.019, m.metal(mix(look.accent, look.light, 0.5), 0.25), squash=0.9).moved(
                hub, radius + 0.03, 0
            )
        )
        parts.append(
            tube(
                np.array([[hub, radius + 0.03, -0.07], [hub, radius + 0.03, 0], [hub, radius + 0.03, 0.07]]),
                0.034,
                steel,
            )
        )
        for i in range(20):
            angle = 2 * np.pi * i / 20
            swing = angle + 0.28 * (-1) ** i
            flange = 0.055 * (-1) ** (i // 2)
            start = [hub + 0.03 * np.cos(swing), radius + 0.03 + 0.03 * np.sin(swing), flange]
            end = [
                hub + (radius - 0.055) * np.cos(angle),
                radius + 0.03 + (radius - 0.055) * np.sin(angle),
                0,
            ]
            parts.append(tube(np.linspace(start, end, 4), 0.0042, steel, around=9, caps=False))
    rear, front = np.array([-0.98, 0.65, 0.0]), np.array([1.0, 0.65, 0.0])
    crank, seat, head_low, head_top = (
        np.array([-0.12, 0.56, 0]),
        np.array([-0.42, 1.36, 0]),
        np.array([0.72, 1.18, 0]),
        np.array([0.66, 1.40, 0]),
    )

    def pipe(start: np.ndarray, end: np.ndarray, thick: float, material: m.Material = paint) -> Part:
        return tube(np.linspace(start, end, 12), thick, material)

    parts += [
        pipe(crank, seat, 0.034),
        pipe(crank, head_low + vec(0.0, 0.01, 0), 0.043),
        pipe(seat - [-0.02, 0.07, 0], head_top - [0.005, 0.05, 0], 0.034)
        if not city
        else pipe(crank + vec(-0.09, 0.26, 0), head_top - [0, 0.08, 0], 0.036),
        pipe(head_low, head_top, 0.046),
    ]
    for side in (-1, 1):
        z = np.array([0, 0, side * 0.065])
        parts += [
            pipe(crank + z * 0.6, rear + z, 0.019),
            pipe(seat - [-0.03, 0.10, 0] + z * 0.4, rear + z, 0.016),
        ]
        parts.append(
            tube(
                spline(
                    [
                        head_low + z * 0.75,
                        head_low + vec(0.05, -0.16, 0) + z,
                        front + z + vec(-0.05, 0.14, 0),
                        front + z,
                    ]
                ),
                0.021,
                paint,
            )
        )
    parts.append(pipe(seat, seat + vec(-0.055, 0.17, 0), 0.021, steel))
    saddle_colour = m.leather(mix(look.accent, look.ink, 0.25), 1.2)
    saddle = spline([(-0.66, 1.575, 0), (-0.52, 1.575, 0), (-0.35, 1.56, 0), (-0.20, 1.55, 0)])
    parts.append(
        tube(
            saddle,
            np.interp(np.linspace(0, 1, 160), [0, 0.2, 0.6, 1], [0.085, 0.115, 0.05, 0.032]),
            saddle_colour,
        )
    )
    squashed = parts[-1].grid.copy()
    squashed[..., 1] = 1.56 + (squashed[..., 1] - 1.56) * 0.42
    parts[-1] = Part(squashed, saddle_colour, parts[-1].uv)
    parts.append(pipe(head_top, head_top + vec(-0.03, 0.12, 0), 0.026, steel))
    stem = head_top + vec(-0.03, 0.13, 0)
    if city:
        for side in (-1, 1):
            parts.append(
                tube(
                    spline(
                        [
                            stem,
                            stem + vec(0.12, 0.05, side * 0.10),
                            stem + vec(0.10, 0.11, side * 0.28),
                            stem + vec(-0.16, 0.09, side * 0.34),
                        ]
                    ),
                    0.018,
                    steel,
                )
            )
            parts.append(
                tube(
                    np.linspace(
                        stem + vec(-0.12, 0.095, side * 0.335), stem + vec(-0.27, 0.075, side * 0.355), 10
                    ),
                    0.028,
                    saddle_colour,
                )
            )
        for hub in hubs.values():
            arc = np.radians(np.linspace(15, 165, 60) if hub < 0 else np.linspace(45, 190, 60))
            guard = np.stack([hub + 0.69 * np.cos(arc), 0.65 + 0.69 * np.sin(arc), np.zeros(60)], axis=1)
            parts.append(tube(guard, 0.036, paint, squash=0.4))
        rack = block(
            0.22,
            0.18,
            0.24,
            0.05,
            m.Material(
                np.array([0.36, 0.22, 0.10], np.float32),
                roughness=0.75,
                grain="weave",
                grain_depth=0.5,
                grain_scale=0.5,
            ),
            0.03,
        )
        parts.append(rack.scaled(1.35, 1.25, 1.3).moved(1.02, 1.52, 0))
        parts.append(ellipsoid(0.12, 0.12, 0.12, steel).moved(0.88, 1.30, 0.0))
        parts.append(
            ellipsoid(0.05, 0.10, 0.10, m.glowing(np.array([1.0, 0.93, 0.75], np.float32), 1.2)).moved(
                0.93, 1.30, 0.0
            )
        )
    else:
        for side in (-1, 1):
            z = side * 0.21
            parts.append(
                tube(
                    spline(
                        [
                            stem,
                            stem + vec(0.10, 0.03, side * 0.08),
                            stem + vec(0.14, 0.03, z),
                            stem + vec(0.30, 0.02, z),
                            stem + vec(0.36, -0.08, z),
                            stem + vec(0.28, -0.19, z),
                            stem + vec(0.10, -0.20, z),
                        ]
                    ),
                    0.022,
                    black,
                )
            )
            parts.append(
                tube(
                    spline(
                        [
                            stem + vec(0.29, 0.03, z),
                            stem + vec(0.37, 0.075, z),
                            stem + vec(0.395, -0.02, z),
                            stem + vec(0.37, -0.12, z),
                        ]
                    ),
                    0.020,
                    black,
                )
            )
        bottle_at = crank + (head_low - crank) * 0.42 + vec(-0.055, 0.09, 0)
        flask = lathe(
            rounded(
                [
                    (0, -0.15),
                    (0.055, -0.15, 0.015),
                    (0.055, 0.06, 0.03),
                    (0.038, 0.10),
                    (0.038, 0.125),
                    (0.0, 0.14),
                ],
                count=80,
            ),
            m.plastic(look.accent),
        )
        parts.append(flask.turned("z", -53).moved(*bottle_at))
    hub_z = 0.085
    parts.append(ring(0.135, 0.012, m.metal(look.dark, 0.3), squash=0.5).moved(crank[0], crank[1], hub_z))
    for i in range(5):
        parts.append(
            tube(
                np.linspace(
                    [crank[0], crank[1], hub_z],
                    [crank[0] + 0.13 * np.cos(i * 1.2566), crank[1] + 0.13 * np.sin(i * 1.2566), hub_z],
                    4,
                ),
                0.013,
                m.metal(look.dark, 0.3),
            )
        )
    parts.append(ring(0.06, 0.02, steel, squash=0.7).moved(rear[0], rear[1], hub_z))
    chain = [(rear[0], rear[1] + 0.065), (crank[0], crank[1] + 0.14)]
    parts.append(tube(np.linspace([*chain[0], hub_z], [*chain[1], hub_z], 6), 0.009, m.metal(look.dark, 0.3)))
    parts.append(
        tube(
            np.linspace([rear[0], rear[1] - 0.065, hub_z], [crank[0], crank[1] - 0.14, hub_z], 6),
            0.009,
            m.metal(look.dark, 0.3),
        )
    )
    for side, angle in ((1, -0.6), (-1, np.pi - 0.6)):
        tip = crank + vec(0.19 * np.cos(angle), 0.19 * np.sin(angle), side * 0.12)
        parts.append(pipe(crank + vec(0, 0, side * 0.10), tip, 0.017, steel))
        parts.append(block(0.13, 0.03, 0.10, 0.01, black, 0.01).moved(*(tip + vec(0, 0, side * 0.06))))
    return Model(parts, yaw=-24, pitch=6)


def skateboard(look: Look) -> Model:
    """A skateboard on its tail, showing the printed underside and its wheels."""
    outline = rounded(
        [(-0.98, -0.25, 0.25), (0.98, -0.25, 0.25), (0.98, 0.25, 0.25), (-0.98, 0.25, 0.25)],
        closed=True,
        count=321,
    )
    ink = readable(look, look.brand)
    art = (
        f'<defs><linearGradient id="s" x1="0" y1="0" x2="1" '
        f'y2="0">{stops((0, look.brand), (1, shade(look.brand, lightness=-0.1)))}'
        f'</linearGradient></defs><rect width="1960" height="500" fill="url(#s)"/>'
    )
    art += (
        f'<path d="M0 500C400 100 700 520 1050 260S1600 40 1960 240V500Z" '
        f'fill="{to_hex(look.accent)}"/><path d="M0 560C420 260 760 620 1100 400S1640 220 1960 '
        f'380V560Z" fill="{to_hex(look.third)}"/>'
    )
    art += mark(look, 980, 190, 250, ink) + f'<circle cx="1500" cy="150" r="60" fill="{ink}" opacity=".9"/>'
    deck = extrude(
        outline,
        0.055,
        0.02,
        m.textured(m.Material(look.brand, roughness=0.35, coat=0.5), texture(art, 1960, 500, pixels=1200)),
    )

    def bend(part: Part) -> Part:
        grid = part.grid.copy()
        over = np.clip(np.abs(grid[..., 0]) - 0.62, 0, 1)
        grid[..., 2] -= 0.62 * over**1.6
        grid[..., 2] += 0.10 * (grid[..., 1] / 0.25) ** 2 * -0.28
        return Part(grid, part.material, part.uv, part.closed)

    steel = m.metal(np.array([0.62, 0.63, 0.65], np.float32), 0.28)
    parts = [bend(deck)]
    for x in (-0.52, 0.52):
        parts.append(block(0.24, 0.15, 0.04, 0.02, steel, 0.015).moved(x, 0, 0.045))
        parts.append(ellipsoid(0.13, 0.12, 0.13, m.plastic(look.third)).moved(x, 0, 0.10))
        parts.append(
            tube(
                np.array([[x, -0.19, 0.14], [x, 0, 0.155], [x, 0.19, 0.14]]),
                np.array([0.03, 0.045, 0.03]),
                steel,
            )
        )
        for y in (-0.235, 0.235):
            wheel = lathe(
                rounded(
                    [
                        (0.0, -0.055),
                        (0.03, -0.055),
                        (0.035, -0.045),
                        (0.075, -0.055, 0.02),
                        (0.098, -0.03, 0.03),
                        (0.098, 0.03, 0.03),
                        (0.075, 0.055, 0.02),
                        (0.035, 0.045),
                        (0.03, 0.055),
                        (0.0, 0.055),
                    ],
                    count=90,
                ),
                m.Material(look.light, roughness=0.35, scatter=0.35, coat=0.3),
            )
            parts.append(wheel.moved(x, y, 0.14))
            parts.append(ring(0.033, 0.008, m.chrome()).turned("x", 90).moved(x, y + np.sign(y) * 0.05, 0.14))
        parts += [
            ellipsoid(0.022, 0.022, 0.014, m.chrome()).moved(x + dx, dy, 0.068)
            for dx in (-0.09, 0.09)
            for dy in (-0.05, 0.05)
        ]
    return Model([part.turned("z", 72).turned("x", -8) for part in parts], yaw=-22, pitch=6)
