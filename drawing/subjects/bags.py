"""Handbag and backpack."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, texture
from drawing.subjects.colour import shade, to_hex
from drawing.subjects.geometry import (
    block,
    ellipsoid,
    extrude,
    lathe,
    ring,
    rounded,
    spline,
    tube,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def bag(look: Look) -> Model:
    """A structured leather handbag or a backpack, by seed."""
    return _backpack(look) if look.choose(2) else _handbag(look)


def _stitches(path: str, colour: str) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="5" stroke-dasharray="15 '
        f'9" stroke-linecap="round"/>'
    )


def _handbag(look: Look) -> Model:
    hide = m.leather(look.brand, 0.9)
    outline = rounded(
        [(-0.62, 0.0, 0.10), (0.62, 0.0, 0.10), (0.53, 0.80, 0.12), (-0.53, 0.80, 0.12)],
        closed=True,
        count=241,
    )
    thread = to_hex(shade(look.brand, lightness=0.22, chroma=0.6))
    body_art = _stitches("M40 780L110 30M1200 780L1130 30M60 760H1180", thread)
    body = extrude(outline, 0.42, 0.12, m.textured(hide, texture(body_art, 1240, 800)))
    flap_outline = rounded(
        [
            (-0.55, 0.83, 0.1),
            (-0.575, 0.52, 0.06),
            (-0.34, 0.33, 0.14),
            (0.0, 0.27, 0.5),
            (0.34, 0.33, 0.14),
            (0.575, 0.52, 0.06),
            (0.55, 0.83, 0.1),
        ],
        closed=True,
        count=241,
    )
    flap_art = _stitches("M40 0L50 300C130 460 330 520 575 530C820 520 1020 460 1100 300L1110 0", thread)
    flap = extrude(
        flap_outline,
        0.47,
        0.10,
        m.textured(m.leather(shade(look.brand, lightness=0.02), 0.9), texture(flap_art, 1150, 560)),
    )
    gold = m.gold(0.15)
    clasp = block(0.17, 0.13, 0.05, 0.03, gold, 0.02).moved(0, 0.34, 0.235)
    lock = (
        lathe(
            rounded([(0.0, 0.0), (0.03, 0.0), (0.034, 0.02, 0.01), (0.0, 0.025)], count=30),
            m.metal(look.accent, 0.2),
        )
        .turned("x", 90)
        .moved(0, 0.34, 0.262)
    )
    handle = tube(
        spline(
            [
                (-0.30, 0.80, 0.06),
                (-0.30, 0.98, 0.05),
                (-0.20, 1.18, 0.02),
                (0.0, 1.26, 0.0),
                (0.20, 1.18, 0.02),
                (0.30, 0.98, 0.05),
                (0.30, 0.80, 0.06),
            ]
        ),
        0.032,
        m.leather(shade(look.brand, lightness=-0.06), 0.9),
    )
    rings = [ring(0.05, 0.013, gold).moved(x, 0.865, 0.06) for x in (-0.30, 0.30)]
    tag_path = spline([(0.30, 0.86, 0.09), (0.32, 0.78, 0.25), (0.33, 0.70, 0.265)])
    charm = (
        block(0.13, 0.20, 0.02, 0.03, m.leather(look.accent), 0.008).turned("z", -7).moved(0.335, 0.60, 0.262)
    )
    feet = [ellipsoid(0.07, 0.05, 0.07, gold).moved(x, 0.0, 0.12) for x in (-0.5, 0.5)]
    return Model(
        [
            body,
            flap,
            clasp,
            lock,
            handle,
            *rings,
            tube(tag_path, 0.010, m.leather(look.accent)),
            charm,
            *feet,
        ],
        yaw=-24,
        pitch=11,
    )


def _backpack(look: Look) -> Model:
    cloth = m.fabric(look.brand, 0.8)
    dark = m.fabric(shade(look.brand, lightness=-0.12), 0.8)
    body = ellipsoid(0.92, 1.22, 0.52, cloth, 4.2).moved(0, 0.61, 0)
    pocket = ellipsoid(0.74, 0.52, 0.24, m.fabric(shade(look.brand, lightness=0.02), 0.8), 4.5).moved(
        0, 0.31, 0.24
    )
    flap = ellipsoid(0.93, 0.44, 0.56, dark, 3.4).moved(0, 1.03, 0.01)
    zips = [
        tube(
            spline([(-0.33, 0.42, 0.345), (-0.2, 0.47, 0.36), (0.2, 0.47, 0.36), (0.33, 0.42, 0.345)]),
            0.016,
            m.metal(look.light, 0.4),
        ),
        tube(
            np.array([[0.25, 0.46, 0.365], [0.27, 0.40, 0.375], [0.275, 0.35, 0.375]]),
            0.014,
            m.leather(look.accent),
        ),
    ]
    straps = []
    for x in (-0.24, 0.24):
        straps.append(
            tube(
                spline([(x, 1.1, 0.262), (x, 0.95, 0.297), (x, 0.8, 0.285), (x, 0.66, 0.278)]),
                0.045,
                m.leather(look.accent),
                squash=0.25,
            )
        )
        straps.append(block(0.13, 0.10, 0.03, 0.02, m.gold(0.2), 0.01).moved(x, 0.76, 0.292))
    loop = tube(
        spline([(-0.12, 1.2, -0.05), (-0.10, 1.34, -0.05), (0.10, 1.34, -0.05), (0.12, 1.2, -0.05)]),
        0.028,
        m.leather(look.accent),
        squash=1.4,
    )
    patch = block(
        0.20,
        0.14,
        0.02,
        0.02,
        m.textured(m.leather(look.light), texture(mark(look, 100, 70, 90, to_hex(look.ink)), 200, 140)),
        0.006,
    ).moved(0, 0.25, 0.365)
    sides = [
        tube(
            spline(
                [
                    (s * 0.44, 1.0, -0.2),
                    (s * 0.53, 0.8, -0.26),
                    (s * 0.54, 0.4, -0.27),
                    (s * 0.44, 0.12, -0.2),
                ]
            ),
            0.05,
            dark,
            squash=0.35,
        )
        for s in (-1, 1)
    ]
    return Model([body, pocket, flap, *zips, *straps, loop, patch, *sides], yaw=-26, pitch=10)
