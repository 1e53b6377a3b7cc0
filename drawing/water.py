"""Water: it mirrors what is already on the canvas, broken by waves in perspective."""

import cv2
import numpy as np

from drawing import noise
from drawing.canvas import Moment, Shot
from drawing.light import Colour

_TILE = 512


class Water:
    """Everything below a horizon becomes water.

    ``horizon`` is a scene y, ``parallax`` that of the far shore. ``calm`` 0..1: a mirror at 1. ``colour`` is
    the deep water, ``mirror`` how much of the reflection is seen, ``glitter`` the strength of the sun's path.
    """

    def __init__(
        self,
        shot: Shot,
        rng: np.random.Generator,
        *,
        horizon: float,
        parallax: float,
        colour: Colour,
        calm: float = 0.5,
        mirror: float = 0.75,
        glitter: float = 1.0,
        pace: float = 1.0,
    ) -> None:
        self._shot, self._horizon, self._parallax = shot, horizon, parallax
        self._calm, self._mirror, self._glitter, self._pace = calm, mirror, glitter, pace
        self._colour = np.append(colour, 1.0).astype(np.float32)
        self._light = np.append(shot.tones.sun, 0.0).astype(np.float32)
        self._waves = _closed(noise.tile(_TILE, rng, slope=1.25))
        self._swell = _closed(noise.tile(_TILE, rng, slope=1.9))
        rows = int(shot.height * 0.75) // 2 + 8
        columns = shot.width // 2
        self._columns = np.tile(np.arange(columns, dtype=np.float32), (rows, 1))
        self._rows = np.tile(np.arange(rows, dtype=np.float32)[:, None], (1, columns))
        depth = (self._rows[:, :1] + 1.5) / (shot.unit / 2)
        middle = columns * shot.sun[0] / shot.width
        self._u = ((self._columns - columns / 2) / (shot.unit / 2) / (depth + 0.05) * 42).astype(np.float32)
        self._v = np.tile((26 / (depth + 0.05)).astype(np.float32), (1, columns))
        # waves finer than a pixel are left out: they would flicker
        self._reach = np.clip(depth * 2.2, 0, 1).astype(np.float32)
        path = np.exp(-(((self._columns - middle) / (shot.unit * (0.035 + 0.16 * depth))) ** 2))
        self._path = (path * noise.smoothstep(1.6, 0.05, depth)).astype(np.float32)
        self._deep = np.clip(1 - self._mirror * (1 - 0.55 * noise.smoothstep(0.0, 1.2, depth)), 0, 1).astype(
            np.float32
        )

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        height, width = canvas.shape[:2]
        shore = now.project(self._parallax, 0, self._horizon)[1]
        top = int(np.floor(shore))
        if top >= height - 2 or top < 4:
            return
        rows = min((height - top + 1) // 2, self._rows.shape[0])
        t = now.t * self._pace
        shift = float(now.pose.x) * self._parallax * 0.2
        u, v = self._u[:rows], self._v[:rows]
        first = _sample(self._waves, u + np.float32(9 * t + shift), v + np.float32(22 * t))
        second = _sample(
            self._swell, np.float32(0.6) * u - np.float32(7 * t), np.float32(0.7) * v + np.float32(15 * t)
        )
        slope = (first * 0.6 + second) * self._reach[:rows]
        rough = (1 - self._calm) * self._shot.unit / 2
        small = cv2.resize(canvas[:top], (width // 2, max(top // 2, 2)), interpolation=cv2.INTER_LINEAR)
        mirror_y = top / 2 - self._rows[:rows] * 1.08 - (shore - top) / 2 - 1 - np.abs(slope) * rough * 0.055
        mirror_x = self._columns[:, : width // 2][:rows] + slope * rough * 0.03
        np.clip(mirror_x, 0, small.shape[1] - 1.01, out=mirror_x)
        np.clip(mirror_y, 0, small.shape[0] - 1.01, out=mirror_y)
        picture = cv2.remap(small, mirror_x, mirror_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        deep = np.clip(self._deep[:rows] + 0.13 * slope * (1.2 - self._calm), 0, 1)
        blend = cv2.merge([deep] * 4)
        picture += (self._colour - picture) * blend
        if self._glitter:
            spark = noise.smoothstep(0.55, 1.7, slope + 0.25) * self._path[:rows]
            picture += cv2.merge([spark * self._glitter] * 4) * self._light
        full = cv2.resize(picture, (width, rows * 2), interpolation=cv2.INTER_LINEAR)[: height - top]
        edge = 1 - (shore - top)
        view = canvas[top : top + full.shape[0]]
        view[:1] += (full[:1] - view[:1]) * np.float32(edge)
        view[1:] = full[1:]


def _closed(tile: np.ndarray) -> np.ndarray:
    """The tile with its first row and column repeated at the end, so that sampling can cross the seam."""
    return np.pad(tile, ((0, 1), (0, 1)), mode="wrap")


def _sample(closed: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Values of a repeating tile at any coordinates."""
    u = u - _TILE * np.floor(u * np.float32(1 / _TILE))
    v = v - _TILE * np.floor(v * np.float32(1 / _TILE))
    return cv2.remap(closed, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
