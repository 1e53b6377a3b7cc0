"""The meadow: rolling hills, tall grass and flowers that sway, pollen in the light."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Birds, Motes, mist
from drawing.canvas import Layer, Motion, Plate, Shot, plate_pixels
from drawing.heaven import Stars, backdrop, drifting_clouds, luminary, shafts
from drawing.light import bgr, mix, tint
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import grass, land, line_of, pines


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    horizon = easel.between(0.56, 0.66)
    shot = easel.shot((easel.side(), horizon - easel.between(0.1, 0.32)))
    row, width = horizon * easel.height, shot.span[1]
    layers: list[Layer] = [backdrop(shot, horizon=row, clouds=easel.between(0.4, 0.8), rng=rng)]
    if tones.dark:
        layers.append(Stars(shot, rng, count=160, lowest=row, colour=tones.sun))
    layers += luminary(shot, radius=easel.unit * easel.between(0.04, 0.07))
    layers.append(drifting_clouds(shot, rng, horizon=row, amount=0.5))
    layers += shafts(shot, rng, strength=0.2, parallax=0.08)
    green = mix(tones.shade, bgr(0.22, 0.55, 0.36), 0.45 if not tones.dark else 0.2)
    for index, far in enumerate((0.72, 0.5, 0.3)):
        line = line_of(
            shot,
            noise.profile(width, rng, cells=2.6 + index, octaves=3),
            base=horizon + 0.03 + 0.07 * index,
            rise=0.1,
        )
        trees = (
            pines(shot, line, rng, size=easel.unit * (0.035 + 0.02 * index), density=0.5, clumps=6)
            if index < 2
            else None
        )
        colour = mix(mix(green, tones.low, 0.25), tones.fog, far)
        layers.append(
            land(
                shot,
                line,
                parallax=0.14 + 0.16 * index,
                colour=colour,
                foot=mix(colour, tones.fog, 0.4),
                rim=0.35,
                rng=rng,
                fade=0.14,
                texture=0.12,
                trees=trees,
            )
        )
        layers.append(
            mist(
                shot,
                rng,
                y=(horizon + 0.06 + 0.07 * index) * easel.height,
                thickness=0.05 * easel.height,
                density=0.4,
                parallax=0.2 + 0.16 * index,
                speed=9,
            )
        )
        if index == 0:
            layers += easel.word(shot, foot=horizon + 0.035, parallax=0.22)
    layers.append(Birds(shot, rng, y=easel.height * 0.25, colour=tones.shade))
    layers += _blades(easel, shot, horizon, green)
    pollen = (tones.sun, tones.accent[0])
    layers.append(
        Motes(
            shot,
            rng,
            count=80,
            radius=(1.0, 3.2),
            drift=(14, -8),
            colours=pollen,
            strength=0.7,
            area=(0.4, 1.1),
            wander=24,
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=10,
            radius=(14, 42),
            drift=(9, -5),
            colours=pollen,
            strength=0.18,
            blur=4,
            area=(0.5, 1.15),
        )
    )
    return easel.stage(shot, layers, eye=horizon)


def _blades(easel: Easel, shot: Shot, horizon: float, green: np.ndarray) -> list[Layer]:
    tones, rng = easel.tones, easel.rng
    layers: list[Layer] = []
    for index, (base, size) in enumerate(((0.86, 0.09), (0.99, 0.15), (1.13, 0.25))):
        line = line_of(shot, noise.profile(shot.span[1], rng, cells=4, octaves=4), base=base, rise=0.05)
        cover = grass(shot, line, rng, size=size * easel.unit, count=(1300, 900, 420)[index])
        colour = mix(mix(green, tones.low, (0.3, 0.14, 0.0)[index]), tones.shade, (0.0, 0.25, 0.8)[index])
        ground = np.maximum(
            cover,
            np.clip(np.arange(shot.span[0])[:, None] - (line - shot.upper)[None], 0, 1).astype(np.float32),
        )
        reach = np.clip(
            ((line - shot.upper)[None] - np.arange(shot.span[0])[:, None]) / (size * easel.unit), 0, 1
        )[..., None]
        picture = colour * (0.62 + 0.38 * reach) + 0.3 * reach**1.5 * tones.sun * (1, 0.7, 0.25)[index]
        petals = _flowers(easel, shot, line, size, (70, 44, 14)[index])
        petals[..., :3] *= 0.62 if tones.dark else 1.0
        picture = picture * (1 - petals[..., 3:]) + petals[..., :3]
        cover = np.maximum(ground, petals[..., 3])
        top = max(0, int((base - 0.08) * easel.height - shot.upper - size * easel.unit * 1.4))
        pixels = plate_pixels(picture[top:].astype(np.float32), cover[top:])
        sway = lambda t, index=index: Motion(  # noqa: E731
            shear=(0.016 + 0.01 * index) * np.sin(1.1 * t + 1.3 * index) + 0.008 * np.sin(2.3 * t + index)
        )
        layers.append(
            Plate(
                pixels,
                shot.left,
                shot.upper + top,
                0.6 + 0.2 * index,
                motion=sway,
                pivot=(shot.width / 2, base * shot.height),
            )
        )
        if index == 0:
            layers += easel.hero(shot, x=0.5, y=0.92, height=0.42, parallax=0.7)
    return layers


def _flowers(easel: Easel, shot: Shot, line: np.ndarray, size: float, count: int) -> np.ndarray:
    """Premultiplied flower heads over the span."""
    height, width = shot.span
    picture = np.zeros((height, width, 4), np.float32)
    for x in easel.rng.uniform(8, width - 8, count):
        radius = size * easel.unit * easel.between(0.05, 0.1)
        y = line[int(x)] - shot.upper - size * easel.unit * easel.between(0.2, 0.8)
        colour = tint(
            easel.tones.accent[int(easel.rng.integers(len(easel.tones.accent)))], easel.tones.sun, 0.1
        )
        for petal in range(5):
            angle = petal * 1.2566 + x
            place = (
                int((x + 0.7 * radius * np.cos(angle)) * 16),
                int((y + 0.5 * radius * np.sin(angle)) * 16),
            )
            shade = 0.82 + 0.18 * np.sin(angle)
            cv2.circle(
                picture,
                place,
                int(radius * 10),
                (*(float(c * shade) for c in colour), 1.0),
                -1,
                cv2.LINE_AA,
                4,
            )
        heart = tuple(float(c) for c in easel.tones.sun)
        cv2.circle(picture, (int(x * 16), int(y * 16)), int(radius * 6), (*heart, 1.0), -1, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(picture, (0, 0), 0.6)
