"""Jar, perfume, candle and lipstick."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import lines, mark, on_paper, readable, texture
from drawing.subjects.colour import mix, shade, to_hex
from drawing.subjects.geometry import Part, block, lathe, ring, rounded, spline, tube, vec
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def jar(look: Look) -> Model:
    """A cosmetics jar: thick glass or lacquer body and a broad lid."""
    lid_metal = look.choose(2) == 0
    body_colour = look.brand
    body = lathe(
        rounded(
            [
                (0.0, 0.0),
                (0.42, 0.0, 0.06),
                (0.44, 0.05, 0.06),
                (0.44, 0.40, 0.07),
                (0.40, 0.44, 0.03),
                (0.38, 0.46),
                (0.0, 0.46),
            ],
            count=240,
        ),
        m.textured(
            m.Material(body_colour, roughness=0.3, scatter=0.35, coat=0.9),
            texture(
                mark(look, 400, 150, 120, readable(look, body_colour))
                + lines(400, 250, (260.0, 170.0), 38, readable(look, body_colour), 0.9),
                800,
                400,
            ),
        ),
        label=(0.04, 0.42, 130.0),
    )
    base = lathe(
        rounded(
            [(0.0, 0.0), (0.445, 0.0, 0.06), (0.468, 0.05, 0.06), (0.468, 0.41, 0.07), (0.41, 0.452, 0.02)],
            count=200,
        ),
        m.glass(shade(look.brand, lightness=0.2), 0.06),
    )
    finish = m.gold(0.35) if lid_metal else m.lacquer(look.light)
    lid = lathe(
        rounded(
            [
                (0.40, 0.452),
                (0.448, 0.452, 0.01),
                (0.452, 0.46, 0.01),
                (0.452, 0.66, 0.035),
                (0.42, 0.685, 0.03),
                (0.0, 0.69),
            ],
            count=200,
        ),
        finish,
        closed=False,
    )
    seam = ring(0.446, 0.008, m.gold(0.2)).turned("x", 90).moved(0, 0.455, 0)
    emblem = texture(mark(look, 200, 200, 150, on_paper(look, look.accent)), 400, 400)
    top = lathe(rounded([(0.0, 0.693), (0.30, 0.692)], count=20), finish, closed=False)
    planar = np.stack([0.5 + top.grid[..., 0] / 0.8, 0.5 + top.grid[..., 2] / 0.8], axis=-1)
    return Model(
        [body, base, seam, lid, Part(top.grid, m.textured(finish, emblem), planar, closed=False)], pitch=17
    )


def perfume(look: Look) -> Model:
    """A faceted glass flacon with tinted juice and a heavy cap."""
    round_shape = look.choose(2) == 0
    tint = look.brand
    juice_material = m.liquid(shade(tint, lightness=0.06))
    if round_shape:
        outline = lathe(
            rounded(
                [
                    (0.0, 0.0),
                    (0.26, 0.0, 0.1),
                    (0.45, 0.30, 0.26),
                    (0.40, 0.70, 0.25),
                    (0.12, 0.86, 0.04),
                    (0.12, 0.90),
                    (0.0, 0.90),
                ],
                count=220,
            ),
            m.glass(shade(tint, lightness=0.22), 0.10),
            squash=0.62,
        )
        juice = lathe(
            rounded(
                [
                    (0.0, 0.07),
                    (0.22, 0.07, 0.1),
                    (0.375, 0.31, 0.22),
                    (0.345, 0.62, 0.12),
                    (0.33, 0.64, 0.02),
                    (0.0, 0.64),
                ],
                count=160,
            ),
            juice_material,
            squash=0.6,
        )
        parts = [juice, outline]
    else:
        shell = block(0.80, 0.88, 0.42, 0.07, m.glass(shade(tint, lightness=0.22), 0.09), 0.07).moved(
            0, 0.44, 0
        )
        juice = block(0.70, 0.70, 0.32, 0.05, juice_material, 0.05).moved(0, 0.42, 0)
        parts = [juice, shell]
    ink = readable(look, tint)
    plate_art = (
        f'<rect x="6" y="6" width="388" height="288" rx="6" fill="none" stroke="{ink}" stroke-width="5"/>'
        + mark(look, 200, 115, 110, ink)
        + lines(200, 210, (200.0, 110.0), 34, ink, 0.9)
    )
    front = 0.20
    plate = block(
        0.42,
        0.32,
        0.012,
        0.01,
        m.textured(
            m.Material(shade(tint, lightness=-0.04), roughness=0.3, coat=0.3, opacity=0.99),
            texture(plate_art, 400, 300),
        ),
        0.004,
    )
    plate = plate.moved(0, 0.42, front + 0.012)
    if round_shape:
        bare = lathe(
            rounded([(0.395, 0.22), (0.452, 0.32, 0.1), (0.405, 0.545)], count=40),
            plate.material,
            label=(0.225, 0.54, 62.0),
            squash=0.63,
        )
        shown = ((bare.uv >= 0) & (bare.uv <= 1)).all(axis=-1).astype(float)
        plate = Part(bare.grid, plate.material, bare.uv, closed=False, keep=shown)
    neck = lathe(
        rounded(
            [(0.14, 0.86), (0.165, 0.865, 0.01), (0.165, 0.925, 0.01), (0.10, 0.93), (0.0, 0.93)], count=60
        ),
        m.gold(0.1),
    )
    cap_finish = (m.gold(0.1), m.lacquer(look.ink), m.metal(mix(look.accent, look.light, 0.25), 0.2))[
        look.choose(3)
    ]
    if look.choose(2) == 0:
        cap = [
            lathe(
                rounded(
                    [(0.0, 0.93), (0.17, 0.93, 0.015), (0.18, 0.95, 0.01), (0.18, 1.24, 0.03), (0.0, 1.25)],
                    count=120,
                ),
                cap_finish,
            )
        ]
    else:
        cap = [block(0.36, 0.32, 0.30, 0.03, cap_finish, 0.03).moved(0, 1.095, 0)]
    return Model([*parts[:1], plate, neck, *cap, *parts[1:]], pitch=9, yaw=-13 if round_shape else -24)


def candle(look: Look) -> Model:
    """A scented candle burning in a tinted glass."""
    wax = lathe(
        rounded(
            [
                (0.0, 0.04),
                (0.31, 0.04, 0.03),
                (0.325, 0.08, 0.02),
                (0.325, 0.60, 0.01),
                (0.30, 0.585, 0.02),
                (0.06, 0.57, 0.04),
                (0.0, 0.568),
            ],
            count=160,
        ),
        m.Material(mix(look.light, look.brand, 0.55), roughness=0.5, scatter=0.9, coat=0.2, emission=0.10),
    )
    glass = lathe(
        rounded(
            [
                (0.0, 0.0),
                (0.335, 0.0, 0.04),
                (0.35, 0.04, 0.03),
                (0.35, 0.85, 0.006),
                (0.338, 0.855, 0.005),
                (0.334, 0.80),
            ],
            count=200,
        ),
        m.glass(look.brand, 0.30),
    )
    ink = to_hex(look.ink)
    art = (
        f'<rect width="400" height="340" fill="{to_hex(look.light)}"/>'
        f'<rect x="14" y="14" width="372" height="312" fill="none" stroke="{ink}" '
        f'stroke-width="4"/>'
    )
    art += mark(look, 200, 130, 120, on_paper(look, look.brand), on_paper(look, look.accent)) + lines(
        200, 230, (210.0, 130.0), 36, ink, 0.8
    )
    label = lathe(
        rounded([(0.3515, 0.22), (0.3525, 0.222), (0.3525, 0.56), (0.3515, 0.562)], count=30),
        m.textured(m.glass(look.light, 0.999), texture(art, 400, 340)),
        label=(0.22, 0.562, 66.0),
    )
    keep = np.ones(label.grid.shape[:2])
    keep[:, (label.uv[0, :, 0] < 0.0) | (label.uv[0, :, 0] > 1.0)] = 0.0
    label = Part(label.grid, label.material, label.uv, closed=False, keep=keep)
    wick = tube(np.array([[0, 0.56, 0], [0.004, 0.62, 0], [0.012, 0.665, 0.0]]), 0.010, m.matte(look.ink))
    flame_profile = spline(
        [(0.0, 0.64), (0.032, 0.665), (0.05, 0.71), (0.036, 0.78), (0.012, 0.86), (0.0, 0.89)], count=80
    )
    flame = lathe(flame_profile, m.glowing(np.array([1.0, 0.50, 0.12], np.float32), 1.0)).moved(0.012, 0, 0)
    core = lathe(
        flame_profile * [0.55, 0.62] + vec(0, 0.27), m.glowing(np.array([1.0, 0.84, 0.50], np.float32), 1.25)
    ).moved(0.012, -0.005, 0.03)
    return Model([wax, wick, flame, core, label, glass], pitch=13, wick=(0.012, 0.64, 0.0))


def lipstick(look: Look) -> Model:
    """A lipstick, open, its bullet cut at a slant; the cap lies beside it."""
    case = m.lacquer(look.ink) if look.choose(2) else m.lacquer(look.light)
    base = lathe(
        rounded(
            [
                (0.0, 0.0),
                (0.175, 0.0, 0.015),
                (0.18, 0.02, 0.01),
                (0.18, 0.50, 0.02),
                (0.15, 0.51),
                (0.0, 0.51),
            ],
            count=120,
        ),
        case,
    )
    band = lathe(
        rounded([(0.15, 0.44), (0.185, 0.445, 0.005), (0.185, 0.50, 0.005), (0.15, 0.512)], count=40),
        m.gold(),
    )
    inner = lathe(
        rounded(
            [
                (0.0, 0.50),
                (0.138, 0.50),
                (0.142, 0.51, 0.01),
                (0.142, 0.78, 0.015),
                (0.128, 0.79),
                (0.0, 0.79),
            ],
            count=100,
        ),
        m.gold(),
    )
    bullet = lathe(
        rounded([(0.0, 0.74), (0.118, 0.74), (0.118, 1.16, 0.10), (0.0, 1.18)], count=160),
        m.Material(look.brand, roughness=0.32, coat=0.35, scatter=0.3),
    )
    grid = bullet.grid.copy()
    slant = 1.06 - 0.11 * (0.75 * grid[..., 0] + 0.66 * grid[..., 2]) / 0.118
    grid[..., 1] = np.minimum(grid[..., 1], slant)
    bullet = Part(grid, bullet.material, bullet.uv, closed=True)
    cap = lathe(
        rounded(
            [
                (0.0, -0.33),
                (0.17, -0.33, 0.02),
                (0.178, -0.31, 0.01),
                (0.178, 0.31, 0.01),
                (0.165, 0.33),
                (0.158, 0.30),
                (0.155, -0.1),
                (0.0, -0.1),
            ],
            count=160,
        ),
        case,
    )
    cap = cap.turned("z", 90).turned("y", -28).moved(0.52, 0.18, 0.16)
    stripe = lathe(
        rounded([(0.165, 0.26), (0.182, 0.262, 0.003), (0.182, 0.318, 0.003), (0.165, 0.32)], count=30),
        m.gold(),
    )
    stripe = stripe.turned("z", 90).turned("y", -28).moved(0.52, 0.18, 0.16)
    return Model([base, band, inner, bullet, cap, stripe], pitch=10, yaw=-8)
