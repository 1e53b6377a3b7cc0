"""Setting lines of type: faces with fallback, measured words, wrapping and fitting."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

from PIL import ImageDraw, ImageFont

Weight = Literal["Medium", "SemiBold", "Bold", "ExtraBold"]

_FALLBACK: dict[Weight, str] = {
    "Medium": "Medium",
    "SemiBold": "Medium",
    "Bold": "Bold",
    "ExtraBold": "Black",
}
_NOT_A_CHARACTER = "\uffff"
ELLIPSIS = "…"
_INVISIBLE = {"Cf", "Cc", "Mn"}


@cache
def _font(family: Literal["Manrope", "Roboto"], weight: str, size: int) -> ImageFont.FreeTypeFont:
    files = resources.files(f"font_{family.lower()}") / "files"
    with resources.as_file(files / f"{family}-{weight}.ttf") as path:
        return ImageFont.truetype(str(Path(path)), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=50_000)
def _length(font: ImageFont.FreeTypeFont, text: str) -> float:
    return font.getlength(text)


@lru_cache(maxsize=10_000)
def _ink(font: ImageFont.FreeTypeFont, cluster: str) -> float:
    """How far a cluster's ink reaches to the right of its origin."""
    return font.getbbox(cluster, anchor="ls")[2]


@dataclass(frozen=True)
class Face:
    """Manrope in one weight and size (pixels), with Roboto for the characters it lacks.

    ``tracking`` is added after every character, in ems.
    """

    weight: Weight
    size: int
    tracking: float = 0.0

    @property
    def ascent(self) -> int:
        """The height of a capital letter above the baseline."""
        return -round(_font("Manrope", self.weight, self.size).getbbox("H", anchor="ls")[1])

    @property
    def descent(self) -> int:
        return round(_font("Manrope", self.weight, self.size).getbbox("gjpqy", anchor="ls")[3])

    def font_of(self, cluster: str) -> ImageFont.FreeTypeFont | None:
        """The font that has all of a cluster's characters."""
        if _has("Manrope", self.weight, cluster):
            return _font("Manrope", self.weight, self.size)
        if _has("Roboto", _FALLBACK[self.weight], cluster):
            return _font("Roboto", _FALLBACK[self.weight], self.size)
        return None

    def glyphs(self, text: str) -> Iterator[tuple[str, ImageFont.FreeTypeFont, float]]:
        """Each cluster of a line with its font and its x in pixels from the line's start, kerned."""
        x, before = 0.0, None
        for cluster in clusters(text):
            font = self.font_of(cluster)
            if font is None:
                continue
            if before is not None and before[1] is font:
                x += _length(font, before[0] + cluster) - _length(font, before[0]) - _length(font, cluster)
            yield cluster, font, x
            x += _length(font, cluster) + self.tracking * self.size
            before = (cluster, font)

    def width(self, text: str) -> float:
        """A line's width in pixels, ink included."""
        right = 0.0
        for cluster, font, x in self.glyphs(text):
            right = max(right, x + _length(font, cluster), x + _ink(font, cluster))
        return right

    def draw(
        self, canvas: ImageDraw.ImageDraw, x: float, baseline: float, text: str, fill: tuple[int, ...]
    ) -> None:
        """Draw a line on its baseline."""
        for cluster, font, offset in self.glyphs(text):
            canvas.text((x + offset, baseline), cluster, font=font, fill=fill, anchor="ls")


def clusters(text: str) -> list[str]:
    """Characters with the marks that combine with them."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.combining(character):
            found[-1] += character
        else:
            found.append(character)
    return found


@cache
def _has(family: Literal["Manrope", "Roboto"], weight: str, cluster: str) -> bool:
    return all(_has_glyph(family, weight, character) for character in cluster)


@cache
def _has_glyph(family: Literal["Manrope", "Roboto"], weight: str, character: str) -> bool:
    """Whether a font draws a character otherwise than as its "not defined" glyph."""
    if character == " ":
        return True
    font = _font(family, weight, 40)
    drawn, missing = font.getmask(character), font.getmask(_NOT_A_CHARACTER)
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


def drawable(text: str, face: Face) -> tuple[str, str]:
    """A text as it can be set, and the characters no font has.

    White space is collapsed and invisible format characters are removed without mention.
    """
    plain = unicodedata.normalize("NFC", " ".join(text.split()))
    visible = [c for c in clusters(plain) if any(unicodedata.category(x) not in _INVISIBLE for x in c)]
    kept = [cluster for cluster in visible if face.font_of(cluster) is not None]
    dropped = sorted({cluster for cluster in visible if face.font_of(cluster) is None})
    return " ".join("".join(kept).split()), "".join(dropped)


@dataclass(frozen=True)
class Setting:
    """Lines that fit a box, in the largest size that does."""

    face: Face
    lines: tuple[str, ...]
    leading: int
    shortened: bool = False

    @property
    def width(self) -> int:
        return -int(-max((self.face.width(line) for line in self.lines), default=0) // 1)

    @property
    def height(self) -> int:
        """From the first line's capitals to the last line's descenders."""
        return self.face.ascent + self.leading * (len(self.lines) - 1) + self.face.descent


def fit(
    text: str,
    *,
    weight: Weight,
    largest: int,
    smallest: int,
    width: int,
    height: int,
    max_lines: int,
    tracking: float = 0.0,
    leading: float = 1.2,
) -> Setting:
    """Wrap a text, then shrink it, until it fits; shorten it only when even the smallest does not."""
    step = max(1, largest // 24)
    setting = Setting(Face(weight, largest, tracking), (), 0)
    for size in [*range(largest, smallest, -step), smallest]:
        face = Face(weight, size, tracking)
        lines = _balanced(text, face, width)
        setting = Setting(face, tuple(lines), round(size * leading))
        if lines and len(lines) <= max_lines and setting.height <= height and setting.width <= width:
            return setting
    return _shortened(setting, _wrap(text, setting.face, width, break_words=True), width, height, max_lines)


def _shortened(setting: Setting, lines: list[str], width: int, height: int, max_lines: int) -> Setting:
    room = 1 + max(0, height - setting.face.ascent - setting.face.descent) // max(1, setting.leading)
    kept = lines[: max(1, min(max_lines, room))]
    if len(kept) < len(lines):
        last = clusters(kept[-1])
        while last and setting.face.width("".join(last) + ELLIPSIS) > width:
            last.pop()
        kept[-1] = "".join(last).rstrip(" ,.;:") + ELLIPSIS
    return Setting(setting.face, tuple(kept), setting.leading, shortened=len(kept) < len(lines))


def _wrap(text: str, face: Face, width: float, *, break_words: bool = False) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.width(joined) <= width:
            lines[-1] = joined
            continue
        while break_words and face.width(word) > width and len(clusters(word)) > 1:
            head = clusters(word)
            while len(head) > 1 and face.width("".join(head)) > width:
                head.pop()
            lines.append("".join(head))
            word = word[len("".join(head)) :]
        lines.append(word)
    return lines


def _balanced(text: str, face: Face, width: int) -> list[str]:
    """Wrap into as few lines as greedy wrapping needs, made as even in width as they can be."""
    lines = _wrap(text, face, width)
    low, high = 0.0, float(width)
    if len(lines) < 2:
        return lines
    for _ in range(8):
        middle = (low + high) / 2
        tried = _wrap(text, face, middle)
        if len(tried) <= len(lines) and all(face.width(line) <= middle for line in tried):
            lines, high = tried, middle
        else:
            low = middle
    return lines
