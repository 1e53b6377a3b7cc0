"""Pictures with a subject whose place is known, before a background that is none."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 360


def picture(lefts: Sequence[float], *, width: float = 0.18, pan: int = 0) -> NDArray[np.uint8]:
    """RGB, with subjects at these shares of the picture's width, all of them ``width`` wide.

    ``pan`` is by how many pixels the camera has moved along the background.
    """
    noise = np.random.default_rng(7).integers(0, 255, (HEIGHT // 8, WIDTH // 4), np.uint8)
    grain = cv2.GaussianBlur(cv2.resize(noise, (WIDTH * 2, HEIGHT)), (0, 0), 6).astype(np.float32)
    shade = (
        np.linspace(150, 90, HEIGHT, dtype=np.float32)[:, None] + (grain[:, pan : pan + WIDTH] - 128) * 0.2
    )
    shown = np.stack([shade, shade * 1.02, shade * 0.95], axis=2).clip(0, 255).astype(np.uint8)
    for left in lefts:
        x0, x1 = round(left * WIDTH), round((left + width) * WIDTH)
        y0, y1 = round(0.3 * HEIGHT), round(0.75 * HEIGHT)
        cv2.rectangle(shown, (x0, y0), (x1 - 1, y1 - 1), (190, 60, 40), -1)
        for y in range(y0 + 8, y1 - 8, 14):
            cv2.line(shown, (x0 + 6, y), (x1 - 7, y), (240, 220, 180), 3)
    return shown
