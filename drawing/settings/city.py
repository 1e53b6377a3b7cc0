"""The city: skylines in depth with lit windows, a river that mirrors them, stars and bokeh."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Motes, mist
from drawing.canvas import Layer, Motion, Plate, Shot, plate_pixels
from drawing.heaven import Stars, backdrop, drifting_clouds, luminary
from drawing.light import Colour, bgr, mix
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.water import Water


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    horizon = easel.between(0.68, 0.76)
    shot = easel.shot((easel.side(), horizon - easel.between(0.2, 0.42)))
    row = horizon * easel.height
    layers: list[Layer] = [backdrop(shot, horizon=row, clouds=easel.between(0.3, 0.7), rng=rng)]
    if tones.dark:
        layers.append(Stars(shot, rng, count=110, lowest=row * 0.7, colour=tones.sun))
    layers += luminary(shot, radius=easel.unit * easel.between(0.05, 0.08))
    layers.append(drifting_clouds(shot, rng, horizon=row, amount=0.4))
    night = 1.0 if tones.dark else 0.35
    layers += skyline(easel, shot, foot=horizon, tallest=0.46, far=0.78, parallax=0.14, lamps=night * 0.5)
    layers.append(
        mist(
            shot,
            rng,
            y=row - 0.06 * easel.height,
            thickness=0.16 * easel.height,
            density=0.6,
            parallax=0.18,
            speed=8,
        )
    )
    layers += skyline(easel, shot, foot=horizon, tallest=0.4, far=0.52, parallax=0.24, lamps=night * 0.8)
    layers += easel.word(shot, foot=horizon - 0.13, parallax=0.28, width=0.86)
    layers.append(mist(shot, rng, y=row, thickness=0.1 * easel.height, density=0.5, parallax=0.28, speed=-9))
    layers += skyline(easel, shot, foot=horizon + 0.01, tallest=0.2, far=0.2, parallax=0.36, lamps=night)
    layers.append(
        Water(
            shot,
            rng,
            horizon=row + 0.01 * easel.height,
            parallax=0.36,
            colour=mix(tones.shade, tones.top, 0.2),
            calm=0.6,
            mirror=0.85,
            glitter=0.5,
        )
    )
    layers += easel.hero(shot, x=0.5, y=0.94, height=0.42, parallax=0.85, ground="gloss")
    layers.append(
        Motes(
            shot,
            rng,
            count=26,
            radius=(9, 34),
            drift=(5, -2),
            colours=tones.accent,
            strength=0.3 * (0.5 + night / 2),
            area=(0.62, 1.2),
            ring=True,
            blur=1.2,
            parallax=(0.6, 1.0),
        )
    )
    return easel.stage(shot, layers, eye=horizon, bloom=0.8)


def skyline(
    easel: Easel, shot: Shot, *, foot: float, tallest: float, far: float, parallax: float, lamps: float
) -> list[Layer]:
    """A row of buildings standing on ``foot``, with a second plate of windows that go on and off."""
    rng, tones = easel.rng, easel.tones
    base = foot * easel.height
    top = base - tallest * easel.height * 1.12
    height, width = int(base - top) + 4, shot.span[1]
    alpha = np.zeros((height, width), np.float32)
    front = np.zeros((height, width, 3), np.float32)
    steady, flicker = (np.zeros((height, width, 3), np.float32) for _ in range(2))
    body = tones.distance(far)
    warm = mix(tones.low, bgr(0.5, 0.85, 1.0), 0.5)
    crowd = noise.profile(width, rng, cells=4, octaves=3)
    x, near = 0, 1 - far
    while x < width:
        wide = int(easel.unit * easel.between(0.045, 0.12) * (0.65 + 0.6 * near))
        tall = (
            tallest * easel.height * (0.3 + 0.7 * float(crowd[min(x, width - 1)])) * easel.between(0.5, 1.0)
        )
        roof = max(2, int(height - tall))
        _tower(easel, front, alpha, x, min(x + wide, width), roof, body)
        _windows(easel, steady, flicker, x, min(x + wide, width), roof, lamps, near, warm)
        x += wide + int(easel.unit * easel.between(-0.012, 0.012))
    depth = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 1.6
    front = front * (1 - 0.7 * depth * far) + tones.fog * 0.7 * depth * far
    lit = np.clip(front + steady * alpha[..., None], 0, 1)
    twinkle = np.dstack([flicker * alpha[..., None], np.zeros((height, width), np.float32)])
    pulse = lambda t: Motion(opacity=0.55 + 0.45 * float(np.sin(1.1 * t + 9 * far)))  # noqa: E731
    return [
        Plate(plate_pixels(lit, alpha), shot.left, top, parallax),
        Plate(
            (np.clip(twinkle, 0, 1) * 255).astype(np.uint8), shot.left, top, parallax, motion=pulse, add=True
        ),
    ]


def _tower(
    easel: Easel, front: np.ndarray, alpha: np.ndarray, left: int, right: int, roof: int, body: Colour
) -> None:
    tones = easel.tones
    shade = easel.between(0.82, 1.12)
    columns = np.linspace(0, 1, max(right - left, 1), dtype=np.float32)[None, :, None]
    picture = body * shade * (0.86 + 0.22 * columns)
    front[roof:, left:right] = picture
    alpha[roof:, left:right] = 1
    edge = max(1, int(easel.unit * 0.003))
    front[roof:, right - edge : right] += 0.18 * tones.low
    front[roof : roof + edge, left:right] += 0.22 * tones.low
    if easel.chance(0.3) and right - left > 8:
        inset, up = (right - left) // 4, int(easel.unit * easel.between(0.01, 0.05))
        start = max(roof - up, 0)
        front[start:roof, left + inset : right - inset] = body * shade
        alpha[start:roof, left + inset : right - inset] = 1
        mast = max(start - int(easel.unit * 0.05), 0)
        middle = (left + right) // 2
        alpha[mast:start, middle : middle + max(1, edge // 2)] = 0.9
        front[mast:start, middle : middle + max(1, edge // 2)] = body


def _windows(
    easel: Easel,
    steady: np.ndarray,
    flicker: np.ndarray,
    left: int,
    right: int,
    roof: int,
    lamps: float,
    near: float,
    warm: Colour,
) -> None:
    rng, tones = easel.rng, easel.tones
    cell_x = max(4, int(easel.unit * (0.009 + 0.008 * near)))
    cell_y = max(5, int(easel.unit * (0.013 + 0.01 * near)))
    hue = tones.accent[int(rng.integers(len(tones.accent)))] if easel.chance(0.3) else warm
    share = easel.between(0.12, 0.5)
    for y in range(roof + cell_y, steady.shape[0] - cell_y, cell_y):
        for x in range(left + cell_x // 2 + 1, right - cell_x, cell_x):
            dice = rng.random()
            if dice < share:
                target = flicker if dice < share * 0.13 else steady
                cv2.rectangle(
                    target,
                    (x, y),
                    (x + cell_x // 2, y + cell_y // 2),
                    tuple(float(c * lamps * rng.uniform(0.35, 1)) for c in hue),
                    -1,
                )
