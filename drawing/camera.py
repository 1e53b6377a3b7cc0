"""The camera's path, and what it does to a layer at a distance."""

from dataclasses import dataclass

import numpy as np

OVERSCAN = 0.17
"""How far beyond each edge of the picture layers reach, as a share of its size."""


@dataclass(frozen=True)
class Pose:
    """Where the camera is: shift in pixels of the nearest plane, zoom of the nearest plane."""

    x: float
    y: float
    zoom: float

    def matrix(self, parallax: float, centre: tuple[float, float]) -> np.ndarray:
        """2×3 matrix from scene to screen pixels for a layer; parallax 0 is at infinity, 1 at the lens."""
        zoom = 1 + (self.zoom - 1) * (0.2 + 0.8 * parallax)
        cx, cy = centre
        return np.array(
            [[zoom, 0, cx - zoom * (cx + self.x * parallax)], [0, zoom, cy - zoom * (cy + self.y * parallax)]]
        )


def pose(kind: str, progress: float, seconds: float, size: tuple[int, int], strength: float) -> Pose:
    """The pose at ``progress`` 0..1 of the shot.

    The move starts and ends at speed (a cut lands in motion), with a breath of slowing at both ends; a slow
    sway of a few pixels keeps it from looking mechanical. ``strength`` is 1 for a calm shot.
    """
    width, height = size
    eased = 0.7 * progress + 0.3 * progress * progress * (3 - 2 * progress)
    swing = 2 * eased - 1
    x = 0.002 * width * np.sin(0.9 * seconds + 0.4)
    y = 0.002 * height * np.sin(0.7 * seconds)
    zoom = 1.04
    if kind == "push_in":
        zoom += 0.17 * strength * eased
        y -= 0.008 * height * swing
    elif kind == "pull_out":
        zoom += 0.17 * strength * (1 - eased)
        y += 0.008 * height * swing
    elif kind == "pan_left":
        x -= 0.075 * width * strength * swing
        zoom += 0.03 * eased
    elif kind == "pan_right":
        x += 0.075 * width * strength * swing
        zoom += 0.03 * eased
    elif kind == "rise":
        y += -0.07 * height * strength * swing
        zoom += 0.05 * eased
    else:
        x += 0.07 * width * strength * np.sin(swing * 1.2)
        zoom += 0.09 * strength * (1 - swing * swing)
    return Pose(x, y, zoom)
