"""Pictures of a film: poster, thumbnail, contact sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from media.encoder import FPS
from media.files import written_whole
from media.frames import frames_at
from media.typography import Face, drawable, fit

BACKGROUND = (15, 17, 23)
TEXT = (236, 238, 244)
FAINT = (139, 146, 164)
WARNING = (255, 176, 84)
_PAGE = 1600
_MARGIN, _GAP = 48, 28
PREVIEW_MOMENTS = 4
PREVIEW_MOMENT, PREVIEW_STEP = 27, 3
"""Frames that a moment of a preview lasts, and from one of its pictures to the next."""

_JPEG = {"quality": 90, "optimize": True, "subsampling": 0}


@dataclass(frozen=True)
class SheetScene:
    """One picture of a contact sheet: the film frame to show and what to call it.

    ``note`` is a small line below: what was measured. ``mark`` is a bar at the picture's corner: a short
    word, or nothing. A ``flagged`` scene has both in the colour of a warning.
    """

    frame: int
    label: str
    note: str = ""
    mark: str = ""
    flagged: bool = False


def timecode(frame: int) -> str:
    """``MM:SS:FF`` at 30 frames per second."""
    seconds, frames = divmod(frame, FPS)
    return f"{seconds // 60:02d}:{seconds % 60:02d}:{frames:02d}"


def poster(video: Path, at_frame: int, destination: Path) -> None:
    """One frame in full size, as the destination's suffix says (PNG or JPEG).

    Raises:
        SourceRejected: the video is unreadable or has no such frame.
        DiskFull: there is no room.
    """
    (picture,) = frames_at(video, [at_frame])
    _save(Image.fromarray(picture), destination)


def thumbnail(video: Path, at_frame: int, width: int, destination: Path) -> None:
    """One frame scaled to ``width`` pixels; raises as :func:`poster`."""
    (picture,) = frames_at(video, [at_frame])
    _save(_scaled(picture, width), destination)


def preview(video: Path, starts: Sequence[int], destination: Path, *, width: int, height: int) -> None:
    """A few seconds of a film as an animated WebP that runs for ever: a moment of each of its scenes.

    Args:
        starts: the first frame of each moment, in rising order; `PREVIEW_MOMENT` frames must follow.
        width, height: of the box that the pictures are scaled into, in pixels.

    Raises:
        SourceRejected: the video is unreadable or lacks a frame.
        DiskFull: there is no room.
    """
    wanted = [start + step for start in starts for step in range(0, PREVIEW_MOMENT, PREVIEW_STEP)]
    pictures = [Image.fromarray(picture) for picture in frames_at(video, wanted)]
    for picture in pictures:
        picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    with written_whole(destination) as temporary:
        pictures[0].save(
            temporary,
            save_all=True,
            append_images=pictures[1:],
            duration=round(PREVIEW_STEP * 1000 / FPS),
            loop=0,
            quality=55,
            method=4,
        )


def preview_starts(shots: Sequence[tuple[int, int]]) -> list[int]:
    """Where the moments of a preview begin: in up to `PREVIEW_MOMENTS` shots, spread over the film.

    Args:
        shots: the first frame and the length of each; where all are shorter than a moment, the film's
            beginning is shown.
    """
    long = [(start, frames) for start, frames in shots if frames >= PREVIEW_MOMENT]
    count = min(PREVIEW_MOMENTS, len(long))
    chosen = [long[round(index * (len(long) - 1) / max(1, count - 1))] for index in range(count)]
    # The middle of a shot: neither transition nor titles in the coming.
    return [start + (frames - PREVIEW_MOMENT) // 2 for start, frames in chosen] or [0]


def contact_sheet(video: Path, scenes: Sequence[SheetScene], destination: Path, *, title: str = "") -> None:
    """A page with one picture per scene, numbered, with timecode and label.

    Args:
        scenes: at least one, in film order.

    Raises:
        SourceRejected: the video is unreadable or lacks a frame.
        DiskFull: there is no room.
    """
    pictures = frames_at(video, [scene.frame for scene in scenes])
    height, width = pictures[0].shape[:2]
    columns = _columns(len(scenes), width / height)
    cell = (_PAGE - 2 * _MARGIN - (columns - 1) * _GAP) // columns
    tile_height = round(cell * height / width)
    captions = [_Caption(index + 1, scene, cell) for index, scene in enumerate(scenes)]
    row = tile_height + max(caption.height for caption in captions) + _GAP
    rows = -(-len(scenes) // columns)
    head = 96 if title else _MARGIN
    page = Image.new("RGB", (_PAGE, head + rows * row + _MARGIN - _GAP), BACKGROUND)
    draw = ImageDraw.Draw(page)
    if title:
        heading = fit(
            title, weight="Bold", largest=34, smallest=18, width=_PAGE - 2 * _MARGIN, height=60, max_lines=1
        )
        heading.face.draw(draw, _MARGIN, 64, heading.lines[0] if heading.lines else "", TEXT)
    for index, (caption, picture) in enumerate(zip(captions, pictures, strict=True)):
        x = _MARGIN + (index % columns) * (cell + _GAP)
        y = head + (index // columns) * row
        page.paste(_scaled(picture, cell), (x, y), _rounded(cell, tile_height, 12))
        caption.draw(draw, x, y + tile_height)
        _draw_mark(draw, scenes[index], x + 10, y + 10)
    _save(page, destination)


def _columns(count: int, aspect: float) -> int:
    most = 4 if aspect > 1.2 else 5 if aspect > 0.8 else 6
    if count <= most:
        return max(count, 2)
    # Prefer the number of columns that leaves the last row fullest.
    return max(range(most - 1, most + 2), key=lambda columns: (-(-count % columns), columns))


def _draw_mark(draw: ImageDraw.ImageDraw, scene: SheetScene, x: int, y: int) -> None:
    if not scene.mark:
        return
    face = Face("Bold", 15)
    width = round(face.width(scene.mark)) + 20
    draw.rounded_rectangle((x, y, x + width, y + 28), 8, fill=WARNING if scene.flagged else TEXT)
    face.draw(draw, x + 10, y + 20, scene.mark, BACKGROUND)


class _Caption:
    """Number, label and timecode on one line; a long label has a line of its own, and so has a note."""

    _STRONG, _PLAIN, _SMALL = Face("Bold", 17), Face("Medium", 17), Face("Medium", 14)

    def __init__(self, number: int, scene: SheetScene, width: int) -> None:
        self._number, self._code, self._width = f"{number:02d}", timecode(scene.frame), width
        self._indent = self._STRONG.width("00") + 10
        label, _ = drawable(scene.label, self._PLAIN)
        room = width - self._indent - self._SMALL.width(self._code) - 12
        self._beside = label if self._PLAIN.width(label) <= room else ""
        below = fit(label, weight="Medium", largest=16, smallest=16, width=width, height=24, max_lines=1)
        self._below = below if label and not self._beside else None
        self._note = fit(
            scene.note, weight="Medium", largest=13, smallest=11, width=width, height=20, max_lines=1
        )
        self._note_colour = WARNING if scene.flagged else FAINT
        self._note_at = 76 if self._below else 52
        self.height = (62 if self._below else 38) + (22 if scene.note else 0)

    def draw(self, canvas: ImageDraw.ImageDraw, x: int, y: int) -> None:
        self._STRONG.draw(canvas, x, y + 29, self._number, TEXT)
        self._PLAIN.draw(canvas, x + self._indent, y + 29, self._beside, TEXT)
        self._SMALL.draw(canvas, x + self._width - self._SMALL.width(self._code), y + 28, self._code, FAINT)
        if self._below:
            self._below.face.draw(canvas, x, y + 53, self._below.lines[0], FAINT)
        for line in self._note.lines[:1]:
            self._note.face.draw(canvas, x, y + self._note_at, line, self._note_colour)


def _scaled(picture: NDArray[np.uint8], width: int) -> Image.Image:
    image = Image.fromarray(picture)
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)


def _rounded(width: int, height: int, radius: int) -> Image.Image:
    """A smooth-edged mask with round corners."""
    mask = Image.new("L", (width * 3, height * 3))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), radius * 3, fill=255)
    return mask.resize((width, height), Image.Resampling.LANCZOS)


def _save(image: Image.Image, destination: Path) -> None:
    options = _JPEG if destination.suffix.lower() in {".jpg", ".jpeg"} else {}
    with written_whole(destination) as temporary:
        image.save(temporary, **options)
