"""Phone and laptop: devices that are mostly screen."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, readable, stops, texture
from drawing.subjects.colour import mix, shade, to_hex
from drawing.subjects.geometry import (
    Part,
    block,
    ellipsoid,
    panel,
    ring,
    tube,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def _app_screen(look: Look, width: int, height: int) -> str:
    """An app's home screen without words: cover, cards, a progress ring, a button."""
    ink = readable(look, look.brand)
    top, bottom = shade(look.brand, lightness=0.06), mix(look.brand, look.ink, 0.55)
    body = (
        f'<defs><linearGradient id="b" x1="0" y1="0" x2="0.4" '
        f'y2="1">{stops((0, top), (0.55, look.brand), (1, bottom))}'
        f"</linearGradient>"
        f'<linearGradient id="c" x1="0" y1="0" x2="1" '
        f'y2="1">{stops((0, look.accent), (1, look.third))}</linearGradient></defs>'
        f'<rect width="{width}" height="{height}" fill="url(#b)"/>'
    )
    w, h = width, height
    body += f'<circle cx="{w * 0.86}" cy="{h * 0.2}" r="{w * 0.46}" fill="url(#c)" opacity=".85"/>'
    body += (
        f'<circle cx="{w * 0.62}" cy="{h * 0.32}" r="{w * 0.24}" fill="{to_hex(look.brand)}" opacity=".55"/>'
    )
    body += mark(look, w * 0.2, h * 0.15, w * 0.17, ink)
    body += (
        f'<rect x="{w * 0.1}" y="{h * 0.40}" width="{w * 0.56}" height="{h * 0.032}" '
        f'rx="{h * 0.012}" fill="{ink}"/>'
    )
    body += (
        f'<rect x="{w * 0.1}" y="{h * 0.45}" width="{w * 0.38}" height="{h * 0.016}" '
        f'rx="{h * 0.008}" fill="{ink}" opacity=".6"/>'
    )
    for i in range(2):
        x = w * (0.08 + i * 0.43)
        body += (
            f'<rect x="{x}" y="{h * 0.52}" width="{w * 0.41}" height="{h * 0.2}" rx="{w * 0.06}" '
            f'fill="#fff" opacity=".16"/>'
        )
        body += (
            f'<rect x="{x + w * 0.05}" y="{h * 0.66}" width="{w * 0.22}" height="{h * 0.014}" '
            f'rx="{h * 0.007}" fill="{ink}" opacity=".8"/>'
        )
    body += (
        f'<circle cx="{w * 0.285}" cy="{h * 0.595}" r="{w * 0.075}" fill="none" stroke="{ink}" '
        f'stroke-width="{w * 0.03}" opacity=".3"/>'
    )
    body += (
        f'<path d="M{w * 0.285} {h * 0.595 - w * 0.075}a{w * 0.075} {w * 0.075} 0 1 1 '
        f'{-w * 0.072} {w * 0.055}" fill="none" stroke="url(#c)" stroke-width="{w * 0.03}" '
        f'stroke-linecap="round"/>'
    )
    body += "".join(
        (
            f'<rect x="{w * (0.57 + i * 0.06)}" y="{h * (0.635 - v)}" width="{w * 0.036}" '
            f'height="{h * v}" rx="{w * 0.016}" fill="{ink if i != 3 else to_hex(look.accent)}"/>'
        )
        for i, v in enumerate((0.03, 0.055, 0.04, 0.08, 0.06))
    )
    body += (
        f'<rect x="{w * 0.08}" y="{h * 0.80}" width="{w * 0.84}" height="{h * 0.075}" '
        f'rx="{h * 0.0375}" fill="{to_hex(look.accent)}"/>'
    )
    body += (
        f'<rect x="{w * 0.36}" y="{h * 0.832}" width="{w * 0.28}" height="{h * 0.014}" '
        f'rx="{h * 0.007}" fill="{readable(look, look.accent)}"/>'
    )
    body += (
        f'<rect x="{w * 0.34}" y="{h * 0.955}" width="{w * 0.32}" height="{h * 0.007}" '
        f'rx="{h * 0.0035}" fill="{ink}" opacity=".7"/>'
    )
    return body


def phone(look: Look) -> Model:
    """Two phones: one shows its lit screen, one behind it its back and lenses."""
    width, height, depth = 0.72, 1.48, 0.075
    frame = m.metal(mix(look.brand, look.light, 0.35), 0.24)
    island = (
        '<rect x="225" y="26" width="210" height="54" rx="27" fill="#050608"/>'
        '<circle cx="402" cy="53" r="13" fill="#16233c"/>'
    )
    screen_art = texture(
        _app_screen(look, 660, 1420) + island,
        660,
        1420,
        pixels=1000,
    )

    def slab(face: m.Material) -> list[Part]:
        return [
            block(width, height, depth, 0.13, frame, 0.022),
            block(width - 0.025, height - 0.025, depth + 0.004, 0.12, face, 0.008),
        ]

    black = m.Material(np.array([0.01, 0.01, 0.012], np.float32), roughness=0.05, coat=0.9)
    screen = block(
        width - 0.065,
        height - 0.065,
        0.004,
        0.10,
        m.textured(m.Material(black.colour, roughness=0.05, coat=0.3), screen_art, emits=True),
        0.002,
    ).moved(0, 0, depth / 2 + 0.003)
    buttons = [
        block(0.012, 0.16, 0.03, 0.005, frame, 0.004).moved(width / 2 + 0.004, y, 0) for y in (0.25, 0.45)
    ]
    front = [part.turned("x", -5).moved(0, height / 2, 0.12) for part in (*slab(black), screen, *buttons)]
    back_face = m.Material(look.brand, roughness=0.35, coat=0.5, metal=0.15)
    back_art = m.textured(
        back_face,
        texture(mark(look, 360, 800, 150, to_hex(shade(look.brand, lightness=0.18, chroma=0.7))), 720, 1480),
    )
    island_block = block(
        0.36,
        0.38,
        0.03,
        0.09,
        m.Material(shade(look.brand, lightness=-0.02), roughness=0.15, coat=0.8),
        0.012,
    ).moved(-0.14, 0.49, depth / 2 + 0.012)
    lenses: list[Part] = []
    for x, y in ((-0.215, 0.575), (-0.215, 0.405), (-0.06, 0.49)):
        lenses.append(ring(0.062, 0.013, frame).moved(x, y, depth / 2 + 0.035))
        lenses.append(
            ellipsoid(
                0.115,
                0.115,
                0.04,
                m.Material(np.array([0.012, 0.014, 0.03], np.float32), roughness=0.03, coat=1.0),
            ).moved(x, y, depth / 2 + 0.025)
        )
    lenses.append(
        ellipsoid(0.045, 0.045, 0.02, m.glowing(look.light, 0.3)).moved(-0.05, 0.62, depth / 2 + 0.026)
    )
    back = [
        part.turned("z", -9).turned("x", -5).moved(-0.44, height / 2 + 0.05, -0.22)
        for part in (*slab(back_art), island_block, *lenses)
    ]
    return Model([*front, *back], yaw=-24, pitch=7)


def laptop(look: Look) -> Model:
    """An open laptop with a lit screen."""
    width, depth = 1.60, 1.06
    alloy = m.Material(mix(look.light, look.brand, 0.22), roughness=0.4, metal=0.8)
    keys = ""
    for row in range(5):
        for column in range(14):
            keys += (
                f'<rect x="{205 + column * 86}" y="{80 + row * 84}" width="74" height="72" rx="11" '
                f'fill="#15171b"/>'
            )
    keys += '<rect x="463" y="500" width="500" height="72" rx="11" fill="#15171b"/>'
    keys += "".join(
        f'<rect x="{x}" y="500" width="74" height="72" rx="11" fill="#15171b"/>'
        for x in (205, 291, 377, 979, 1065, 1151, 1237, 1323)
    )
    keys += (
        '<rect x="545" y="625" width="510" height="330" rx="22" fill="#000" opacity=".10"/>'
        '<rect x="545" y="625" width="510" height="330" rx="22" fill="none" stroke="#000" '
        'stroke-width="4" opacity=".25"/>'
    )
    deck = (
        block(width, depth, 0.05, 0.06, m.textured(alloy, texture(keys, 1600, 1060, pixels=1000)), 0.018)
        .turned("x", -90)
        .moved(0, 0.045, 0.50)
    )
    lid = block(width, 1.04, 0.035, 0.06, alloy, 0.014)
    bezel = block(
        width - 0.03,
        1.01,
        0.008,
        0.05,
        m.Material(np.array([0.008, 0.008, 0.01], np.float32), roughness=0.08, coat=0.6),
        0.003,
    ).moved(0, 0, 0.017)
    w, h = 1500, 930
    art = (
        f'<defs><linearGradient id="b" x1="0" y1="0" x2="1" '
        f'y2="1">{stops((0, mix(look.brand, look.ink, 0.35)), (0.5, look.brand), (1, look.accent))}'
        f'</linearGradient></defs><rect width="{w}" height="{h}" fill="url(#b)"/>'
    )
    art += "".join(
        (
            f'<path d="M0 {h * (0.62 + 0.1 * i)}C{w * 0.3} {h * (0.35 + 0.12 * i)} {w * 0.55} '
            f'{h * (0.95 - 0.03 * i)} {w} {h * (0.5 + 0.13 * i)}V{h}H0Z" fill="{to_hex(c)}" '
            f'opacity=".6"/>'
        )
        for i, c in enumerate((look.accent, look.third, shade(look.brand, lightness=-0.12)))
    )
    art += (
        f'<rect x="170" y="110" width="1160" height="660" rx="26" fill="{to_hex(look.light)}" '
        f'opacity=".94"/><rect x="170" y="110" width="250" height="660" rx="26" '
        f'fill="{to_hex(look.ink)}" opacity=".9"/>'
    )
    art += mark(look, 250, 190, 70, to_hex(look.accent)) + "".join(
        (
            f'<rect x="210" y="{280 + i * 62}" width="{150 - 26 * (i % 3)}" height="18" rx="9" '
            f'fill="#fff" opacity="{0.85 if i == 1 else 0.35}"/>'
        )
        for i in range(6)
    )
    art += (
        f'<rect x="460" y="160" width="330" height="36" rx="10" fill="{to_hex(look.ink)}"/>'
        f'<rect x="460" y="230" width="400" height="240" rx="20" fill="{to_hex(look.brand)}"/>'
        f'<rect x="890" y="230" width="400" height="240" rx="20" '
        f'fill="{to_hex(look.accent)}"/>'
    )
    art += "".join(
        f'<rect x="{490 + i * 62}" y="{430 - v}" width="34" height="{v}" rx="8" fill="#fff" opacity=".9"/>'
        for i, v in enumerate((60, 110, 80, 150, 120))
    )
    art += (
        '<path d="M920 420C980 300 1040 400 1100 330S1210 260 1260 300" fill="none" '
        'stroke="#fff" stroke-width="12" stroke-linecap="round"/>'
    )
    art += "".join(
        (
            f'<rect x="460" y="{520 + i * 66}" width="830" height="44" rx="12" '
            f'fill="{to_hex(look.ink)}" opacity=".08"/><rect x="486" y="{534 + i * 66}" '
            f'width="{300 - i * 50}" height="16" rx="8" fill="{to_hex(look.ink)}" opacity=".55"/>'
        )
        for i in range(3)
    )
    screen = panel(
        width - 0.10,
        0.93,
        m.textured(
            m.Material(look.ink, roughness=0.06, coat=0.5), texture(art, w, h, pixels=1000), emits=True
        ),
    ).moved(0, 0.005, 0.0225)
    opened = [part.moved(0, 0.52, 0).turned("x", -16).moved(0, 0.06, -0.03) for part in (lid, bezel, screen)]
    hinge = tube(
        np.array([[-0.6, 0.055, -0.03], [0, 0.055, -0.03], [0.6, 0.055, -0.03]]),
        0.022,
        m.metal(look.dark, 0.3),
    )
    feet = [
        ellipsoid(0.1, 0.04, 0.1, m.rubber(look.ink)).moved(x, 0.015, z)
        for x in (-0.68, 0.68)
        for z in (0.1, 0.92)
    ]
    return Model([deck, *opened, hinge, *feet], yaw=-26, pitch=19)
