"""What fills the air: mist, motes, rain, snow, bokeh and birds."""

import cv2
import numpy as np

from drawing import noise
from drawing.canvas import Layer, Moment, Motion, Plate, Shot, over, shine, veil_pixels
from drawing.light import Colour, bgr, mix

_COARSE = 6
_SUBPIXEL = 16
"""Fixed-point steps of a pixel in cv2's drawing calls with ``shift=4``."""


def mist(
    shot: Shot,
    rng: np.random.Generator,
    *,
    y: float,
    thickness: float,
    density: float,
    parallax: float,
    speed: float,
    colour: Colour | None = None,
) -> Plate:
    """A bank of mist about scene row ``y`` that drifts, ``speed`` pixels a second at 720 lines."""
    height, width = max(8, int(thickness * 2.2 / _COARSE)), int(shot.span[1] * 1.5 / _COARSE)
    field = noise.fractal(height, width, rng, cells=(2.2, 4.5), octaves=5, gain=0.5)
    rows = np.linspace(-1.1, 1.1, height, dtype=np.float32)[:, None]
    bank = np.exp(-((rows * 2.0) ** 2)) * noise.smoothstep(1.05, 0.6, np.abs(rows))
    alpha = np.clip(noise.smoothstep(0.15, 0.85, field) * bank * density, 0, 1)
    pace = speed * shot.unit / 720
    start = shot.left - (0.42 * shot.span[1] if speed > 0 else 0.08 * shot.span[1])
    pixels = veil_pixels(shot.tones.fog if colour is None else colour, alpha)
    return Plate(
        pixels,
        start,
        y - thickness * 1.1,
        parallax,
        scale=_COARSE,
        motion=lambda t: Motion(x=pace * t, opacity=0.9 + 0.1 * np.sin(0.6 * t)),
    )


class Motes:
    """Soft points that float: dust, pollen, embers, snow, bubbles or bokeh.

    ``drift`` is pixels a second (x, y); each mote wanders about its way by ``wander`` pixels. What leaves at
    one side comes in at the other, outside the picture. ``radius`` is a range in pixels.
    """

    def __init__(
        self,
        shot: Shot,
        rng: np.random.Generator,
        *,
        count: int,
        radius: tuple[float, float],
        drift: tuple[float, float],
        colours: tuple[Colour, ...],
        strength: float,
        wander: float = 14.0,
        parallax: tuple[float, float] = (0.3, 1.0),
        area: tuple[float, float] = (0.0, 1.0),
        blur: float = 0.0,
        ring: bool = False,
        twinkle: float = 0.4,
    ) -> None:
        self._height, self._width = shot.span
        self._left, self._upper = shot.left, shot.upper
        scale = shot.unit / 720
        near = rng.random(count) ** 1.7
        self._parallax = parallax[0] + (parallax[1] - parallax[0]) * near
        self._radius = (radius[0] + (radius[1] - radius[0]) * near) * scale
        self._x = rng.uniform(0, self._width, count)
        self._area = (area[0] * shot.height - shot.upper, area[1] * shot.height - shot.upper)
        self._y = rng.uniform(0, 1, count)
        self._drift = np.array(drift) * scale
        self._pace = 0.55 + 0.75 * near
        self._wander = wander * scale
        self._phase = rng.uniform(0, 6.28, (3, count))
        self._rate = rng.uniform(0.4, 1.3, (2, count))
        self._level = strength * rng.uniform(0.35, 1.0, count)
        self._group = rng.integers(0, len(colours), count)
        self._colours, self._blur, self._ring, self._twinkle = colours, blur * scale, ring, twinkle

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        t = now.t
        low, high = self._area
        reach = max(high - low, 1.0)
        x = (
            self._x
            + self._drift[0] * self._pace * t
            + self._wander * np.sin(self._phase[0] + self._rate[0] * t)
        ) % self._width
        y = (
            low
            + (self._y * reach + self._drift[1] * self._pace * t) % reach
            + self._wander * 0.6 * np.sin(self._phase[1] + self._rate[1] * t)
        )
        edge = np.clip(np.minimum(y - low, high - y) / (0.12 * reach), 0, 1)
        level = self._level * edge * (1 - self._twinkle * (0.5 + 0.5 * np.sin(self._phase[2] + 1.7 * t)))
        cx, cy = now.centre
        zoom = 1 + (now.pose.zoom - 1) * (0.2 + 0.8 * self._parallax)
        sx = cx + zoom * (x + self._left - cx - now.pose.x * self._parallax)
        sy = cy + zoom * (y + self._upper - cy - now.pose.y * self._parallax)
        seen = np.flatnonzero(level > 0.01)
        self._spots(canvas, sx[seen], sy[seen], (self._radius * zoom)[seen], level[seen], self._group[seen])

    def _spots(
        self,
        canvas: np.ndarray,
        x: np.ndarray,
        y: np.ndarray,
        radius: np.ndarray,
        level: np.ndarray,
        group: np.ndarray,
    ) -> None:
        # what is out of focus needs no full resolution
        share = 2 if self._blur > 1.5 or self._ring else 1
        light = np.zeros((canvas.shape[0] // share, canvas.shape[1] // share, 4), np.uint8)
        for px, py, pr, value, index in zip(
            x / share, y / share, radius / share, np.minimum(level, 1), group, strict=True
        ):
            place, size = (int(px * _SUBPIXEL), int(py * _SUBPIXEL)), max(int(pr * _SUBPIXEL), 6)
            colour = self._colours[index] * (255 * value)
            cv2.circle(light, place, size, colour.tolist(), -1, cv2.LINE_AA, 4)
            if self._ring:
                rim = np.minimum(colour * 1.4, 255).tolist()
                cv2.circle(light, place, size * 15 // 16, rim, max(1, int(pr * 0.07)), cv2.LINE_AA, 4)
        if self._blur:
            light = cv2.GaussianBlur(light, (0, 0), max(self._blur / share, 0.5))
        if share == 2:
            light = cv2.resize(light, (canvas.shape[1], canvas.shape[0]), interpolation=cv2.INTER_LINEAR)
        shine(canvas, light)


class Rain:
    """Streaks at three depths, slanted by the wind."""

    def __init__(self, shot: Shot, rng: np.random.Generator, *, colour: Colour) -> None:
        self._shot, self._colour = shot, colour
        count = 230
        self._x, self._y, self._near = rng.random(count), rng.random(count), rng.random(count) ** 1.5

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        height, width = self._shot.span
        light = np.zeros(canvas.shape, np.uint8)
        speed = (1.1 + 0.9 * self._near) * self._shot.height
        y = (self._y * height + speed * now.t) % height + self._shot.upper
        x = (self._x * width - 0.16 * speed * now.t) % width + self._shot.left
        long = (0.03 + 0.05 * self._near) * self._shot.height
        for px, py, length, near in zip(x, y, long, self._near, strict=True):
            start, end = (
                (int(px * 16), int(py * 16)),
                (int((px - 0.16 * length) * 16), int((py + length) * 16)),
            )
            colour = (self._colour * (34 + 62 * near)).tolist()
            cv2.line(light, start, end, colour, 1 + int(near > 0.75), cv2.LINE_AA, 4)
        shine(canvas, light)


def snow(shot: Shot, rng: np.random.Generator) -> list[Layer]:
    """Flakes far, near and out of focus."""
    white = (mix(shot.tones.sun, bgr(1, 1, 1), 0.6),)
    return [
        Motes(
            shot,
            rng,
            count=170,
            radius=(0.9, 2.2),
            drift=(-14, 62),
            colours=white,
            strength=0.8,
            parallax=(0.2, 0.7),
            area=(-0.17, 1.17),
        ),
        Motes(
            shot,
            rng,
            count=40,
            radius=(2.2, 5.0),
            drift=(-26, 120),
            colours=white,
            strength=0.6,
            parallax=(0.7, 1.0),
            area=(-0.17, 1.17),
            blur=1.6,
        ),
    ]


class Birds:
    """A loose flock that crosses the sky with beating wings."""

    def __init__(
        self,
        shot: Shot,
        rng: np.random.Generator,
        *,
        y: float,
        colour: Colour,
        count: int = 7,
        parallax: float = 0.15,
    ) -> None:
        direction = 1 if rng.random() < 0.5 else -1
        self._size = shot.unit * rng.uniform(0.008, 0.015, count)
        start = shot.width * (0.22 if direction > 0 else 0.78)
        spread = shot.unit * 0.05
        self._x = start + direction * rng.normal(0, spread * 1.6, count)
        self._y = y + rng.normal(0, spread * 0.6, count)
        self._speed = direction * shot.width * 0.035
        self._phase, self._rate = rng.uniform(0, 6.28, count), rng.uniform(6, 8.5, count)
        self._parallax = parallax
        self._veil = np.append(colour, 1.0).astype(np.float32)

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        mask = np.zeros(canvas.shape[:2], np.uint8)
        for x, y, size, phase, rate in zip(
            self._x, self._y, self._size, self._phase, self._rate, strict=True
        ):
            px, py = now.project(
                self._parallax, x + self._speed * now.t, y + 0.4 * size * np.sin(0.7 * now.t + phase)
            )
            beat = 0.55 * np.sin(rate * now.t + phase) * (0.55 + 0.45 * np.sin(0.9 * now.t + phase))
            wing = np.array(
                [
                    [-1, -0.55 * beat - 0.12],
                    [-0.45, -0.85 * beat - 0.2],
                    [0, 0],
                    [0.45, -0.85 * beat - 0.2],
                    [1, -0.55 * beat - 0.12],
                ]
            )
            body = np.vstack([wing, [[0.4, -0.6 * beat - 0.02], [0, 0.2], [-0.4, -0.6 * beat - 0.02]]])
            points = np.round((body * size + (px, py)) * 16).astype(np.int32)
            cv2.fillPoly(mask, [points], 255, cv2.LINE_AA, 4)
        rows = np.flatnonzero(mask.any(axis=1))
        if rows.size:
            y0, y1 = int(rows[0]), int(rows[-1]) + 1
            cover = cv2.merge([mask[y0:y1]] * 4).astype(np.float32) * (self._veil * (0.8 / 255))
            over(canvas[y0:y1], cover)


def weather_layers(shot: Shot, rng: np.random.Generator, weather: str) -> list[Layer]:
    """What falls in front of everything."""
    if weather == "rain":
        return [Rain(shot, rng, colour=mix(shot.tones.fog, bgr(1, 1, 1), 0.4))]
    return snow(shot, rng) if weather == "snow" else []
