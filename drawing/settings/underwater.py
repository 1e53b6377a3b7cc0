"""Under water: light from above, caustics, kelp that sways, a school of fish, bubbles."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Motes, mist
from drawing.canvas import Layer, Moment, Motion, Plate, Shot, over, plate_pixels
from drawing.heaven import shafts
from drawing.light import bgr, mix, relight, tint
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import land, line_of


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    shot = easel.shot((easel.between(0.3, 0.7), -0.12))
    aqua = tint(relight(bgr(0.75, 0.55, 0.1), 0.62), tones.brand[0], 0.4)
    layers: list[Layer] = [_depths(easel, shot, aqua)]
    layers += shafts(shot, rng, strength=0.55, parallax=0.15, reach=2.6)
    width = shot.span[1]
    layers += easel.word(shot, foot=0.56, parallax=0.3, colour=relight(aqua, 0.96, 0.4))
    for index, far in enumerate((0.75, 0.48, 0.2)):
        line = line_of(
            shot, noise.profile(width, rng, cells=4 + index, octaves=6), base=0.86 + 0.09 * index, rise=0.2
        )
        colour = mix(relight(aqua, 0.1), relight(aqua, 0.5), far)
        layers += _kelp(easel, shot, 0.9 + 0.09 * index, colour, 0.2 + 0.28 * index, count=(16, 11, 6)[index])
        layers.append(
            land(
                shot,
                line,
                parallax=0.2 + 0.28 * index,
                colour=mix(colour, aqua, 0.2),
                foot=colour * 0.75,
                rim=0.25,
                rng=rng,
                texture=0.3,
            )
        )
        layers.append(
            mist(
                shot,
                rng,
                y=(0.8 + 0.08 * index) * easel.height,
                thickness=0.14 * easel.height,
                density=0.4,
                parallax=0.3 + 0.25 * index,
                speed=8,
                colour=relight(aqua, 0.55),
            )
        )
        if index == 0:
            layers.append(School(easel, shot, relight(aqua, 0.2), count=26, parallax=0.3))
        if index == 1:
            layers += easel.hero(shot, x=0.5, y=0.8, height=0.46, parallax=0.55, ground="air")
    layers.append(School(easel, shot, easel.tones.accent[-1], count=9, parallax=0.7, size=1.7))
    bubbles = (relight(aqua, 0.9, 0.5),)
    layers.append(
        Motes(
            shot,
            rng,
            count=34,
            radius=(2, 9),
            drift=(3, -55),
            colours=bubbles,
            strength=0.42,
            ring=True,
            area=(-0.1, 1.1),
            wander=10,
        )
    )
    layers.append(
        Motes(shot, rng, count=90, radius=(0.7, 2.0), drift=(5, 6), colours=bubbles, strength=0.45, wander=22)
    )
    return easel.stage(shot, layers, eye=0.55, bloom=0.6)


def _depths(easel: Easel, shot: Shot, aqua: np.ndarray) -> Plate:
    height, width = (side // 3 + 2 for side in shot.span)
    y = ((shot.upper + 3 * np.arange(height, dtype=np.float32)) / shot.height)[:, None]
    x = ((shot.left + 3 * np.arange(width, dtype=np.float32)) - shot.sun[0])[None, :] / shot.unit
    glow = np.exp(-((x / 0.75) ** 2) - np.maximum(y, 0) * 2.1)[..., None]
    share = np.clip(y, 0, 1)[..., None]
    deep = relight(mix(aqua, easel.tones.brand[0], 0.35), 0.2)
    picture = relight(aqua, 0.58) * (1 - share) + deep * share
    picture = picture * (1 - 0.8 * glow) + relight(aqua, 0.93, 0.7) * 0.8 * glow
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = picture + 0.05 * (
        noise.fractal(height, width, easel.rng, cells=(3, 4), octaves=4)[..., None] - 0.5
    )
    return Plate(pixels, shot.left, shot.upper, 0.06, scale=3)


def _kelp(
    easel: Easel, shot: Shot, foot: float, colour: np.ndarray, parallax: float, *, count: int
) -> list[Layer]:
    """Each ribbon sways about its root, out of step with the rest."""
    layers: list[Layer] = []
    for index in range(count):
        long = easel.unit * easel.between(0.25, 0.62)
        wide = int(easel.unit * 0.16)
        mask = np.zeros((int(long) + 4, wide), np.uint8)
        share = np.linspace(0, 1, 40)
        middle = wide / 2 + wide * 0.2 * np.sin(share * easel.between(5, 9) + index) * share
        half = (
            easel.unit
            * 0.013
            * (np.sin(np.pi * share) ** 0.6 + 0.1)
            * (1 + 0.35 * np.sin(share * 42 + index))
        )
        rows = long - share * long + 2
        outline = np.concatenate(
            [np.stack([middle - half, rows], 1), np.stack([middle + half, rows], 1)[::-1]]
        )
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        light = np.linspace(1.5, 0.7, mask.shape[0], dtype=np.float32)[:, None, None] * colour
        place = easel.between(-0.15, 1.15)
        x = place * easel.width
        y = foot * easel.height
        pace, phase = easel.between(0.6, 1.0), easel.between(0, 6)
        sway = lambda t, pace=pace, phase=phase: Motion(  # noqa: E731
            shear=0.13 * np.sin(pace * t + phase), scale_x=1 + 0.1 * np.sin(1.7 * pace * t + phase)
        )
        layers.append(
            Plate(
                plate_pixels(light, mask.astype(np.float32) / 255),
                x - wide / 2,
                y - long,
                parallax,
                motion=sway,
                pivot=(x, y),
            )
        )
    return layers


class School:
    """Fish that swim together, tails beating."""

    def __init__(
        self, easel: Easel, shot: Shot, colour: np.ndarray, *, count: int, parallax: float, size: float = 1.0
    ) -> None:
        rng = easel.rng
        self._way = 1 if rng.random() < 0.5 else -1
        self._x = shot.width * (0.2 if self._way > 0 else 0.8) + rng.normal(0, 0.14 * shot.unit, count)
        self._y = shot.height * easel.between(0.3, 0.6) + rng.normal(0, 0.07 * shot.unit, count)
        self._size = rng.uniform(0.012, 0.022, count) * shot.unit * size
        self._phase = rng.uniform(0, 6.28, count)
        self._speed = self._way * shot.width * 0.055
        self._parallax, self._colour = parallax, np.append(colour, 1).astype(np.float32)

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        mask = np.zeros(canvas.shape[:2], np.uint8)
        for x, y, size, phase in zip(self._x, self._y, self._size, self._phase, strict=True):
            px, py = now.project(
                self._parallax,
                x + self._speed * now.t + 0.6 * size * np.sin(now.t + phase),
                y + 0.5 * size * np.sin(0.8 * now.t + phase),
            )
            beat = 0.3 * np.sin(7 * now.t + phase)
            half = np.array(
                [
                    [1, 0],
                    [0.55, 0.26],
                    [0, 0.34],
                    [-0.6, 0.1],
                    [-1.05, 0.34 + beat],
                    [-0.92, 0.05 + beat * 0.6],
                    [-1.05, -0.3 + beat],
                    [-0.6, -0.08],
                    [0, -0.3],
                    [0.55, -0.24],
                ]
            )
            cv2.fillPoly(
                mask,
                [np.round((half * (self._way * size, size) + (px, py)) * 16).astype(np.int32)],
                255,
                cv2.LINE_AA,
                4,
            )
        rows = np.flatnonzero(mask.any(axis=1))
        if rows.size:
            y0, y1 = int(rows[0]), int(rows[-1]) + 1
            over(
                canvas[y0:y1],
                cv2.merge([mask[y0:y1]] * 4).astype(np.float32) * (self._colour * np.float32(0.85 / 255)),
            )
