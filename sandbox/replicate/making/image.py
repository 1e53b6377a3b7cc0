"""Images: a frame of the drawing engine's scene, or a quick landscape."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image

from media.frames import frames_at
from sandbox.replicate.making.circumstances import Circumstances, Made
from sandbox.replicate.making.pictures import landscape
from sandbox.replicate.making.video import draw, palette_of
from sandbox.replicate.orders import Order

QUALITY = 90


def make_images(order: Order, directory: Path, circumstances: Circumstances) -> Made:
    """As many pictures as were ordered, `out-0.webp` and so on, each with a seed of its own."""
    files = []
    for number in range(order.count):
        one = dataclasses.replace(order, seed=order.seed + number)
        file = directory / f"out-{number}.{order.format}"
        _picture(one, directory, circumstances).save(file, quality=QUALITY)
        files.append(file)
    return Made(files, [f"{order.count} pictures made"])


def _picture(order: Order, directory: Path, circumstances: Circumstances) -> Image.Image:
    if circumstances.quick:
        palette = palette_of(order.prompt, len(order.prompt))
        picture = landscape(order.width, order.height, palette, order.seed)
        return Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))
    clip = directory / "still.mp4"
    draw(order, 1, clip, circumstances)
    [frame] = frames_at(clip, [0])
    clip.unlink()
    return Image.fromarray(frame)
