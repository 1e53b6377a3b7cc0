"""Titles, captions and calls to action, drawn as transparent pictures with Pillow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from media.contrast import INK, WHITE, Legibility, Rgb, choose, legible_pair
from media.safe_area import Box, centred_width, safe_area
from media.timeline import Size
from media.typography import Face, Setting, drawable, fit

DEFAULT_BRAND: Rgb = (91, 92, 246)
_OVERSAMPLE = 4


@dataclass(frozen=True)
class Picture:
    """A transparent picture at a place. ``delay`` frames after its overlay begins it appears.

    ``rise`` is how many pixels it climbs while it appears. A ``backdrop`` lies below the lettering
    of every overlay.
    """

    image: Image.Image
    x: int
    y: int
    delay: int = 0
    rise: int = 0
    backdrop: bool = False


@dataclass(frozen=True)
class Lettering:
    """One overlay's pictures from bottom to top.

    ``box`` encloses everything but shadows and scrim, and lies within the safe area. ``legibility``
    is None where nothing could be drawn.
    """

    pictures: tuple[Picture, ...]
    box: Box
    legibility: Legibility | None
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Style:
    weight: Literal["SemiBold", "Bold", "ExtraBold"]
    largest: float
    smallest: float
    max_lines: int
    tracking: float
    leading: float


# Sizes are shares of the picture's shorter side.
_STYLES: dict[str, _Style] = {
    "title": _Style("ExtraBold", 0.125, 0.05, 4, -0.025, 1.06),
    "caption": _Style("SemiBold", 0.054, 0.034, 3, -0.008, 1.3),
    "cta": _Style("Bold", 0.052, 0.03, 2, -0.005, 1.2),
}


def letter(
    kind: Literal["title", "caption", "cta"],
    text: str,
    *,
    size: Size,
    ground: NDArray[np.uint8],
    brand: Rgb = DEFAULT_BRAND,
    occupied: Sequence[Box] = (),
) -> Lettering:
    """Draw one text overlay.

    Args:
        ground: ``(n, height, width, 3)`` RGB pictures over which it will stand.
        brand: the brand's main colour.
        occupied: boxes of overlays shown at the same time; the new one stands above them.
    """
    style = _STYLES[kind]
    side = min(size.width, size.height)
    face = Face(style.weight, round(side * style.largest), style.tracking)
    words, dropped = drawable(text, face)
    warnings = [f"{kind}: no font has {dropped!r}; left out"] if dropped else []
    area = safe_area(size)
    if not words:
        warnings.append(f"{kind}: nothing of {text!r} can be drawn; left out")
        return Lettering((), Box(area.left, area.top, area.left, area.top), None, tuple(warnings))
    pad_x, pad_y = (round(side * 0.052), round(side * 0.03)) if kind == "cta" else (0, 0)
    arrow = round(side * 0.06) if kind == "cta" else 0
    title_width = round(area.width * (0.72 if size.aspect == "16:9" else 1.0))
    widest = title_width if kind == "title" else centred_width(size)
    setting = fit(
        words,
        weight=style.weight,
        largest=round(side * style.largest),
        smallest=max(8, round(side * style.smallest)),
        width=widest - 2 * pad_x - arrow,
        height=round(area.height * 0.6) - 2 * pad_y - round(side * 0.05),
        max_lines=style.max_lines,
        tracking=style.tracking,
        leading=style.leading,
    )
    if setting.shortened:
        warnings.append(f"{kind}: {text!r} is too long for the picture; shortened")
    if kind == "cta":
        drawn = _button(setting, size, brand, (pad_x, pad_y), arrow, occupied)
    elif kind == "title":
        drawn = _title(setting, size, ground, brand, occupied)
    else:
        drawn = _caption(setting, size, ground, occupied)
    return Lettering(drawn.pictures, drawn.box, drawn.legibility, tuple(warnings))


def _title(
    setting: Setting, size: Size, ground: NDArray[np.uint8], brand: Rgb, occupied: Sequence[Box]
) -> Lettering:
    area, side = safe_area(size), min(size.width, size.height)
    bar_height, gap = max(3, round(side * 0.011)), round(side * 0.042)
    height = bar_height + gap + setting.height
    # A vertical film's title stands in its upper third, clear of what happens in the middle.
    top = area.top + round(area.height * 0.06) if size.aspect == "9:16" else (size.height - height) // 2
    box = clear_of(
        Box(area.left, top, area.left + max(setting.width, round(side * 0.1)), top + height), area, occupied
    )
    lines = _lines(setting, box.left, box.top + bar_height + gap, "left", 0)
    legibility, scrim = _legible(box, _title_veil(box, size), ground)
    bar = Picture(_pill(round(side * 0.1), bar_height, brand), box.left, box.top, rise=0)
    rise = round(side * 0.028)
    drawn = _letters(setting.face, lines, legibility.ink, delay=2, step=3, rise=rise)
    return Lettering((*scrim, bar, *drawn), box, legibility)


def _caption(setting: Setting, size: Size, ground: NDArray[np.uint8], occupied: Sequence[Box]) -> Lettering:
    area = safe_area(size)
    left = (size.width - setting.width) // 2
    top = area.bottom - setting.height
    box = clear_of(Box(left, top, left + setting.width, area.bottom), area, occupied)
    lines = _lines(setting, box.left, box.top, "centre", setting.width)
    legibility, scrim = _legible(box, _caption_veil(box, size), ground)
    rise = round(min(size.width, size.height) * 0.012)
    return Lettering((*scrim, *_letters(setting.face, lines, legibility.ink, 0, 0, rise)), box, legibility)


def _button(
    setting: Setting, size: Size, brand: Rgb, padding: tuple[int, int], arrow: int, occupied: Sequence[Box]
) -> Lettering:
    area, side = safe_area(size), min(size.width, size.height)
    fill, ink, reached = legible_pair(brand)
    width = setting.width + 2 * padding[0] + arrow
    height = setting.height + 2 * padding[1]
    left = (size.width - width) // 2
    top = area.bottom - height - round(area.height * 0.05)
    box = clear_of(Box(left, top, left + width, top + height), area, occupied)
    margin = round(side * 0.05)
    canvas = Image.new("RGBA", (width + 2 * margin, height + 2 * margin))
    pill = _pill(width, height, fill)
    canvas.alpha_composite(_shadow(pill, margin, round(side * 0.016), round(side * 0.008), 0.45))
    canvas.alpha_composite(pill, (margin, margin))
    draw = ImageDraw.Draw(canvas)
    for index, line in enumerate(setting.lines):
        x = margin + padding[0] + (setting.width - setting.face.width(line)) / 2
        # Optical centring: capitals sit in the middle, descenders hang below.
        baseline = margin + (height + setting.face.ascent - setting.leading * (len(setting.lines) - 1)) / 2
        setting.face.draw(draw, x, round(baseline + setting.leading * index), line, (*ink, 255))
    right = margin + width - padding[0] - round(arrow * 0.62)
    canvas.alpha_composite(_arrow(arrow, ink), (right, margin + (height - arrow) // 2))
    picture = Picture(canvas, box.left - margin, box.top - margin, rise=round(side * 0.03))
    return Lettering((picture,), box, Legibility(ink, fill, 1.0, reached))


def clear_of(box: Box, area: Box, occupied: Sequence[Box]) -> Box:
    """Move a box up until it stands clear of the others, but never out of the safe area."""
    for other in sorted(occupied, key=lambda o: o.top, reverse=True):
        if box.overlaps(other.grown(other.height // 4)):
            box = box.moved(0, other.top - other.height // 4 - box.bottom)
    return box.moved(0, max(0, area.top - box.top))


@dataclass(frozen=True)
class _Line:
    text: str
    x: float
    baseline: int


def _lines(
    setting: Setting, left: int, top: int, align: Literal["left", "centre"], width: int
) -> list[_Line]:
    return [
        _Line(
            text,
            left + ((width - setting.face.width(text)) / 2 if align == "centre" else 0.0),
            top + setting.face.ascent + index * setting.leading,
        )
        for index, text in enumerate(setting.lines)
    ]


def _legible(
    lines_box: Box, veil: NDArray[np.float32], ground: NDArray[np.uint8]
) -> tuple[Legibility, tuple[Picture, ...]]:
    """Choose colour and scrim for lines in a box; the scrim as a picture, if one is needed."""
    letters = np.zeros(veil.shape, bool)
    letters[lines_box.top : lines_box.bottom, lines_box.left : lines_box.right] = True
    rows, columns = slice(lines_box.top, lines_box.bottom), slice(lines_box.left, lines_box.right)
    chosen = choose(ground[:, rows, columns], letters[rows, columns], veil[rows, columns])
    if chosen.opacity == 0:
        return chosen, ()
    height, width = veil.shape
    scrim = Image.new("RGBA", (width, height), (*chosen.scrim, 0))
    scrim.putalpha(Image.fromarray((veil * chosen.opacity * 255).round().astype(np.uint8)))
    bounds = Box(*(scrim.getbbox() or (0, 0, width, height)))
    cropped = scrim.crop((bounds.left, bounds.top, bounds.right, bounds.bottom))
    return chosen, (Picture(cropped, bounds.left, bounds.top, backdrop=True),)


def _falling(length: int, full: int, reach: int) -> NDArray[np.float32]:
    """1 up to ``full``, then down to 0 within ``reach`` along a smoothstep."""
    share = np.clip((np.arange(length, dtype=np.float32) - full) / max(1, reach), 0, 1)
    return np.asarray(1 - share * share * (3 - 2 * share), np.float32)


def _title_veil(box: Box, size: Size) -> NDArray[np.float32]:
    """A shade from the left edge, or from the top in a vertical film."""
    veil = np.empty((size.height, size.width), np.float32)
    if size.aspect == "9:16":
        veil[:] = _falling(size.height, box.bottom, round(size.height * 0.25))[:, None]
    else:
        veil[:] = _falling(size.width, box.right, round(size.width * 0.35))[None, :]
    return veil


def _caption_veil(box: Box, size: Size) -> NDArray[np.float32]:
    """A shade from the bottom edge."""
    veil = np.empty((size.height, size.width), np.float32)
    veil[:] = _falling(size.height, size.height - box.top, round(size.height * 0.28))[::-1, None]
    return veil


def _letters(
    face: Face, lines: Sequence[_Line], ink: Rgb, delay: int, step: int, rise: int
) -> tuple[Picture, ...]:
    """One picture per line, each ``step`` frames after the one above it."""
    drawn: list[Picture] = []
    margin = max(8, face.size // 3)
    for index, line in enumerate(lines):
        left = int(line.x)
        width = int(face.width(line.text)) + 2
        height = face.ascent + face.descent + face.size // 2
        top = line.baseline - face.ascent - face.size // 4
        type_ = Image.new("RGBA", (width, height))
        face.draw(ImageDraw.Draw(type_), line.x - left, line.baseline - top, line.text, (*ink, 255))
        canvas = Image.new("RGBA", (width + 2 * margin, height + 2 * margin), (*INK, 0))
        if ink == WHITE:
            canvas.alpha_composite(
                _shadow(type_, margin, max(2, face.size // 12), max(1, face.size // 40), 0.5)
            )
        canvas.alpha_composite(type_, (margin, margin))
        drawn.append(Picture(canvas, left - margin, top - margin, delay + index * step, rise))
    return tuple(drawn)


def _shadow(picture: Image.Image, margin: int, radius: int, drop: int, opacity: float) -> Image.Image:
    """A soft dark copy of a picture's shape on a canvas ``margin`` wider all round."""
    shape = Image.new("L", (picture.width + 2 * margin, picture.height + 2 * margin))
    shape.paste(picture.getchannel("A"), (margin, margin + drop))
    soft = shape.filter(ImageFilter.GaussianBlur(radius)).point(
        [round(value * opacity) for value in range(256)]
    )
    shadow = Image.new("RGBA", shape.size, (*INK, 0))
    shadow.putalpha(soft)
    return shadow


def _pill(width: int, height: int, fill: Rgb) -> Image.Image:
    """A box with round ends, smooth-edged."""
    large = Image.new("L", (width * _OVERSAMPLE, height * _OVERSAMPLE))
    radius = min(large.size) // 2
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius, fill=255)
    pill = Image.new("RGBA", (width, height), (*fill, 0))
    pill.putalpha(large.resize((width, height), Image.Resampling.LANCZOS))
    return pill


def _arrow(side: int, ink: Rgb) -> Image.Image:
    """An arrow to the right, in a square of ``side`` pixels."""
    large = Image.new("L", (side * _OVERSAMPLE, side * _OVERSAMPLE))
    draw, unit = ImageDraw.Draw(large), large.width / 12
    stroke = round(unit * 1.15)
    shaft = [(2.0, 6.0), (9.6, 6.0)]
    head = [(6.6, 3.0), (9.6, 6.0), (6.6, 9.0)]
    for path in ([(x * unit, y * unit) for x, y in points] for points in (shaft, head)):
        draw.line(path, fill=255, width=stroke, joint="curve")
        for x, y in path:
            half = stroke / 2
            draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
    arrow = Image.new("RGBA", (side, side), (*ink, 0))
    arrow.putalpha(large.resize((side, side), Image.Resampling.LANCZOS))
    return arrow
