"""A running shoe, lofted along the foot."""

from __future__ import annotations

import cv2
import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.artwork import mark, readable, stops, texture
from drawing.subjects.colour import mix, shade, to_hex
from drawing.subjects.geometry import Part, curve_height, displaced, loft, spline, tube, vec
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model

_ALONG = np.concatenate(
    [np.linspace(-1.0, -0.93, 12), np.linspace(-0.92, 0.90, 120), np.linspace(0.91, 1.0, 14)]
)


def _end_round(x: np.ndarray, heel: float, toe: float) -> np.ndarray:
    """Half-round the plan view at both ends: 0 at the tips, 1 in between."""
    back = np.sqrt(np.clip(1 - np.clip(1 - (x + 1) / heel, 0, 1) ** 2, 0, 1))
    front = np.sqrt(np.clip(1 - np.clip(1 - (1 - x) / toe, 0, 1) ** 2, 0, 1))
    return np.minimum(back, front)


def _half_width(x: np.ndarray) -> np.ndarray:
    plan = curve_height(
        [(-1, 0.28), (-0.75, 0.30), (-0.35, 0.265), (0.05, 0.29), (0.45, 0.36), (0.75, 0.345), (1, 0.27)], x
    )
    return plan * _end_round(x, 0.30, 0.52)


def _sole_section(x: float, half: float, low: float, high: float, bulge: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 97)
    c, s = np.cos(angle), np.sin(angle)
    z = half * np.sign(c) * np.abs(c) ** 0.35 * (1 + bulge * (1 - s**2))
    y = (low + high) / 2 + (high - low) / 2 * np.sign(s) * np.abs(s) ** 0.45
    return np.stack([np.full_like(z, x), y, z], axis=1)


def _upper_section(x: float, half: float, low: float, high: float, narrow: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 121)
    c, s = np.cos(angle), np.sin(angle)
    rise = np.clip(s, 0, 1) ** 0.85
    z = half * np.sign(c) * np.abs(c) ** 0.62 * (1 - narrow * rise**1.3)
    y = np.where(s > 0, low + (high - low) * rise, low + 0.05 * s)
    return np.stack([np.full_like(z, x), y, z], axis=1)


def _upper_art(look: Look) -> tuple[np.ndarray, np.ndarray]:
    """Colour of the upper and the relief of its overlays, both in side view."""
    accent, panel = to_hex(look.accent), to_hex(shade(look.brand, lightness=-0.10))
    pale, brand = to_hex(look.light), to_hex(look.brand)
    toe = "M2000 1000H1500C1520 800 1600 700 1700 620L2000 700Z"
    heel = "M0 0H150C130 300 180 520 420 700L430 1000H0Z"
    eyestay = "M560 300C760 250 900 330 1080 520L1330 640L1250 760C1050 690 860 560 620 470Z"
    kind = look.choose(3)
    if kind == 0:
        stripe = (
            "M330 960C520 700 700 980 900 760S1150 620 1240 640"
            "L1300 735C1130 720 1030 870 930 910S640 990 520 990Z"
        )
    elif kind == 1:
        stripe = (
            "M470 960C560 760 760 640 1010 600C880 700 800 820 780 960Z M860 960C890 820 960 720 "
            "1090 640L1190 700C1080 780 1030 860 1010 960Z"
        )
    else:
        stripe = "M360 930L900 600L1050 690L760 800L1250 780L1330 860L360 980Z"
    thread = f'fill="none" stroke="{pale}" stroke-width="5" stroke-dasharray="14 9" opacity=".75"'
    body = (
        f'<defs><linearGradient id="f" x1="0" y1="0" x2="1" '
        f'y2="0">{stops((0, shade(look.brand, lightness=-0.05)), (1, shade(look.brand, lightness=0.04)))}'
        f"</linearGradient></defs>"
    )
    body += '<rect width="2000" height="1000" fill="url(#f)"/>'
    mesh = "".join(
        f'<circle cx="{1150 + 30 * i + 15 * (j % 2)}" cy="{560 + 26 * j}" r="6" fill="#000" opacity=".28"/>'
        for i in range(17)
        for j in range(15)
    )
    body += mesh
    body += (
        f'<path d="{toe}" fill="{panel}"/><path d="{heel}" fill="{accent}"/>'
        f'<path d="{eyestay}" fill="{panel}"/>'
    )
    body += (
        f'<path d="{stripe}" fill="{pale if kind != 2 else accent}"/>'
        f'<path d="{stripe}" {thread.replace(pale, brand)}/>'
    )
    body += (
        f'<path d="M1515 1000C1535 800 1612 712 1706 634" {thread}/>'
        f'<path d="M160 60C142 300 192 510 430 688L442 1000" {thread}/>'
    )
    body += f'<path d="M640 452C870 540 1050 668 1242 742" {thread}/>'
    body += mark(look, 150, 520, 130, readable(look, look.accent))
    relief = (
        f'<rect width="2000" height="1000" fill="#000"/><g fill="#fff"><path d="{toe}"/>'
        f'<path d="{heel}"/><path d="{eyestay}"/><path d="{stripe}" fill="#bbb"/></g>'
    )
    height = cv2.GaussianBlur(texture(relief, 2000, 1000)[..., 0], (0, 0), 3.0)
    return texture(body, 2000, 1000), height


def sneaker(look: Look) -> Model:
    """A running shoe: knit upper with overlays, sculpted foam midsole, rubber outsole, laces."""
    x = _ALONG
    half = _half_width(x)
    lift = curve_height([(-1, 0.10), (-0.8, 0.015), (-0.5, 0.0), (0.3, 0.0), (0.65, 0.035), (1, 0.17)], x)
    deck = curve_height([(-1, 0.36), (-0.8, 0.315), (-0.4, 0.285), (0.2, 0.245), (0.65, 0.25), (1, 0.335)], x)
    foam = shade(look.light, lightness=0.01)
    wave = (
        "M0 620C300 380 520 560 860 640S1500 700 2000 420L2000 520C1500 800 1100 720 820 700S300 500 0 760Z"
    )
    art = (
        f'<rect width="2000" height="1000" fill="{to_hex(foam)}"/>'
        f'<path d="{wave}" fill="{to_hex(look.accent)}"/>'
    )
    art += "".join(
        (
            f'<path d="M{60 + i * 46} {330 + 3 * i}c30 120 20 240 -6 330" '
            f'stroke="{to_hex(shade(foam, lightness=-0.12))}" stroke-width="10" fill="none"/>'
        )
        for i in range(14)
    )
    bump = texture(
        '<rect width="2000" height="1000" fill="#fff"/>'
        + f'<path d="{wave}" fill="#333"/>'
        + "".join(
            (
                f'<path d="M{60 + i * 46} {330 + 3 * i}c30 120 20 240 -6 330" stroke="#000" '
                f'stroke-width="12" fill="none"/>'
            )
            for i in range(14)
        ),
        2000,
        1000,
    )[..., 0]
    rows = list(zip(x, half, lift, deck, strict=True))
    mid = loft(
        [_sole_section(a, h * 1.03, lo + 0.055, d, 0.07) for a, h, lo, d in rows],
        m.textured(m.Material(foam, roughness=0.55, sheen=0.08, scatter=0.15), texture(art, 2000, 1000)),
    )
    mid = displaced(mid, cv2.GaussianBlur(bump, (0, 0), 4), 0.012)
    out = loft(
        [_sole_section(a, h * 0.985, lo, lo + 0.075 + 0.03 * (a > 0.8), 0.0) for a, h, lo, _ in rows],
        m.rubber(mix(look.dark, look.brand, 0.15)),
    )

    reach = x * 0.965 - 0.005
    top = curve_height(
        [
            (-1, 0.93),
            (-0.93, 0.965),
            (-0.80, 0.86),
            (-0.6, 0.77),
            (-0.4, 0.78),
            (-0.22, 0.86),
            (-0.12, 0.90),
            (0.0, 0.83),
            (0.25, 0.66),
            (0.5, 0.545),
            (0.75, 0.50),
            (0.9, 0.47),
            (0.97, 0.42),
            (1, 0.34),
        ],
        x,
    )
    narrow = curve_height(
        [(-1, 0.30), (-0.6, 0.40), (-0.2, 0.52), (0.1, 0.52), (0.5, 0.34), (0.8, 0.24), (1, 0.2)], x
    )
    upper_art, relief = _upper_art(look)
    knit = m.Material(
        look.brand, roughness=0.72, sheen=0.22, grain="weave", grain_depth=0.14, grain_scale=1.5
    )
    upper = loft(
        [
            _upper_section(a, h * 0.95, d - 0.03, max(t, d + 0.02), n)
            for a, h, d, t, n in zip(reach, half, deck, top, narrow, strict=True)
        ],
        m.textured(knit, upper_art),
    )
    upper = displaced(upper, relief, 0.016)
    parts: list[Part] = [out, mid, upper]

    def rim(along: np.ndarray, scale: float = 1.0) -> np.ndarray:
        """The collar's edge at given places: half width and height of the opening."""
        h = np.interp(along, x, half) * 0.93 * (1 - np.interp(along, x, narrow)) * scale
        return np.stack([h, np.interp(along, x, top)], axis=1)

    along = np.linspace(-0.86, -0.20, 9)
    edge = rim(along)
    collar = [(a, e[1] - 0.03, e[0] + 0.055) for a, e in zip(along, edge, strict=True)]
    collar += [(-0.115, 0.885, 0.06), (-0.115, 0.885, -0.06)]
    collar += [(a, e[1] - 0.03, -e[0] - 0.055) for a, e in zip(along[::-1], edge[::-1], strict=True)]
    collar += [(-0.925, 0.93, -0.06), (-0.925, 0.93, 0.06)]
    ring_path = spline(collar, closed=True, count=220)
    parts.append(tube(ring_path, 0.045, m.fabric(shade(look.brand, lightness=-0.08), 1.4), caps=False))
    middle = ring_path.mean(axis=0)
    shrink = np.linspace(1, 0.02, 14)[:, None, None]
    well = (
        middle
        + (ring_path - middle) * shrink
        - np.array([0, 0.09, 0]) * (1 - shrink) * np.array([0, 1, 0])
        - [0, 0.004, 0]
    )
    parts.append(
        Part(
            well,
            m.Material(look.ink, roughness=0.9, grain="weave", grain_depth=0.2),
            np.zeros((*well.shape[:2], 2)),
            closed=False,
        )
    )
    tongue = spline([(0.30, 0.665, 0), (0.10, 0.80, 0), (-0.06, 0.93, 0), (-0.14, 1.005, 0)])
    tongue_part = tube(
        tongue,
        np.interp(np.linspace(0, 1, 160), [0, 0.8, 1], [0.09, 0.12, 0.12]),
        m.fabric(look.accent, 1.2),
        squash=1.0,
    )
    flat = tongue_part.grid.copy()
    spine = np.concatenate(
        [
            np.repeat(tongue[:1], (len(flat) - 160) // 2, 0),
            tongue,
            np.repeat(tongue[-1:], (len(flat) - 160) // 2, 0),
        ]
    )
    flat[..., :2] = spine[:, None, :2] + (flat[..., :2] - spine[:, None, :2]) * 0.36
    parts.append(Part(flat, tongue_part.material, tongue_part.uv))
    lace = m.fabric(look.light, 2.0)
    for i, place in enumerate(np.linspace(-0.05, 0.42, 6)):
        height = float(np.interp(place, x, top))
        width = float(np.interp(place, x, half)) * 0.93 * (1 - float(np.interp(place, x, narrow)))
        lean = 0.05 * (-1) ** i
        low = height - 0.055
        path = spline(
            [
                (place - lean - 0.03, low - 0.05, width + 0.075),
                (place - lean, low + 0.035, width * 0.8 + 0.03),
                (place, height + 0.045, 0.0),
                (place + lean, low + 0.035, -width * 0.8 - 0.03),
                (place + lean - 0.03, low - 0.05, -width - 0.075),
            ]
        )
        parts.append(tube(path, 0.024, lace, squash=0.75))
    knot = np.array([-0.10, float(np.interp(-0.1, x, top)) + 0.07, 0.0])
    for side in (-1, 1):
        parts.append(
            tube(
                spline(
                    [
                        knot,
                        knot + vec(0.02, 0.07, side * 0.12),
                        knot + vec(0.10, 0.0, side * 0.24),
                        knot + vec(0.08, -0.07, side * 0.14),
                        knot,
                    ],
                    count=120,
                ),
                0.019,
                lace,
            )
        )
        parts.append(
            tube(
                spline(
                    [
                        knot,
                        knot + vec(0.08, 0.02, side * 0.10),
                        knot + vec(0.20, -0.13, side * 0.20),
                        knot + vec(0.25, -0.24, side * 0.25),
                    ],
                    count=80,
                ),
                0.018,
                lace,
            )
        )
    pull = spline([(-0.93, 0.92, 0), (-1.03, 0.99, 0), (-1.04, 0.86, 0), (-0.985, 0.72, 0)])
    parts.append(tube(pull, 0.034, m.fabric(look.accent, 1.2), squash=1.0))
    return Model([part.scaled(y=0.84) for part in parts], yaw=-24, pitch=13)
