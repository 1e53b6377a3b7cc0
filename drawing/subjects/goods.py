"""Box, book and sunglasses."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, readable, stops, texture
from drawing.subjects.colour import mix, shade, to_hex
from drawing.subjects.geometry import (
    Part,
    block,
    extrude,
    panel,
    rounded,
    spline,
    superellipse,
    tube,
    vec,
)
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def box(look: Look) -> Model:
    """A product package: the stand-in for whatever has no drawing of its own."""
    width, height, depth = 0.86, 1.12, 0.46
    ink = readable(look, look.brand)
    card = m.Material(look.brand, roughness=0.42, coat=0.22)
    body = block(width, height, depth, 0.012, card, 0.012).moved(0, height / 2, 0)
    accent, third = to_hex(look.accent), to_hex(look.third)
    defs = (
        f'<defs><linearGradient id="a" x1="0" y1="0" x2="1" y2="1">'
        f"{stops((0, look.accent), (1, shade(look.accent, lightness=-0.08)))}</linearGradient></defs>"
    )
    variant = look.choose(3)
    if variant == 0:
        art = (
            f'<circle cx="560" cy="820" r="420" fill="url(#a)"/><circle cx="640" cy="880" r="250" '
            f'fill="{third}" opacity=".85"/>'
        )
    elif variant == 1:
        art = (
            f'<path d="M0 700L800 420V1042H0Z" fill="url(#a)"/><path d="M0 860L800 640V1042H0Z" '
            f'fill="{third}" opacity=".85"/>'
        )
    else:
        art = (
            "".join(
                (
                    f'<circle cx="400" cy="740" r="{r}" fill="none" stroke="{accent if i % 2 else third}" '
                    f'stroke-width="34"/>'
                )
                for i, r in enumerate((80, 145, 210, 275))
            )
            + f'<circle cx="400" cy="740" r="36" fill="{accent}"/>'
        )
    art += mark(look, 180, 200, 190, ink)
    art += f'<rect x="90" y="350" width="380" height="34" rx="17" fill="{ink}"/>'
    art += "".join(
        f'<rect x="90" y="{412 + i * 34}" width="{w}" height="12" rx="6" fill="{ink}" opacity=".75"/>'
        for i, w in enumerate((280, 200))
    )
    front = panel(width - 0.03, height - 0.03, m.textured(card, texture(defs + art, 800, 1042))).moved(
        0, height / 2, depth / 2 + 0.003
    )
    side_art = f'<rect y="0" width="400" height="1042" fill="{ink}" opacity=".05"/>' + mark(
        look, 200, 150, 110, ink
    )
    side_art += "".join(
        (
            f'<rect x="70" y="{300 + i * 44}" width="{260 - 50 * (i % 3)}" height="12" rx="6" '
            f'fill="{ink}" opacity=".5"/>'
        )
        for i in range(8)
    )
    side_art += f'<rect y="900" width="400" height="142" fill="{accent}"/>'
    side = (
        panel(depth - 0.03, height - 0.03, m.textured(card, texture(side_art, 400, 1042)))
        .turned("y", 90)
        .moved(width / 2 + 0.003, height / 2, 0)
    )
    lid_art = (
        f'<path d="M0 0H800V200H0Z" fill="{to_hex(shade(look.brand, lightness=0.04))}"/>'
        f'<rect y="196" width="800" height="5" fill="#000" opacity=".3"/>'
    )
    lid = (
        panel(width - 0.03, depth - 0.03, m.textured(card, texture(lid_art, 800, 400)))
        .turned("x", -90)
        .moved(0, height + 0.003, 0)
    )
    return Model([body, front, side, lid], yaw=-32, pitch=14)


def book(look: Look) -> Model:
    """A hardcover standing upright, its cover towards the camera."""
    width, height, depth = 0.80, 1.12, 0.20
    cover = m.Material(look.brand, roughness=0.5, coat=0.15, grain="weave", grain_depth=0.05, grain_scale=2.0)
    ink, accent = readable(look, look.brand), to_hex(look.accent)
    art = ""
    variant = look.choose(3)
    if variant == 0:
        art += f'<circle cx="420" cy="640" r="230" fill="{accent}"/>'
        art += "".join(
            (
                f'<path d="M40 {760 + i * 70}C240 {680 + i * 70} 420 {860 + i * 70} 780 '
                f'{720 + i * 70}V1120H40Z" '
                f'fill="{to_hex(shade(look.brand, lightness=-0.05 - 0.05 * i))}"/>'
            )
            for i in range(4)
        )
    elif variant == 1:
        art += "".join(
            (
                f'<rect x="{130 + (i % 4) * 150}" y="{470 + (i // 4) * 150}" width="120" height="120" '
                f'rx="{60 if (i * 7) % 3 else 0}" fill="{(accent, to_hex(look.third), ink)[i % 3]}"/>'
            )
            for i in range(16)
        )
    else:
        art += mark(look, 420, 700, 420, accent, to_hex(look.third))
    art += (
        f'<rect x="110" y="130" width="520" height="64" rx="8" fill="{ink}"/>'
        f'<rect x="110" y="224" width="380" height="64" rx="8" fill="{ink}"/>'
    )
    art += f'<rect x="110" y="340" width="230" height="18" rx="9" fill="{ink}" opacity=".7"/>'
    art += (
        '<rect x="36" width="10" height="1120" fill="#000" opacity=".22"/>'
        '<rect x="46" width="5" height="1120" fill="#fff" opacity=".12"/>'
    )
    front = block(width, height, 0.03, 0.012, m.textured(cover, texture(art, 800, 1120)), 0.008).moved(
        0, height / 2, depth / 2
    )
    back = block(width, height, 0.03, 0.012, cover, 0.008).moved(0, height / 2, -depth / 2)
    spine = tube(
        np.array(
            [
                [-width / 2 + 0.012, 0.006, 0],
                [-width / 2 + 0.012, height / 2, 0],
                [-width / 2 + 0.012, height - 0.006, 0],
            ]
        ),
        depth / 2 + 0.012,
        cover,
        caps=False,
    )
    spine = Part(
        spine.grid * [0.25, 1, 1] + vec(-(width / 2) * 0.75, 0, 0), spine.material, spine.uv, closed=False
    )
    page_art = "".join(
        (
            f'<rect y="{i * 9 + (i * 37) % 5}" width="400" height="2" fill="#8a7f70" '
            f'opacity="{0.15 + (i * 13 % 7) / 20}"/>'
        )
        for i in range(46)
    )
    paper = m.Material(np.array([0.86, 0.82, 0.72], np.float32), roughness=0.9)
    pages = block(width - 0.05, height - 0.05, depth - 0.02, 0.005, paper, 0.004).moved(-0.005, height / 2, 0)
    edge = (
        panel(height - 0.05, depth - 0.03, m.textured(paper, texture(page_art, 400, 414)))
        .turned("x", 90)
        .turned("z", 90)
        .moved(width / 2 - 0.029, height / 2, 0)
    )
    top = (
        panel(width - 0.06, depth - 0.03, m.textured(paper, texture(page_art, 400, 414)))
        .turned("x", -90)
        .moved(0, height - 0.0245, 0)
    )
    ribbon = tube(
        spline([(0.1, 0.03, 0.02), (0.1, -0.0, 0.05), (0.11, 0.0, 0.16), (0.13, 0.0, 0.24)]),
        0.018,
        m.fabric(look.accent),
        squash=0.12,
    )
    return Model([front, back, spine, pages, edge, top, ribbon], yaw=-30, pitch=15)


def sunglasses(look: Look) -> Model:
    """Sunglasses on the ground with open temples."""
    round_lens = look.choose(2)
    shape = (
        superellipse(0.64, 0.58, 2.2, 161)
        if round_lens
        else rounded(
            [
                (-0.33, 0.26, 0.16),
                (0.37, 0.29, 0.14),
                (0.35, -0.10, 0.2),
                (0.16, -0.29, 0.2),
                (-0.16, -0.29, 0.2),
                (-0.34, -0.08, 0.2),
            ],
            closed=True,
            count=161,
        )
    )
    half = float(shape[:, 0].max())
    golden = look.choose(3) == 0
    frame = m.gold(0.2) if golden else m.lacquer(look.brand)
    tint = look.brand if golden else look.accent
    parts: list[Part] = []
    lens_colour = mix(look.ink, tint, 0.22)
    art = texture(
        f'<defs><linearGradient id="l" x1="0" y1="0" x2="0.2" '
        f'y2="1">{stops((0, look.ink), (0.45, mix(look.ink, tint, 0.35)), (1, tint))}'
        f"</linearGradient></defs>"
        '<rect width="400" height="320" fill="url(#l)"/><path d="M90 0H190L60 320H-40Z M215 '
        '0H245L115 320H85Z" fill="#fff" opacity=".22"/>',
        400,
        320,
    )
    for side in (-1, 1):
        outline = shape * [side, 1]
        shape3d = np.column_stack([outline, 0.02 * np.cos(outline[:, 0] * 3)])
        parts.append(
            tube(shape3d, 0.023 if round_lens else 0.031, frame, squash=1.25, caps=False)
            .turned("y", side * 7)
            .moved(side * 0.43, 0.31, 0)
        )
        lens = extrude(
            outline * 0.99,
            0.02,
            0.01,
            m.textured(m.Material(lens_colour, roughness=0.05, coat=0.5, opacity=0.94), art),
        )
        dome = lens.grid.copy()
        dome[..., 2] += 0.07 * (1 - ((dome[..., 0] / 0.4) ** 2 + (dome[..., 1] / 0.4) ** 2))
        parts.append(
            Part(dome - [0, 0, 0.03], lens.material, lens.uv)
            .turned("y", side * 7)
            .moved(side * 0.43, 0.31, 0)
        )
        hinge = side * (0.43 + half + 0.05)
        parts.append(
            tube(
                spline(
                    [
                        (side * (0.43 + half - 0.02), 0.47, -0.03),
                        (hinge, 0.475, -0.06),
                        (hinge + side * 0.02, 0.47, -0.2),
                        (hinge, 0.44, -0.8),
                        (hinge - side * 0.02, 0.38, -1.02),
                        (hinge - side * 0.05, 0.22, -1.2),
                    ]
                ),
                0.024,
                frame,
                squash=0.7,
            )
        )
    parts.append(
        tube(
            spline([(-0.14, 0.38, 0.04), (-0.06, 0.43, 0.07), (0.06, 0.43, 0.07), (0.14, 0.38, 0.04)]),
            0.022,
            frame,
        )
    )
    return Model(parts, yaw=-26, pitch=16)
