"""A word in a box, to be laid over a whole film."""

from pathlib import Path

from PIL import Image, ImageDraw

from media.contrast import INK, WHITE
from media.files import written_whole
from media.typography import Face

_SIZE, _PADDING, _RADIUS, _OPACITY = 96, 40, 28, 0.72


def draw_mark(word: str, destination: Path) -> None:
    """Draw a word in white on a dark box that lets the picture through a little, as a PNG.

    Raises:
        DiskFull: there is no room.
    """
    face = Face("Bold", _SIZE, 0.06)
    size = round(face.width(word)) + 2 * _PADDING, face.ascent + face.descent + _PADDING
    canvas = Image.new("RGBA", size)
    draw = ImageDraw.Draw(canvas)
    draw.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), _RADIUS, fill=(*INK, round(255 * _OPACITY)))
    face.draw(draw, _PADDING, _PADDING // 2 + face.ascent, word, (*WHITE, 255))
    with written_whole(destination) as temporary:
        canvas.save(temporary)
