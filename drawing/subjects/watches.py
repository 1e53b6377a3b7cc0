"""Watches: smart and classic."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, readable, stops, texture
from drawing.subjects.colour import mix, shade, to_hex
from drawing.subjects.geometry import (
    Part,
    block,
    ellipsoid,
    lathe,
    planar,
    rounded,
    spline,
    superellipse,
    tube,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def _strap(material: m.Material, width: float, reach: float, height: float) -> Part:
    """A watch strap closed to a loop behind the case; the loop lies in the yz plane."""
    angle = np.linspace(0, 2 * np.pi, 121)
    around = superellipse(2, 2, 3.2, 49)
    centre = np.stack([np.zeros(121), height * np.sin(angle), reach * np.cos(angle) - reach], axis=1)
    outward = np.stack([np.zeros(121), np.sin(angle) / height, np.cos(angle) / reach], axis=1)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    narrow = width * (0.86 + 0.14 * np.cos(angle))
    grid = centre[:, None] + around[None, :, 1, None] * 0.036 * outward[:, None]
    grid[..., 0] += narrow[:, None] / 2 * around[None, :, 0]
    uv = np.stack(np.broadcast_arrays(np.linspace(0, 1, 121)[:, None], np.linspace(0, 1, 49)[None]), axis=-1)
    return Part(grid, material, uv, closed=False)


def watch(look: Look) -> Model:
    """A smart watch or a classic one, by seed, standing on its closed strap."""
    return _smart_watch(look) if look.choose(2) == 0 else _classic_watch(look)


def _smart_watch(look: Look) -> Model:
    case_metal = m.metal(mix(look.dark, look.light, 0.45), 0.25)
    strap = _strap(m.Material(look.brand, roughness=0.5, sheen=0.1, coat=0.08), 0.62, 0.46, 0.62)
    case = block(0.86, 1.02, 0.24, 0.26, case_metal, 0.09).moved(0, 0, 0.04)
    glass = block(
        0.79,
        0.95,
        0.06,
        0.23,
        m.Material(np.array([0.008, 0.008, 0.01], np.float32), roughness=0.04, coat=0.3),
        0.03,
    ).moved(0, 0, 0.145)
    ringed = '<rect width="720" height="880" fill="#030304"/>'
    for i, (r, share, colour) in enumerate(
        ((250, 0.78, look.brand), (190, 0.62, look.accent), (130, 0.88, look.third))
    ):
        length = 2 * np.pi * r
        bright = to_hex(shade(colour, lightness=0.08))
        ringed += (
            f'<circle cx="360" cy="440" r="{r}" fill="none" stroke="{bright}" stroke-width="46" '
            f'opacity=".2"/>'
        )
        ringed += (
            f'<circle cx="360" cy="440" r="{r}" fill="none" stroke="{bright}" stroke-width="46" '
            f'stroke-linecap="round" stroke-dasharray="{length * share} {length}" '
            f'transform="rotate({-90 + 20 * i} 360 440)"/>'
        )
    ringed += mark(look, 360, 440, 90, "#ffffff") + (
        '<rect x="240" y="770" width="240" height="26" rx="13" fill="#fff" opacity=".85"/>'
        '<rect x="290" y="812" width="140" height="16" rx="8" fill="#fff" opacity=".45"/>'
    )
    ringed += '<rect x="300" y="70" width="120" height="30" rx="15" fill="#fff" opacity=".8"/>'
    screen = block(
        0.71,
        0.87,
        0.004,
        0.19,
        m.textured(
            m.Material(glass.material.colour, roughness=0.05, coat=0.2), texture(ringed, 720, 880), emits=True
        ),
        0.001,
    ).moved(0, 0, 0.176)
    crown = (
        lathe(
            rounded(
                [(0.0, 0.0), (0.075, 0.0, 0.01), (0.08, 0.01, 0.01), (0.08, 0.055, 0.01), (0.0, 0.06)],
                count=50,
            ),
            m.metal(look.accent, 0.25),
        )
        .turned("z", -90)
        .moved(0.425, 0.17, 0.04)
    )
    side = block(0.03, 0.24, 0.08, 0.01, case_metal, 0.01).moved(0.43, -0.15, 0.04)
    parts = [part.turned("x", -14).moved(0, 0.66, 0) for part in (strap, case, glass, screen, crown, side)]
    return Model(parts, yaw=-28, pitch=6)


def _classic_watch(look: Look) -> Model:
    steel = m.gold(0.3) if look.choose(2) else m.metal(np.array([0.78, 0.79, 0.81], np.float32), 0.16)
    strap = _strap(m.leather(mix(look.accent, look.ink, 0.35), 1.3), 0.50, 0.46, 0.60)
    turned = {"axis": "x", "degrees": 90.0}
    case = lathe(
        rounded(
            [
                (0.0, -0.08),
                (0.44, -0.08, 0.03),
                (0.47, 0.0, 0.05),
                (0.465, 0.08, 0.03),
                (0.43, 0.125, 0.02),
                (0.40, 0.125, 0.01),
                (0.385, 0.095),
            ],
            count=140,
        ),
        steel,
    ).turned(**turned)
    dial_ground = look.brand
    ink = readable(look, dial_ground)
    lit, deep = shade(dial_ground, lightness=0.07), shade(dial_ground, lightness=-0.12)
    art = (
        f"<defs><radialGradient "
        f'id="d">{stops((0, lit), (0.7, dial_ground), (1, deep))}'
        f'</radialGradient></defs><circle cx="400" cy="400" r="400" fill="url(#d)"/>'
    )
    for i in range(60):
        long = i % 5 == 0
        art += (
            f'<rect x="{394 if long else 398}" y="{34 if not long else 30}" '
            f'width="{12 if long else 4}" height="{66 if long else 18}" rx="2" fill="{ink}" '
            f'opacity="{1 if long else 0.6}" transform="rotate({i * 6} 400 400)"/>'
        )
    art += mark(look, 400, 245, 80, ink)
    art += (
        f'<circle cx="400" cy="555" r="88" fill="#000" opacity=".16"/>'
        f'<circle cx="400" cy="555" r="88" fill="none" stroke="{ink}" stroke-width="3" '
        f'opacity=".6"/><rect x="398" y="490" width="5" height="68" '
        f'fill="{to_hex(look.accent)}" transform="rotate(70 400 555)"/>'
    )
    dial = planar(
        lathe(
            rounded([(0.0, 0.095), (0.39, 0.095)], count=20),
            m.textured(m.Material(dial_ground, roughness=0.5), texture(art, 800, 800)),
            closed=False,
        ).turned(**turned),
        0.78,
        0.78,
    )
    hands: list[Part] = []
    pale = m.metal(np.array([0.9, 0.9, 0.92], np.float32), 0.2)
    for angle, length, width in ((-60.0, 0.21, 0.030), (54.0, 0.31, 0.022)):
        hands.append(
            block(width, length, 0.008, 0.006, pale, 0.003)
            .moved(0, length / 2 - 0.03, 0.108)
            .turned("z", -angle)
        )
    hands.append(
        block(0.008, 0.38, 0.006, 0.002, m.plastic(look.accent), 0.002).moved(0, 0.11, 0.116).turned("z", 150)
    )
    hub = ellipsoid(0.05, 0.05, 0.03, pale).moved(0, 0, 0.115)
    crystal = lathe(
        rounded([(0.395, 0.122), (0.38, 0.135, 0.02), (0.0, 0.15)], count=40),
        m.Material(look.light, roughness=0.03, coat=0.12, opacity=0.0),
        closed=False,
    ).turned(**turned)
    crown = (
        lathe(rounded([(0.0, 0.0), (0.045, 0.0, 0.005), (0.05, 0.07, 0.01), (0.0, 0.075)], count=40), steel)
        .turned("z", -90)
        .moved(0.465, 0, 0)
    )
    lugs = [
        tube(
            spline([(x, s * 0.33, 0.0), (x, s * 0.44, -0.02), (x, s * 0.50, -0.09), (x, s * 0.525, -0.17)]),
            0.038,
            steel,
            squash=1.0,
        )
        for x in (-0.285, 0.285)
        for s in (-1, 1)
    ]
    parts = [
        part.turned("x", -14).moved(0, 0.66, 0)
        for part in (strap, case, dial, *hands, hub, crystal, crown, *lugs)
    ]
    return Model(parts, yaw=-26, pitch=6)
