"""A timeline's overlays as layers: pictures with a place, a time, and how they come and go."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from media.contrast import Rgb, rgb
from media.errors import SourceRejected
from media.files import written_whole
from media.frames import frames_at
from media.lettering import DEFAULT_BRAND, Lettering, Picture, letter
from media.plates import plate
from media.safe_area import Box, safe_area
from media.timeline import LogoOverlay, Overlay, TextOverlay, Timeline

_FADE_IN, _FADE_OUT = 10, 8
_LOGO_HEIGHT, _LOGO_WIDTH = 0.11, 0.28
_ORDER = ("logo", "cta", "title", "caption", "subtitle")
_SUBTITLE_FADE = 3
_SAMPLES = 3


@dataclass(frozen=True)
class Layer:
    """A picture over film frames ``[start, start + frames)``; times in frames, places in pixels."""

    picture: Picture
    start: int
    frames: int
    fade_in: int
    fade_out: int

    @property
    def end(self) -> int:
        return self.start + self.frames

    @cached_property
    def pixels(self) -> str:
        """The hash of the picture's pixels and size."""
        image = self.picture.image
        return hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest()

    def describe(self, start: int) -> dict[str, Any]:
        """All that decides how the layer looks in a segment that begins at film frame ``start``."""
        place = [self.picture.x, self.picture.y, self.picture.rise]
        times = [self.start - start, self.frames, self.fade_in, self.fade_out]
        return {"pixels": self.pixels, "place": place, "times": times}

    def saved(self, folder: Path) -> Path:
        """The picture as a PNG named by its pixels."""
        path = folder / f"{self.pixels}.png"
        if not path.exists():
            with written_whole(path) as temporary:
                self.picture.image.save(temporary, compress_level=1)
        return path


@dataclass(frozen=True)
class Contrast:
    """How readable one text is: its WCAG contrast ratio, and the scrim's opacity that it took."""

    overlay: int
    ratio: float
    scrim: float


@dataclass(frozen=True)
class Overlays:
    """All layers from bottom to top, with what was found out while drawing them."""

    layers: tuple[Layer, ...]
    contrast: tuple[Contrast, ...]
    warnings: tuple[str, ...]


def draw_overlays(timeline: Timeline, clips: Mapping[str, Path], assets: Mapping[str, Path]) -> Overlays:
    """Draw every overlay of a timeline for the pictures it will stand on.

    Raises:
        SourceRejected: a logo or a clip is unreadable.
    """
    layers: list[Layer] = []
    contrast: list[Contrast] = []
    warnings: list[str] = []
    placed: list[tuple[int, int, Box]] = []
    brand = rgb(timeline.palette[0]) if timeline.palette else DEFAULT_BRAND
    order = sorted(
        enumerate(timeline.overlays), key=lambda entry: (_ORDER.index(entry[1].kind), entry[1].start)
    )
    for index, overlay in order:
        end = overlay.start + overlay.frames
        if isinstance(overlay, LogoOverlay):
            picture, box = _logo(assets[overlay.asset], overlay, timeline)
            drawn = Lettering((picture,), box, None)
        else:
            shared = [box for begins, ends, box in placed if begins < end and overlay.start < ends]
            drawn = _text(overlay, timeline, clips, brand, shared)
        placed.append((overlay.start, end, drawn.box))
        warnings += drawn.warnings
        if drawn.legibility:
            contrast.append(Contrast(index, round(drawn.legibility.ratio, 2), drawn.legibility.opacity))
        layers += [_timed(picture, overlay) for picture in drawn.pictures]
    layers.sort(key=lambda layer: not layer.picture.backdrop)
    return Overlays(tuple(layers), tuple(contrast), tuple(warnings))


def _timed(picture: Picture, overlay: Overlay) -> Layer:
    delay = min(picture.delay, overlay.frames // 4)
    shown = overlay.frames - delay
    # Subtitles follow each other too closely to come and go slowly.
    fades = (_SUBTITLE_FADE, _SUBTITLE_FADE) if overlay.kind == "subtitle" else (_FADE_IN, _FADE_OUT)
    return Layer(picture, overlay.start + delay, shown, *(min(fade, shown // 3) for fade in fades))


def _text(
    overlay: TextOverlay, timeline: Timeline, clips: Mapping[str, Path], brand: Rgb, occupied: list[Box]
) -> Lettering:
    if overlay.kind == "subtitle":
        return plate(overlay.text, size=timeline.size, occupied=occupied)
    ground = ground_below(timeline, clips, overlay.start, overlay.frames)
    return letter(
        overlay.kind, overlay.text, size=timeline.size, ground=ground, brand=brand, occupied=occupied
    )


def ground_below(timeline: Timeline, clips: Mapping[str, Path], start: int, frames: int) -> NDArray[np.uint8]:
    """Pictures ``(n, height, width, 3)`` RGB spread over film frames ``[start, start + frames)``."""
    wanted = sorted({start + round((frames - 1) * step / (_SAMPLES - 1)) for step in range(_SAMPLES)})
    found: list[NDArray[np.uint8]] = []
    for shot, begins in zip(timeline.shots, timeline.starts, strict=True):
        local = [shot.skip + frame - begins for frame in wanted if begins <= frame < begins + shot.frames]
        if local:
            found += frames_at(clips[shot.clip], local)
    return np.stack(found)


def _logo(path: Path, overlay: LogoOverlay, timeline: Timeline) -> tuple[Picture, Box]:
    try:
        with Image.open(path) as opened:
            image = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError) as error:
        raise SourceRejected(
            f"Logo {path.name} cannot be read", str(error), "Give a PNG, JPEG or WebP picture"
        ) from error
    size, area = timeline.size, safe_area(timeline.size)
    bounds = image.getbbox() or (0, 0, *image.size)
    image = image.crop(bounds)
    side = min(size.width, size.height)
    scale = min(side * _LOGO_HEIGHT / image.height, size.width * _LOGO_WIDTH / image.width)
    shape = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Premultiplied while scaling, or transparent pixels' colours bleed into the edges.
    image = image.convert("RGBa").resize(shape, Image.Resampling.LANCZOS).convert("RGBA")
    x = area.left if overlay.corner.endswith("left") else area.right - image.width
    y = area.top if overlay.corner.startswith("top") else area.bottom - image.height
    return Picture(image, x, y), Box(x, y, x + image.width, y + image.height)
