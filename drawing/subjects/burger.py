"""A burger."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, readable, texture
from drawing.subjects.colour import parse_hex, shade, to_hex
from drawing.subjects.forms import frill, roughened
from drawing.subjects.geometry import Part, ellipsoid, lathe, ring, rounded, tube
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def _slice(radius: float, y: float, thick: float, material: m.Material) -> Part:
    profile = rounded(
        [(0.0, y), (radius, y, thick * 0.4), (radius, y + thick, thick * 0.4), (0.0, y + thick)], count=60
    )
    return lathe(profile, material)


def burger(look: Look) -> Model:
    """A burger on brand-coloured paper with a pennant on top."""
    crust = (
        '<defs><linearGradient id="b" x1="0" y1="0" x2="0" y2="1">'
        '<stop offset="0" stop-color="#e9a44e"/><stop offset=".25" stop-color="#d98a35"/>'
        '<stop offset=".62" stop-color="#c06f24"/><stop offset=".86" stop-color="#dc9a52"/>'
        '<stop offset="1" stop-color="#f3d7a4"/></linearGradient></defs>'
        '<rect width="100" height="400" fill="url(#b)"/>'
    )
    bread = m.Material(
        parse_hex("#cf8433"),
        roughness=0.36,
        coat=0.28,
        scatter=0.25,
        texture=texture(crust, 100, 400, pixels=400),
    )
    crown_profile = rounded(
        [(0.0, 0.655), (0.56, 0.655), (0.625, 0.69, 0.06), (0.61, 0.88, 0.2), (0.36, 1.10, 0.3), (0.0, 1.12)],
        count=160,
    )
    crown = roughened(lathe(crown_profile, bread, label=(0.62, 1.12, 360.0)), 0.008, 4)
    heel_art = crust.replace("#f3d7a4", "#e5b877")
    heel = roughened(
        lathe(
            rounded(
                [(0.0, 0.03), (0.52, 0.03, 0.05), (0.60, 0.09, 0.06), (0.59, 0.20, 0.05), (0.0, 0.21)],
                count=100,
            ),
            m.textured(bread, texture(heel_art, 100, 400, pixels=400)),
            label=(0.0, 0.30, 360.0),
        ),
        0.008,
        5,
    )
    chance = np.random.default_rng(11)
    seeds: list[Part] = []
    grain = m.Material(parse_hex("#f6e3b4"), roughness=0.35, coat=0.3)
    for i in range(64):
        share = (i + 0.5) / 64 * 0.62
        reach, turn = np.sqrt(share) * 0.66, i * 2.39996
        height = float(np.interp(reach, crown_profile[::-1][:90, 0], crown_profile[::-1][:90, 1]))
        slope = np.degrees(np.arctan(0.9 * (reach / 0.62) ** 2 * 1.1))
        kernel = (
            ellipsoid(0.030, 0.020, 0.052, grain)
            .turned("y", chance.uniform(0, 180))
            .turned("x", slope)
            .turned("y", np.degrees(turn))
        )
        kernel = kernel.moved(reach * np.sin(turn), height + 0.004, reach * np.cos(turn))
        seeds.append(Part(kernel.grid[::4, ::6], kernel.material, kernel.uv[::4, ::6]))
    meat = m.Material(
        parse_hex("#4a2412"), roughness=0.42, coat=0.3, grain="leather", grain_depth=0.7, grain_scale=0.9
    )
    patty = roughened(
        lathe(
            rounded(
                [(0.0, 0.31), (0.58, 0.31, 0.06), (0.635, 0.38, 0.06), (0.59, 0.475, 0.06), (0.0, 0.48)],
                count=120,
            ),
            meat,
        ),
        0.024,
        6,
        24,
    )
    cheese_colour = parse_hex("#f7a91c")
    side = np.linspace(-1, 1, 61)
    cx, cz = np.meshgrid(side, side)
    turned = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    flat = np.stack([cx, cz], -1) * 0.54 @ turned.T
    reach = np.hypot(flat[..., 0], flat[..., 1])
    droop = np.where(reach > 0.56, -1.9 * np.maximum(reach - 0.56, 0) ** 1.15, 0)
    pulled = np.where(reach > 0.60, (0.60 + 0.25 * (reach - 0.60)) / np.maximum(reach, 1e-6), 1.0)
    sheet = np.stack([flat[..., 0] * pulled, 0.505 + droop, flat[..., 1] * pulled], -1)
    cheese = Part(
        sheet,
        m.Material(cheese_colour, roughness=0.28, coat=0.5, scatter=0.6),
        np.zeros((61, 61, 2)),
        closed=False,
    )
    tomato = m.Material(parse_hex("#c8281c"), roughness=0.2, coat=0.6, scatter=0.4)
    slices = [
        _slice(0.30, 0.545, 0.05, tomato).moved(x, 0, z)
        for x, z in ((-0.28, 0.20), (0.26, 0.24), (0.02, -0.25), (0.0, 0.29))
    ]
    onion = (
        ring(0.40, 0.020, m.Material(parse_hex("#cbb0cf"), roughness=0.25, coat=0.5, scatter=0.6))
        .turned("x", 90)
        .moved(0.06, 0.60, 0.12)
    )
    green = m.Material(parse_hex("#6fae2a"), roughness=0.42, coat=0.3, scatter=0.6)
    lettuce = [
        frill(0.70, 0.635, 17, 0.035, green, 3),
        frill(
            0.67, 0.30, 15, 0.03, m.Material(parse_hex("#559122"), roughness=0.42, coat=0.3, scatter=0.6), 8
        ),
    ]
    pickle = [
        _slice(0.15, 0.27, 0.035, m.Material(parse_hex("#7f9632"), roughness=0.3, coat=0.5)).moved(x, 0, z)
        for x, z in ((-0.42, 0.34), (0.44, 0.34))
    ]
    sauce = (
        ring(0.555, 0.032, m.Material(parse_hex("#c5341d"), roughness=0.15, coat=0.8))
        .turned("x", 90)
        .moved(0, 0.235, 0)
    )
    check = texture(
        f'<rect width="400" height="400" fill="{to_hex(look.brand)}"/>'
        + "".join(
            (
                f'<rect x="{40 * i}" y="{40 * j}" width="40" height="40" '
                f'fill="{to_hex(shade(look.brand, lightness=0.12))}"/>'
            )
            for i in range(10)
            for j in range(10)
            if (i + j) % 2
        ),
        400,
        400,
    )
    span = np.linspace(-0.92, 0.92, 41)
    px, pz = np.meshgrid(span, span)
    crumple = (
        0.012
        + 0.012 * np.sin(5 * px + 2 * pz) * np.cos(4 * pz)
        + 0.05 * (np.maximum(np.abs(px), np.abs(pz)) / 0.92) ** 6
    )
    sheet_uv = np.stack([(px + 0.92) / 1.84, (pz + 0.92) / 1.84], -1)
    paper = (
        Part(np.stack([px, crumple, pz], -1), m.textured(m.matte(look.brand), check), sheet_uv, closed=False)
        .turned("y", 38)
        .scaled(x=0.82, z=0.82)
    )
    stick = tube(
        np.array([[0, 1.05, 0], [0.0, 1.3, 0], [0.0, 1.50, 0]]),
        0.013,
        m.Material(parse_hex("#d9b67c"), roughness=0.6),
    )
    flag_v, flag_u = np.meshgrid(np.linspace(0, 1, 12), np.linspace(0, 1, 30), indexing="ij")
    flag_grid = np.stack([flag_u * 0.30, 1.48 - flag_v * 0.19, 0.02 * np.sin(flag_u * 6)], -1)
    flag_art = mark(look, 130, 95, 110, readable(look, look.brand))
    flag = Part(
        flag_grid,
        m.textured(m.matte(look.brand), texture(flag_art, 300, 190)),
        np.stack([flag_u, flag_v], -1),
        closed=False,
    ).turned("y", 14)
    return Model(
        [heel, crown, *seeds, patty, cheese, *slices, onion, *lettuce, *pickle, sauce, paper, stick, flag],
        yaw=-14,
        pitch=12,
    )
