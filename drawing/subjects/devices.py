"""Headphones and camera."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, readable, texture
from drawing.subjects.colour import mix, to_hex
from drawing.subjects.geometry import (
    Part,
    block,
    ellipsoid,
    lathe,
    panel,
    planar,
    ring,
    rounded,
    spline,
    tube,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def headphones(look: Look) -> Model:
    """Over-ear headphones standing on their cushions."""
    shell = m.Material(look.brand, roughness=0.45, coat=0.3)
    dark = m.leather(look.dark, 1.2)
    steel = m.metal(mix(look.light, look.accent, 0.12), 0.2)
    path = spline(
        [
            (-0.60, 0.62, 0),
            (-0.64, 0.90, 0),
            (-0.52, 1.24, 0),
            (-0.27, 1.44, 0),
            (0.0, 1.50, 0),
            (0.27, 1.44, 0),
            (0.52, 1.24, 0),
            (0.64, 0.90, 0),
            (0.60, 0.62, 0),
        ]
    )
    inner = spline([(-0.47, 1.18, 0), (-0.25, 1.37, 0), (0.0, 1.425, 0), (0.25, 1.37, 0), (0.47, 1.18, 0)])
    parts = [tube(path, 0.032, steel, squash=1.4)]
    top = spline(
        [
            (-0.575, 1.15, 0),
            (-0.50, 1.27, 0),
            (-0.27, 1.45, 0),
            (0.0, 1.51, 0),
            (0.27, 1.45, 0),
            (0.50, 1.27, 0),
            (0.575, 1.15, 0),
        ]
    )
    parts.append(tube(top, 0.062, shell, squash=2.0))
    parts.append(
        tube(
            inner,
            np.interp(np.linspace(0, 1, 160), [0, 0.15, 0.85, 1], [0.04, 0.085, 0.085, 0.04]),
            dark,
            squash=1.4,
        )
    )
    emblem = texture(mark(look, 200, 200, 190, readable(look, look.brand)), 400, 400)
    for side in (-1, 1):
        cup = lathe(
            rounded(
                [
                    (0.0, 0.0),
                    (0.20, 0.0),
                    (0.34, -0.02, 0.05),
                    (0.37, 0.06, 0.04),
                    (0.36, 0.13, 0.05),
                    (0.25, 0.20, 0.06),
                    (0.0, 0.22),
                ],
                count=160,
            ),
            shell,
        ).scaled(z=1.14)
        cap = lathe(
            rounded([(0.0, 0.23), (0.20, 0.225, 0.02), (0.22, 0.20, 0.02), (0.22, 0.18)], count=60),
            m.textured(m.Material(look.brand, roughness=0.3, metal=0.4, coat=0.5), emblem),
            closed=False,
        ).scaled(z=1.14)
        cap = Part(
            cap.grid,
            cap.material,
            np.stack([0.5 - side * cap.grid[..., 2] / 0.6, 0.5 - side * cap.grid[..., 0] / 0.6], -1),
            closed=False,
        )
        trim = ring(0.228, 0.012, m.metal(look.accent, 0.2)).turned("x", 90).moved(0, 0.198, 0).scaled(z=1.14)
        groove = (
            ring(0.352, 0.016, m.metal(look.accent, 0.22)).turned("x", 90).moved(0, 0.012, 0).scaled(z=1.14)
        )
        pad = ring(0.245, 0.115, dark, squash=0.85).turned("x", 90).moved(0, -0.07, 0).scaled(z=1.14)
        mesh = lathe(rounded([(0.0, -0.03), (0.24, -0.03)], count=12), m.fabric(look.ink), closed=False)
        for piece in (cup, cap, trim, groove, pad, mesh):
            parts.append(
                piece.turned("z", -90 * side)
                .turned("y", -side * 12)
                .turned("z", side * 4)
                .moved(side * 0.53, 0.43, 0)
            )
        yoke = spline(
            [
                (side * 0.66, 0.43, 0.40),
                (side * 0.72, 0.60, 0.34),
                (side * 0.70, 0.80, 0.14),
                (side * 0.66, 0.88, 0),
                (side * 0.70, 0.80, -0.14),
                (side * 0.72, 0.60, -0.34),
                (side * 0.66, 0.43, -0.40),
            ]
        )
        parts.append(tube(yoke, 0.026, steel))
        parts.append(block(0.10, 0.16, 0.13, 0.03, shell, 0.03).moved(side * 0.655, 0.93, 0))
    return Model(parts, yaw=-42, pitch=9)


def camera(look: Look) -> Model:
    """A mirrorless camera with a leather body and a bright lens."""
    silver = m.Material(
        np.array([0.66, 0.67, 0.69], np.float32), roughness=0.36, metal=0.9, grain="speckle", grain_depth=0.04
    )
    hide = m.leather(look.brand, 1.1)
    dark = m.Material(look.ink, roughness=0.4, coat=0.2)
    body = block(1.34, 0.62, 0.40, 0.12, hide, 0.07).moved(0, 0.39, 0)
    base = block(1.35, 0.09, 0.41, 0.04, silver, 0.03).moved(0, 0.045, 0)
    top = block(1.35, 0.17, 0.41, 0.07, silver, 0.05).moved(0, 0.765, 0)
    prism = block(0.44, 0.20, 0.34, 0.07, silver, 0.06).moved(0, 0.90, 0)
    grip = ellipsoid(0.30, 0.66, 0.30, hide, 3.2).moved(-0.56, 0.40, 0.16)
    parts = [body, base, top, prism, grip]
    profile = rounded(
        [
            (0.0, 0.0),
            (0.36, 0.0),
            (0.36, 0.05, 0.01),
            (0.335, 0.06),
            (0.335, 0.11),
            (0.345, 0.115, 0.01),
            (0.345, 0.26, 0.01),
            (0.315, 0.275),
            (0.315, 0.31),
            (0.325, 0.315, 0.01),
            (0.325, 0.43, 0.015),
            (0.30, 0.44),
            (0.265, 0.40),
            (0.25, 0.34),
        ],
        count=260,
    )
    barrel = (
        lathe(profile, m.Material(look.ink, roughness=0.35, metal=0.4, coat=0.2))
        .turned("x", 90)
        .moved(0.06, 0.44, 0.19)
    )
    mount = ring(0.36, 0.022, m.chrome()).moved(0.06, 0.44, 0.23)
    stripe = ring(0.327, 0.010, m.plastic(look.accent)).moved(0.06, 0.44, 0.60)
    ribs = ring(0.343, 0.010, m.rubber(look.ink)).moved(0.06, 0.44, 0.0)
    art = texture(
        '<defs><radialGradient id="g" cx=".5" cy=".5"><stop offset="0" stop-color="#02030a"/>'
        '<stop offset=".35" stop-color="#0b1030"/><stop offset=".62" stop-color="#3a2a78"/>'
        '<stop offset=".82" stop-color="#12406a"/><stop offset="1" stop-color="#05070c"/>'
        "</radialGradient></defs>"
        '<circle cx="200" cy="200" r="200" fill="url(#g)"/><ellipse cx="140" cy="130" rx="58" '
        'ry="34" fill="#b9d4ff" opacity=".75" transform="rotate(-38 140 130)"/>'
        '<circle cx="262" cy="268" r="20" fill="#8ff0d0" opacity=".5"/>'
        '<circle cx="200" cy="200" r="64" fill="#000" opacity=".55"/>',
        400,
        400,
    )
    front = lathe(
        rounded([(0.0, 0.40), (0.15, 0.385, 0.1), (0.262, 0.34)], count=40),
        m.textured(m.Material(look.ink, roughness=0.03, coat=1.0), art),
        closed=False,
    )
    front = planar(front.turned("x", 90), 0.52, 0.52).moved(0.06, 0.44, 0.19)
    parts += [barrel, mount, stripe, ribs.moved(z=0.36), ribs.moved(z=0.33), ribs.moved(z=0.39), front]
    for x, radius, height in ((0.45, 0.10, 0.075), (-0.45, 0.085, 0.06), (-0.27, 0.055, 0.05)):
        knob = lathe(
            rounded([(0.0, 0.0), (radius, 0.0), (radius, height, 0.012), (0.0, height)], count=50),
            silver if x != -0.45 else m.metal(look.accent, 0.25),
        )
        parts.append(knob.moved(x, 0.845, 0.02))
    parts.append(
        panel(
            0.16, 0.075, m.Material(np.array([0.05, 0.07, 0.1], np.float32), roughness=0.05, coat=1.0)
        ).moved(0.46, 0.765, 0.2065)
    )
    parts.append(
        panel(
            0.20, 0.07, m.textured(silver, texture(mark(look, 100, 35, 52, to_hex(look.ink)), 200, 70))
        ).moved(0, 0.91, 0.1715)
    )
    for side in (-1, 1):
        parts.append(ring(0.04, 0.010, m.chrome()).turned("y", 60 * side).moved(side * 0.69, 0.72, 0.02))
    strap = spline(
        [
            (0.70, 0.70, 0.02),
            (0.80, 0.52, 0.10),
            (0.80, 0.20, 0.25),
            (0.72, 0.025, 0.46),
            (0.48, 0.02, 0.66),
            (0.12, 0.02, 0.78),
        ]
    )
    parts.append(tube(strap, 0.032, m.leather(look.accent), squash=0.35))
    return Model([*parts, ellipsoid(0.06, 0.05, 0.03, dark).moved(-0.30, 0.77, 0.2)], yaw=-22, pitch=12)
