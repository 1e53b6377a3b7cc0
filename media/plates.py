"""Subtitles drawn into the picture: white on a dark plate, the same over every picture."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from PIL import Image, ImageDraw

from media.contrast import INK, WHITE, Legibility, ratio
from media.lettering import Lettering, Picture, clear_of
from media.safe_area import Box, centred_width, safe_area
from media.timeline import Aspect, Size
from media.typography import Face, drawable, fit

# Shares of the picture's shorter side; a tall film is watched in the hand.
_LARGEST: dict[Aspect, float] = {"16:9": 0.046, "1:1": 0.05, "9:16": 0.056}
_SMALLEST, _LEADING = 0.034, 1.32
_OPACITY = 0.74
_OVERSAMPLE = 4


def plate(text: str, *, size: Size, occupied: Sequence[Box] = ()) -> Lettering:
    """Draw one subtitle, two lines at most, at the foot of the safe area or above what stands there.

    Args:
        text: broken into lines where it should be, if the picture is wide enough for them.
    """
    side, area = min(size.width, size.height), safe_area(size)
    face = Face("SemiBold", round(side * _LARGEST[size.aspect]))
    words, dropped = drawable(text, face)
    warnings = [f"subtitle: no font has {dropped!r}; left out"] if dropped else []
    if not words:
        return Lettering((), Box(area.left, area.top, area.left, area.top), None, tuple(warnings))
    pad_x, pad_y = round(side * 0.022), round(side * 0.016)
    widest = ceil(max(face.width(drawable(line, face)[0]) for line in text.splitlines()))
    setting = fit(
        words,
        weight="SemiBold",
        largest=round(side * _LARGEST[size.aspect]),
        smallest=max(8, round(side * _SMALLEST)),
        width=min(widest, centred_width(size) - 2 * pad_x),
        height=round(side * 0.2),
        max_lines=2,
        leading=_LEADING,
    )
    if setting.shortened:
        warnings.append(f"subtitle: {text!r} is too long for the picture; shortened")
    width, height = setting.width + 2 * pad_x, setting.height + 2 * pad_y
    left = (size.width - width) // 2
    box = clear_of(Box(left, area.bottom - height, left + width, area.bottom), area, occupied)
    image = _rounded(width, height, round(side * 0.012))
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(setting.lines):
        x = (width - setting.face.width(line)) / 2
        setting.face.draw(draw, x, pad_y + setting.face.ascent + index * setting.leading, line, (*WHITE, 255))
    return Lettering((Picture(image, box.left, box.top),), box, _legibility(), tuple(warnings))


def _legibility() -> Legibility:
    """What the letters reach over the worst picture there is, a white one."""
    shaded = np.array(INK) * _OPACITY + 255 * (1 - _OPACITY)
    red, green, blue = (round(float(value)) for value in shaded)
    return Legibility(WHITE, INK, _OPACITY, ratio(WHITE, (red, green, blue)))


def _rounded(width: int, height: int, radius: int) -> Image.Image:
    mask = Image.new("L", (width * _OVERSAMPLE, height * _OVERSAMPLE))
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, mask.width - 1, mask.height - 1), radius * _OVERSAMPLE, fill=round(255 * _OPACITY)
    )
    image = Image.new("RGBA", (width, height), (*INK, 0))
    image.putalpha(mask.resize((width, height), Image.Resampling.LANCZOS))
    return image
