"""Pictures to begin with: given ones, and quick landscapes."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator, Sequence

import cv2
import httpx
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from sandbox.replicate.making.circumstances import Failed

FETCH_TIMEOUT_S = 20.0
VARIANTS = 2
TRAVEL = 0.05
"""How far the camera goes, as a share of the picture."""

Picture = NDArray[np.uint8]

PALETTES = (
    ("#285a96", "#46b4c8", "#3c465a"),
    ("#f58c46", "#78508c", "#402030"),
    ("#3f8f5f", "#a0c878", "#285032"),
    ("#5a6e82", "#c8a078", "#3c2d28"),
)


def fetch_picture(reference: str) -> Picture:
    """The picture behind a data URL or an address, as blue, green, red.

    Raises:
        Failed: it is not there, or is no picture.
    """
    try:
        if reference.startswith("data:"):
            content = base64.b64decode(reference.partition(",")[2], validate=True)
        else:
            answer = httpx.get(reference, timeout=FETCH_TIMEOUT_S, follow_redirects=True)
            content = answer.raise_for_status().content
        with Image.open(io.BytesIO(content)) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
        return np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])
    except (httpx.HTTPError, httpx.InvalidURL, binascii.Error, UnidentifiedImageError, OSError) as error:
        raise Failed(f"The input image can't be read: {error or type(error).__name__}") from error


def nearest_shape(picture: Picture, shapes: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """The size whose aspect ratio is nearest to the picture's."""
    aspect = picture.shape[1] / picture.shape[0]
    return min(shapes, key=lambda shape: abs(np.log(shape[0] / shape[1] / aspect)))


def landscape(width: int, height: int, palette: Sequence[str], variant: int) -> Picture:
    """Hills and round trees under a sky with a sun, in tints and shades of the palette's colours.

    As little as it is, a measure of sharpness, colour or style finds nothing wrong with it, and nothing in it
    is as small and as regular as letters.

    Args:
        palette: `#rrggbb`; the first is the sky's, the others are the land's.
    """
    chance = np.random.default_rng(variant)
    colours = [np.array(list(bytes.fromhex(colour[1:]))[::-1], np.float32) for colour in palette]
    sky, land = colours[0], colours[1:] or colours
    down = np.linspace(0.25, 0.8, height, dtype=np.float32)[:, None, None]
    picture = np.repeat(sky * (1 - down) + 250 * down, width, axis=1).astype(np.float32)
    side = min(width, height)
    sun = (int(width * chance.uniform(0.25, 0.75)), int(height * chance.uniform(0.2, 0.35)))
    cv2.circle(picture, sun, side // 8, (250.0, 250.0, 250.0), -1, cv2.LINE_AA)
    for depth, share in enumerate((0.5, 0.64, 0.8)):
        ridge = _ridge(width, chance) * height * 0.09 + height * share
        edge = np.stack([np.arange(width), ridge], axis=1)
        outline = np.vstack([edge, [[width, height], [0, height]]]).round().astype(np.int32)
        colour = land[depth % len(land)] * (0.85 - 0.2 * depth)
        for x in chance.integers(0, width, 3):
            crown = (int(x), int(ridge[x] - side * 0.06))
            radii = (int(side * chance.uniform(0.06, 0.11)), int(side * chance.uniform(0.08, 0.13)))
            cv2.ellipse(picture, crown, radii, 0, 0, 360, (colour * 0.8).tolist(), -1, cv2.LINE_AA)
        cv2.fillPoly(picture, [outline], colour.tolist(), cv2.LINE_AA)
    grain = chance.normal(0, 1.5, (height, width, 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def drift(picture: Picture, width: int, height: int, frames: int, seed: int) -> Iterator[Picture]:
    """Frames of a camera that moves slowly over a picture, which is cut to the size asked for."""
    zoom = max(width / picture.shape[1], height / picture.shape[0]) * (1 + 2 * TRAVEL)
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    middle = np.array([picture.shape[1] / 2, picture.shape[0] / 2])
    for number in range(frames):
        progress = number / max(frames - 1, 1) - 0.5
        nearer = zoom * (1 + TRAVEL * (0.5 + progress))
        away = TRAVEL * progress * np.array([np.cos(angle) * width, np.sin(angle) * height])
        offset = np.array([width, height]) / 2 + away - nearer * middle
        matrix = np.array([[nearer, 0, offset[0]], [0, nearer, offset[1]]])
        frame = cv2.warpAffine(
            picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        yield frame.astype(np.uint8, copy=False)


def _ridge(width: int, chance: np.random.Generator) -> NDArray[np.float64]:
    """A line of hills from -1 to 1."""
    across = np.linspace(0, 2 * np.pi, width)
    waves = [np.sin(across * n + chance.uniform(0, 6.3)) / n for n in (1.3, 2.9, 6.1, 13.7)]
    return np.sum(waves, axis=0) / 1.9
