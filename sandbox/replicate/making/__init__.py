"""What the models put out, made by this project's own engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from media.errors import MediaError
from sandbox.replicate.making.circumstances import Circumstances, Failed, Made
from sandbox.replicate.making.image import make_images
from sandbox.replicate.making.music import make_music
from sandbox.replicate.making.spoiling import spoil
from sandbox.replicate.making.text import make_text
from sandbox.replicate.making.video import make_video
from sandbox.replicate.making.voice import make_voice
from sandbox.replicate.models import Kind
from sandbox.replicate.orders import Order

_MAKERS: dict[Kind, Callable[[Order, Path, Circumstances], Made]] = {
    "video": make_video,
    "image": make_images,
    "music": make_music,
    "voice": make_voice,
    "text": make_text,
}


def make(order: Order, directory: Path, circumstances: Circumstances) -> Made:
    """Makes what was ordered, in a directory that is its own.

    Raises:
        Failed: it can't be made; a model at Replicate would fail too.
    """
    try:
        made = _MAKERS[order.kind](order, directory, circumstances)
        for item in made.items:
            if isinstance(item, Path):
                spoil(item, order, circumstances)
    except MediaError as error:
        raise Failed(str(error)) from error
    return made
