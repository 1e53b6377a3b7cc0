"""Abstract: ribbons of silk in the brand's colours that flow through each other, glass spheres, light."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Motes
from drawing.canvas import Layer, Moment, Plate, Shot, over
from drawing.light import relight
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.settings.studio import floating_ball


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    shot = easel.shot((easel.side(), easel.between(0.1, 0.3)))
    dark = easel.scene.light in ("night", "dusk") or easel.scene.mood in (
        "luxurious",
        "dramatic",
        "futuristic",
    )
    layers: list[Layer] = [_ground(easel, shot, dark)]
    tilt = easel.between(-0.35, 0.35)
    for index in range(6):
        if index == 3:
            layers += easel.word(
                shot,
                foot=0.58,
                parallax=0.4,
                width=0.86,
                tallest=0.3,
                colour=relight(tones.brand[0], 0.96, 0.25) if dark else relight(tones.brand[0], 0.98, 0.2),
            )
        layers.append(Ribbon(easel, shot, index, tilt, dark))
    for index in range(6):
        layers.append(floating_ball(easel, shot, tones.brand[index % len(tones.brand)], index))
    layers += easel.hero(shot, x=0.5, y=0.76, height=0.54, parallax=0.7, ground="air")
    layers.append(
        Motes(
            shot,
            rng,
            count=60,
            radius=(0.8, 3.0),
            drift=(10, -10),
            colours=(tones.sun, tones.accent[-1]),
            strength=0.6,
            area=(-0.1, 1.1),
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=12,
            radius=(16, 56),
            drift=(7, -6),
            colours=tones.accent,
            strength=0.14,
            blur=5,
            area=(-0.1, 1.1),
        )
    )
    return easel.stage(shot, layers, eye=0.5, bloom=0.6)


def _ground(easel: Easel, shot: Shot, dark: bool) -> Plate:
    height, width = (side // 3 + 2 for side in shot.span)
    first = noise.fractal(height, width, easel.rng, cells=(1.2, 1.6), octaves=2)[..., None]
    second = noise.fractal(height, width, easel.rng, cells=(1.6, 1.2), octaves=2)[..., None]
    brand = easel.tones.brand
    low, high, third = (
        relight(brand[0], 0.12 if dark else 0.62),
        relight(brand[1 % len(brand)], 0.28 if dark else 0.78),
        relight(brand[-1], 0.34 if dark else 0.86),
    )
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = (low * (1 - first) + high * first) * (1 - second * 0.6) + third * second * 0.6
    return Plate(pixels, shot.left, shot.upper, 0.08, scale=3)


class Ribbon:
    """A translucent sheet that twists: two moving curves with silk shading between them."""

    def __init__(self, easel: Easel, shot: Shot, index: int, tilt: float, dark: bool) -> None:
        self._shot = shot
        brand = easel.tones.brand
        colour = brand[index % len(brand)]
        self._light, self._shade = relight(colour, 0.88), relight(colour, 0.36 if dark else 0.5)
        self._base = (0.2 + 0.13 * index + easel.between(-0.05, 0.05)) * shot.height
        self._slope = tilt * shot.height
        self._phase = [easel.between(0, 6.28) for _ in range(4)]
        self._amplitude = easel.between(0.08, 0.15) * shot.height
        self._wide = easel.between(0.05, 0.14) * shot.unit + 0.03 * shot.unit
        self._rate = easel.between(0.45, 0.8) * (1 if index % 2 else -1)
        self._parallax = 0.2 + 0.13 * index
        self._opacity = 0.86

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        height, width = canvas.shape[0] // 2, canvas.shape[1] // 2
        shift, lift = now.project(self._parallax, 0, 0)
        zoom = float(now.matrix(self._parallax)[0, 0])
        x = ((np.arange(width, dtype=np.float32) * 2 - shift) / zoom / self._shot.width)[None, :]
        t, p = now.t * self._rate, self._phase
        middle = (
            self._base
            + self._slope * (x - 0.5)
            + self._amplitude * (np.sin(5.2 * x + p[0] + t) + 0.45 * np.sin(9.7 * x + p[1] - 1.3 * t))
        )
        twist = np.sin(6.4 * x + p[2] + 0.9 * t)
        half = self._wide * (0.16 + 0.84 * np.abs(twist))
        upper, lower = ((middle - half) * zoom + lift) / 2, ((middle + half) * zoom + lift) / 2
        y0, y1 = max(0, int(upper.min()) - 2), min(height, int(lower.max()) + 3)
        if y1 <= y0:
            return
        y = np.arange(y0, y1, dtype=np.float32)[:, None]
        # the distance to a steep edge is shorter than the way up or down to it
        steep = [np.hypot(1, np.gradient(line[0]))[None, :] for line in (upper, lower)]
        cover = np.clip((y - upper) / steep[0] + 0.5, 0, 1) * np.clip((lower - y) / steep[1] + 0.5, 0, 1)
        share = np.clip((y - upper) / np.maximum(lower - upper, 1), 0, 1)
        share = np.where(twist > 0, share, 1 - share)
        folds = 0.5 + 0.5 * np.cos(7 * share + 9 * x + p[3] + t)
        light = np.clip(0.18 + 0.5 * share * (0.35 + 0.65 * np.abs(twist)) + 0.28 * folds, 0, 1)
        gleam = np.exp(-(((share - 0.86) / 0.05) ** 2)) * 0.5
        alpha = cover * self._opacity
        picture = np.empty((*cover.shape, 4), np.float32)
        for channel in range(3):
            picture[..., channel] = (
                self._shade[channel] + (self._light[channel] - self._shade[channel]) * light + gleam
            ) * alpha
        picture[..., 3] = alpha
        rows = canvas[y0 * 2 : y1 * 2]
        over(rows, cv2.resize(picture, (canvas.shape[1], rows.shape[0]), interpolation=cv2.INTER_LINEAR))
