"""Printed artwork: labels, screens, dials and geometric marks, drawn as SVG and read as textures."""

from __future__ import annotations

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray

from drawing.subjects.colour import Colour, decode_srgb, to_hex, to_oklch
from drawing.subjects.look import Look


def texture(svg_body: str, width: int, height: int, *, pixels: int = 720) -> NDArray[np.float32]:
    """Render SVG elements on a width × height canvas; gives H×W×4 linear RGB, alpha premultiplied."""
    scale = pixels / max(width, height)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{round(width * scale)}" height="{round(height * scale)}">{svg_body}</svg>'
    )
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True))
    bgra = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    if bgra is None or bgra.shape[-1] != 4:
        raise RuntimeError(
            "the artwork could not be drawn: resvg gave no RGBA image. This is a fault of ours."
        )
    values = bgra[..., [2, 1, 0, 3]].astype(np.float32) / 255
    values[..., :3] = decode_srgb(values[..., :3]) * values[..., 3:]
    return values.astype(np.float32)


def mark(look: Look, x: float, y: float, size: float, colour: str, second: str | None = None) -> str:
    """Draw a geometric brand mark about (x, y): abstract, chosen by the seed, without letters."""
    r = size / 2
    other = second or colour
    kind = look.emblem % 6
    if kind == 0:  # clover
        return "".join(
            f'<ellipse cx="{x}" cy="{y - r * 0.52}" rx="{r * 0.4}" ry="{r * 0.48}" '
            f'fill="{other if i == 0 else colour}" transform="rotate({45 + i * 90} {x} {y})"/>'
            for i in range(4)
        )
    if kind == 1:  # ring with a cut
        return (
            f'<circle cx="{x}" cy="{y}" r="{r * 0.76}" fill="none" stroke="{colour}" '
            f'stroke-width="{r * 0.42}" '
            f'stroke-dasharray="{r * 3.6} {r * 1.18}" transform="rotate(-38 {x} {y})"/>'
            f'<circle cx="{x}" cy="{y}" r="{r * 0.24}" fill="{other}"/>'
        )
    if kind == 2:  # rounded bars
        return "".join(
            f'<rect x="{x - r + i * r * 0.54}" y="{y - r * h}" width="{r * 0.36}" height="{2 * r * h}" '
            f'rx="{r * 0.18}" fill="{other if i == 1 else colour}"/>'
            for i, h in enumerate((0.45, 1.0, 0.7, 0.3))
        )
    if kind == 3:  # hexagon with a core
        corners = [(x + r * np.cos(a), y + r * np.sin(a)) for a in np.radians(np.arange(30, 390, 60))]
        outline = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
        return (
            f'<polygon points="{outline}" fill="{colour}" opacity=".9"/>'
            f'<circle cx="{x}" cy="{y}" r="{r * 0.56}" fill="#000" opacity=".28"/>'
            f'<circle cx="{x}" cy="{y}" r="{r * 0.34}" fill="{other}"/>'
        )
    if kind == 4:  # petals
        return "".join(
            f'<ellipse cx="{x}" cy="{y - r * 0.55}" rx="{r * 0.26}" ry="{r * 0.46}" '
            f'fill="{colour if i % 2 else other}" transform="rotate({i * 60} {x} {y})"/>'
            for i in range(6)
        )
    bars = "".join(  # half sun over three bars
        f'<rect x="{x - r * w}" y="{y + r * (0.16 + 0.3 * i)}" width="{2 * r * w}" height="{r * 0.17}" '
        f'rx="{r * 0.085}" fill="{other}"/>'
        for i, w in enumerate((1.0, 0.74, 0.42))
    )
    return f'<path d="M{x - r} {y}A{r} {r} 0 0 1 {x + r} {y}Z" fill="{colour}"/>{bars}'


def lines(
    x: float, y: float, widths: tuple[float, ...], pitch: float, colour: str, opacity: float = 0.7
) -> str:
    """Draw centred bars that stand for small print."""
    return "".join(
        f'<rect x="{x - w / 2}" y="{y + i * pitch}" width="{w}" height="{pitch * 0.34}" rx="{pitch * 0.17}" '
        f'fill="{colour}" opacity="{opacity}"/>'
        for i, w in enumerate(widths)
    )


def stops(*colours: tuple[float, Colour]) -> str:
    """Write gradient stops from (offset 0..1, linear colour) pairs."""
    return "".join(f'<stop offset="{offset}" stop-color="{to_hex(colour)}"/>' for offset, colour in colours)


def readable(look: Look, ground: Colour) -> str:
    """Off-white or near-black, whichever stands out from a ground colour."""
    return to_hex(look.light if to_oklch(ground)[0] < 0.72 else look.ink)


def on_paper(look: Look, colour: Colour) -> str:
    """A colour as printed on off-white paper: near-black instead of a tint too pale to be seen."""
    return to_hex(colour if to_oklch(colour)[0] < 0.86 else look.ink)
