"""Pictures to begin with: given ones, and quick landscapes."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator

import cv2
import httpx
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from sandbox.replicate.making.circumstances import Failed

FETCH_TIMEOUT_S = 20.0
VARIANTS = 8
TRAVEL = 0.05
"""How far the camera goes, as a share of the picture."""

Picture = NDArray[np.uint8]

# Sky above, sky below, hills, foreground; blue, green, red.
_PALETTES = (
    ((150, 90, 40), (190, 190, 250), (90, 70, 60), (40, 40, 35)),
    ((90, 40, 30), (90, 130, 245), (60, 40, 70), (35, 20, 40)),
    ((200, 160, 90), (230, 230, 215), (120, 150, 90), (50, 100, 60)),
    ((60, 30, 20), (120, 80, 70), (70, 45, 40), (30, 22, 20)),
    ((170, 140, 60), (150, 210, 250), (100, 110, 140), (60, 80, 110)),
    ((120, 60, 90), (180, 150, 240), (110, 60, 100), (60, 30, 60)),
    ((180, 120, 20), (240, 220, 170), (140, 110, 40), (80, 70, 20)),
    ((70, 80, 90), (200, 210, 215), (80, 90, 95), (40, 45, 50)),
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


def landscape(width: int, height: int, variant: int) -> Picture:
    """Hills under a sky with a sun, with the grain and edges of a photograph; one of `VARIANTS`."""
    chance = np.random.default_rng(variant)
    above, below, hills, ground = (np.array(c, np.float32) for c in _PALETTES[variant % VARIANTS])
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = np.repeat(above * (1 - down) + below * down, width, axis=1).astype(np.float32)
    centre = (int(width * chance.uniform(0.25, 0.75)), int(height * chance.uniform(0.2, 0.4)))
    cv2.circle(picture, centre, max(4, min(width, height) // 9), (235.0, 245.0, 255.0), -1, cv2.LINE_AA)
    for depth, share in ((0.0, 0.5), (0.5, 0.64), (1.0, 0.8)):
        ridge = _ridge(width, chance) * height * 0.09 + height * share
        edge = np.stack([np.arange(width), ridge], axis=1)
        outline = np.vstack([edge, [[width, height], [0, height]]]).round().astype(np.int32)
        colour = hills * (1 - depth) + ground * depth
        cv2.fillPoly(picture, [outline], colour.tolist(), cv2.LINE_AA)
        _plant(picture, ridge, colour * 0.6, chance)
    grain = chance.normal(0, 4, (height, width, 1))
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


def _plant(
    picture: NDArray[np.float32], ridge: NDArray[np.float64], colour: object, chance: np.random.Generator
) -> None:
    """Puts trees on a line of hills, so that there are edges to be seen move."""
    height, width = picture.shape[:2]
    for x in chance.integers(0, width, 26):
        tall = height * chance.uniform(0.02, 0.07)
        foot = ridge[x] + tall * 0.3
        points = [[x - tall * 0.3, foot], [x + tall * 0.3, foot], [x, foot - tall]]
        cv2.fillPoly(picture, [np.array(points).round().astype(np.int32)], colour.tolist(), cv2.LINE_AA)  # pyright: ignore
