"""Sailing yacht and rocket."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, on_paper, readable, texture
from drawing.subjects.colour import to_hex
from drawing.subjects.geometry import (
    Part,
    curve_height,
    ellipsoid,
    extrude,
    lathe,
    loft,
    ring,
    rounded,
    spline,
    tube,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def sailboat(look: Look) -> Model:
    """A sailing yacht heeling a little, the spinnaker-bright mainsail full."""
    x = np.linspace(-1.05, 1.25, 90)
    half = curve_height([(-1.05, 0.26), (-0.6, 0.36), (0.1, 0.37), (0.75, 0.22), (1.25, 0.01)], x)
    sheer = curve_height([(-1.05, 0.30), (-0.3, 0.25), (0.5, 0.28), (1.25, 0.40)], x)
    keel = curve_height([(-1.05, 0.12), (-0.6, -0.06), (0.2, -0.12), (0.9, 0.0), (1.25, 0.36)], x)
    angle = np.linspace(0, 2 * np.pi, 97)
    sections = []
    for a, h, top, low in zip(x, half, sheer, keel, strict=True):
        c, s = np.cos(angle), np.sin(angle)
        y = np.where(s > 0, top + 0.015 * s, top + (top - low) * s)
        z = h * np.where(s > 0, c, np.sign(c) * np.abs(c) ** 0.7)
        sections.append(np.stack([np.full_like(z, a), y, z], axis=1))
    art = (
        f'<rect width="1000" height="300" fill="{to_hex(look.light)}"/>'
        f'<path d="M0 180C300 215 700 190 1000 40V130C700 230 300 240 0 '
        f'210Z" fill="{to_hex(look.brand)}"/><rect y="232" width="1000" height="80" '
        f'fill="{to_hex(look.ink)}"/>'
    )
    hull = loft(sections, m.textured(m.lacquer(look.light), texture(art, 1000, 300)))
    teak = m.Material(
        np.array([0.42, 0.25, 0.12], np.float32), roughness=0.55, grain="brushed", grain_depth=0.15
    )
    deck_rows = [np.stack([s[:, 0], np.full(97, s[:, 1].max() + 0.004), s[:, 2] * 0.9], 1) for s in sections]
    deck = Part(np.stack(deck_rows)[:, :49], teak, np.zeros((90, 49, 2)), closed=False)
    cabin = ellipsoid(0.85, 0.22, 0.40, m.lacquer(look.light), 3.5).moved(0.18, 0.32, 0)
    window = ellipsoid(
        0.62, 0.075, 0.415, m.Material(np.array([0.01, 0.015, 0.02], np.float32), roughness=0.05, coat=1.0), 4
    ).moved(0.2, 0.345, 0)
    mast = tube(
        np.array([[0.25, 0.3, 0], [0.22, 1.4, 0], [0.17, 2.75, 0]]),
        np.array([0.028, 0.025, 0.014]),
        m.metal(np.array([0.8, 0.8, 0.82], np.float32), 0.3),
    )
    boom = tube(
        np.array([[0.24, 0.56, 0], [-0.4, 0.55, 0.13], [-0.98, 0.54, 0.24]]),
        0.022,
        m.metal(np.array([0.8, 0.8, 0.82], np.float32), 0.3),
    )

    def sail(luff: np.ndarray, leech: np.ndarray, belly: float, colour: np.ndarray, art_body: str) -> Part:
        across = np.linspace(0, 1, 40)[None, :, None]
        grid = luff[:, None] * (1 - across) + leech[:, None] * across
        chord = np.linalg.norm(leech - luff, axis=1)[:, None]
        camber = belly * chord * np.sin(np.pi * np.linspace(0, 1, 40) ** 0.7)[None]
        grid[..., 2] += camber
        v, u = np.meshgrid(np.linspace(0, 1, len(luff)), np.linspace(0, 1, 40), indexing="ij")
        cloth = m.Material(colour, roughness=0.7, scatter=0.7, sheen=0.1)
        return Part(
            grid, m.textured(cloth, texture(art_body, 400, 1000)), np.stack([u, 1 - v], -1), closed=False
        )

    t = np.linspace(0, 1, 60)[:, None]
    main_luff = np.array([0.215, 0.62, 0.0]) * (1 - t) + np.array([0.165, 2.68, 0.0]) * t
    leech = spline(
        [(-0.95, 0.60, 0.24), (-0.78, 1.25, 0.20), (-0.40, 2.0, 0.12), (0.14, 2.69, 0.0)], count=60
    )
    seams = "".join(
        f'<path d="M0 {k * 125}L400 {k * 125 - 30}" stroke="#000" stroke-width="2.5" opacity=".22"/>'
        for k in range(1, 8)
    )
    ink = readable(look, look.brand)
    main = sail(
        main_luff,
        leech,
        0.12,
        look.brand,
        seams
        + f'<path d="M0 880L400 840V1000H0Z" fill="{to_hex(look.accent)}"/>'
        + mark(look, 150, 590, 150, ink),
    )
    jib_luff = np.array([1.20, 0.44, 0.0]) * (1 - t) + np.array([0.24, 2.30, 0.0]) * t
    jib_leech = spline(
        [(0.10, 0.50, 0.30), (0.12, 1.1, 0.26), (0.16, 1.7, 0.14), (0.22, 2.30, 0.0)], count=60
    )
    jib = sail(
        jib_luff,
        jib_leech,
        0.13,
        look.light,
        seams + f'<path d="M0 900L400 900V1000H0Z" fill="{to_hex(look.brand)}"/>',
    )
    stays = [
        tube(np.linspace(a, b, 4), 0.005, m.chrome(), around=9)
        for a, b in (([1.22, 0.42, 0], [0.20, 2.4, 0]), ([-1.02, 0.34, 0], [0.17, 2.74, 0]))
    ]
    return Model(
        [part.turned("x", 5) for part in (hull, deck, cabin, window, mast, boom, main, jib, *stays)],
        yaw=-22,
        pitch=5,
    )


def rocket(look: Look) -> Model:
    """A rocket standing on its fins, ready to start."""
    profile = rounded(
        [
            (0.0, 0.30),
            (0.22, 0.30),
            (0.27, 0.34, 0.03),
            (0.37, 0.95, 0.5),
            (0.30, 1.75, 0.4),
            (0.0, 2.35, 0.06),
        ],
        count=260,
    )
    art = (
        f'<rect width="800" height="1000" fill="{to_hex(look.light)}"/>'
        f'<path d="M0 0H800V285H0Z" fill="{to_hex(look.brand)}"/>'
        f'<rect y="300" width="800" height="22" fill="{to_hex(look.accent)}"/>'
        f'<path d="M0 800H800V1000H0Z" fill="{to_hex(look.brand)}"/>'
        f'<rect y="765" width="800" height="18" fill="{to_hex(look.accent)}"/>'
    )
    art += "".join(
        f'<circle cx="{x}" cy="{y}" r="3.5" fill="#000" opacity=".3"/>'
        for y in (345, 745)
        for x in range(10, 800, 34)
    )
    art += mark(look, 400, 660, 130, on_paper(look, look.brand), on_paper(look, look.accent))
    body = lathe(
        profile,
        m.textured(m.Material(look.light, roughness=0.32, coat=0.9), texture(art, 800, 1000)),
        label=(0.30, 2.35, 300.0),
    )
    nozzle = lathe(
        rounded([(0.14, 0.32), (0.13, 0.27, 0.02), (0.21, 0.10, 0.02), (0.19, 0.10), (0.10, 0.28)], count=80),
        m.metal(np.array([0.32, 0.32, 0.34], np.float32), 0.3),
        closed=False,
    )
    port = ring(0.155, 0.035, m.metal(look.accent, 0.22)).turned("x", -4).moved(0, 1.40, 0.345)
    pane = (
        ellipsoid(
            0.28, 0.28, 0.09, m.Material(np.array([0.03, 0.07, 0.13], np.float32), roughness=0.04, coat=1.0)
        )
        .turned("x", -4)
        .moved(0, 1.40, 0.335)
    )
    fin_shape = rounded(
        [(0.0, 0.95, 0.03), (0.0, 0.40, 0.03), (0.30, 0.0, 0.05), (0.42, 0.02, 0.05), (0.40, 0.50, 0.25)],
        closed=True,
        count=161,
    )
    fins = [
        extrude(fin_shape, 0.06, 0.025, m.lacquer(look.brand)).moved(0.28, 0, 0).turned("y", angle)
        for angle in (32, 122, 212, 302)
    ]
    tip = lathe(rounded([(0.0, 2.32), (0.022, 2.32), (0.012, 2.50), (0.0, 2.52)], count=40), m.chrome())
    return Model([body, nozzle, port, pane, *fins, tip], yaw=-10, pitch=4)
