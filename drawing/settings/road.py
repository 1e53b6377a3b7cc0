"""The road: a lane to the horizon with markings that run towards the lens, and hills."""

import math

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Birds, Motes, mist
from drawing.canvas import Layer, Moment, Shot
from drawing.heaven import Stars, backdrop, drifting_clouds, luminary, shafts
from drawing.light import bgr, mix
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import land, line_of, massif, pines


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    horizon = easel.between(0.54, 0.62)
    shot = easel.shot((easel.between(0.38, 0.62), horizon - easel.between(0.06, 0.22)))
    row, width = horizon * easel.height, shot.span[1]
    layers: list[Layer] = [backdrop(shot, horizon=row, clouds=easel.between(0.4, 0.9), rng=rng)]
    if tones.dark:
        layers.append(Stars(shot, rng, count=170, lowest=row, colour=tones.sun))
    layers += luminary(shot, radius=easel.unit * easel.between(0.06, 0.1))
    layers.append(drifting_clouds(shot, rng, horizon=row, amount=0.5, speed=10))
    layers += shafts(shot, rng, strength=0.2, parallax=0.06)
    line = line_of(shot, noise.peaks(width, rng, cells=4.5), base=horizon + 0.02, rise=0.2)
    warm = mix(tones.low, tones.sun, 0.4)
    layers.append(
        massif(
            shot,
            line,
            parallax=0.1,
            lit=mix(tones.fog, warm, 0.4),
            dark=tones.distance(0.6),
            foot=tones.fog,
            snow=0.25,
            rng=rng,
        )
    )
    layers += easel.word(shot, foot=horizon + 0.005, parallax=0.14)
    hill = line_of(shot, noise.profile(width, rng, cells=4, octaves=4), base=horizon + 0.02, rise=0.06)
    trees = pines(shot, hill, rng, size=easel.unit * 0.05, density=1.2)
    layers.append(
        land(
            shot,
            hill,
            parallax=0.18,
            colour=tones.distance(0.5),
            foot=tones.fog,
            rim=0.3,
            rng=rng,
            fade=0.08,
            trees=trees,
        )
    )
    layers.append(mist(shot, rng, y=row, thickness=0.04 * easel.height, density=0.6, parallax=0.18, speed=8))
    layers.append(Lane(easel, shot, row))
    layers.append(Birds(shot, rng, y=easel.height * 0.2, colour=tones.shade))
    layers += easel.hero(shot, x=0.5, y=0.9, height=0.46, parallax=0.6)
    layers.append(
        Motes(
            shot,
            rng,
            count=50,
            radius=(0.8, 2.4),
            drift=(0, 30),
            colours=(tones.sun, tones.accent[0]),
            strength=0.5,
            area=(0.5, 1.1),
        )
    )
    return easel.stage(shot, layers, eye=horizon, travel=0.7)


class Lane:
    """Ground and road in perspective: row depth is ``1 / (row - horizon)``, the surface runs to the lens."""

    def __init__(
        self, easel: Easel, shot: Shot, row: float, *, speed: float = 9.0, wet: bool = False
    ) -> None:
        tones, rng = easel.tones, easel.rng
        self._shot, self._row, self._speed, self._wet = shot, row, speed, wet
        self._grit = noise.tile(256, rng, slope=0.9)
        height = int(shot.height * 0.75)
        share = (np.arange(height, dtype=np.float32) + 1) / shot.height
        self._share = share[:, None]
        fade = np.exp(-share * 7)[:, None, None]
        ground = mix(tones.shade, tones.low, 0.22)
        self._ground = (ground * (1 - fade) + mix(tones.fog, tones.low, 0.4) * fade).astype(np.float32)
        tar = mix(tones.shade, bgr(0.3, 0.28, 0.27), 0.4)
        self._tar = (tar * (1 - fade) + mix(tones.fog, tones.low, 0.6) * fade).astype(np.float32)
        self._paint = (tones.accent[0] * (1 - fade * 0.6) + tones.fog * fade * 0.6).astype(np.float32)
        self._gleam = tones.sun
        x = np.arange(shot.width, dtype=np.float32)[None, :]
        self._x = (x - shot.width / 2) / shot.unit
        self._glow = np.exp(-(((x - shot.sun[0]) / (shot.unit * (0.1 + 0.6 * share[:, None]))) ** 2))

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        shore = now.project(0.18, 0, self._row)[1]
        top = int(np.floor(shore))
        rows = min(canvas.shape[0] - top, self._share.shape[0])
        if rows < 2:
            return
        # the horizon moves by parts of a pixel, and the ground with it
        share = self._share[:rows] + (top - shore) / self._shot.height
        share = np.maximum(share, 1e-4)
        depth = 1 / (share + 0.006)
        bend = (
            0.05 * math.sin(0.35 * now.t) * (0.15 / (share + 0.15))
            + float(now.pose.x) * 0.4 / self._shot.unit
        )
        across = (self._x + bend * 0.6) / (share + 0.012)
        travel = now.t * self._speed
        along = depth + travel
        edge = 1.1 / np.maximum(self._shot.unit * (share + 0.012), 1)
        half = 0.95 if self._shot.width > self._shot.height else 0.62
        road = np.clip((half - np.abs(across)) / edge, 0, 1)
        soft = np.clip(0.10 * depth, 0.06, 1)
        dash = noise.smoothstep(0.5 - soft, 0.5 + soft, np.abs((along * 0.55) % 1 - 0.5) * 2) * (depth < 26)
        middle = np.clip((0.022 - np.abs(across)) / edge + 0.5, 0, 1) * dash
        border = np.clip((0.018 - np.abs(np.abs(across) - half * 0.9)) / edge + 0.5, 0, 1)
        lines = np.maximum(middle, border * 0.8)[..., None]
        u = np.mod(across * 40, 256).astype(np.float32)
        v = np.broadcast_to(np.mod(along * 26, 256), u.shape).astype(np.float32)
        grit = cv2.remap(self._grit, np.minimum(u, 254.99), np.minimum(v, 254.99), cv2.INTER_LINEAR)
        grit *= np.clip(share * 3.2, 0, 1) * 0.045
        mask = road[..., None]
        picture = (
            self._ground[:rows] * (1 + 2.4 * grit[..., None]) * (1 - mask)
            + self._tar[:rows] * (1 + grit[..., None]) * mask
        )
        picture = picture * (1 - lines * 0.85) + self._paint[:rows] * lines * 0.85
        sheen = (self._glow[:rows] * np.exp(-share * 3.0) * (0.45 + 2 * grit) * (0.5 + 0.5 * road))[..., None]
        picture = picture + sheen * self._gleam * 0.7
        seam = canvas[top, :, :3].copy()
        canvas[top : top + rows, :, :3] = picture
        canvas[top, :, :3] += (seam - canvas[top, :, :3]) * (shore - top)
