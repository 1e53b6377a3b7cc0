"""Small clips whose every frame says its number, and a film made of them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from media.timeline import Shot, Size, Soundtrack, TextOverlay, Timeline, Transition

SIZE = Size(width=256, height=144)
_BITS, _CELL = 8, 16


def numbered(colour: tuple[int, int, int], frames: int, size: Size = SIZE) -> Iterator[NDArray[np.uint8]]:
    """BGR frames in a colour, with a moving disc and the frame's number in cells of black and white."""
    rows, columns = np.mgrid[0 : size.height, 0 : size.width]
    for number in range(frames):
        picture = np.empty((size.height, size.width, 3), np.uint8)
        picture[:] = colour
        centre = size.width * (0.3 + 0.4 * number / frames)
        picture[(columns - centre) ** 2 + (rows - size.height * 0.7) ** 2 < 24**2] = (40, 200, 240)
        for bit in range(_BITS):
            picture[:_CELL, bit * _CELL : (bit + 1) * _CELL] = 255 * (number >> bit & 1)
        yield picture


def read_number(luma: NDArray[np.uint8]) -> int:
    """The number a frame of :func:`numbered` carries, from its luma plane."""
    middle = _CELL // 2
    return sum(int(luma[middle, bit * _CELL + middle] > 128) << bit for bit in range(_BITS))


def film(**changes: object) -> Timeline:
    """Five shots with every kind of transition, three texts and music; 215 frames."""
    shots = (
        Shot(clip="red", address="r", frames=50),
        Shot(clip="green", address="g", frames=45, transition=Transition(kind="crossfade", frames=10)),
        Shot(clip="blue", address="b", frames=40, transition=Transition(kind="wipe", frames=12)),
        Shot(clip="grey", address="y", frames=50, transition=Transition(kind="dip", frames=11)),
        Shot(clip="pink", address="p", frames=30),
    )
    overlays = (
        TextOverlay(kind="title", text="Slow morning", start=4, frames=30),
        TextOverlay(kind="caption", text="Every cup", start=140, frames=24),
        TextOverlay(kind="cta", text="Shop now", start=188, frames=27),
    )
    facts = {"size": SIZE, "shots": shots, "overlays": overlays, "palette": ("#c2410c",)}
    facts["soundtrack"] = Soundtrack(asset="music", address="m", fade_in=5, fade_out=15)
    return Timeline.model_validate(facts | changes)


COLOURS = {
    "red": (50, 50, 190),
    "green": (60, 140, 60),
    "blue": (170, 80, 50),
    "grey": (110, 110, 110),
    "pink": (150, 90, 200),
}
