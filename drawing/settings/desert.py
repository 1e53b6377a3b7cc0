"""The desert: dunes with knife-edge crests, heat haze, blowing sand, a huge low sun."""

import numpy as np

from drawing import noise
from drawing.atmosphere import Birds, Motes, mist
from drawing.canvas import Layer, Plate, Shot, plate_pixels
from drawing.heaven import Stars, backdrop, drifting_clouds, luminary
from drawing.light import mix, tint
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import below, line_of, massif


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    horizon = easel.between(0.54, 0.64)
    shot = easel.shot((easel.side(), horizon - easel.between(0.08, 0.24)))
    row = horizon * easel.height
    layers: list[Layer] = [backdrop(shot, horizon=row, clouds=easel.between(0.1, 0.5), rng=rng)]
    if tones.dark:
        layers.append(Stars(shot, rng, count=240, lowest=row, colour=tones.sun))
    layers += luminary(shot, radius=easel.unit * easel.between(0.09, 0.14))
    layers.append(drifting_clouds(shot, rng, horizon=row, amount=0.3))
    width = shot.span[1]
    far = line_of(
        shot,
        noise.smoothstep(0.35, 0.6, noise.profile(width, rng, cells=4, octaves=6)),
        base=horizon + 0.01,
        rise=0.09,
    )
    layers.append(
        massif(
            shot,
            far,
            parallax=0.12,
            lit=mix(tones.fog, tones.low, 0.4),
            dark=tones.distance(0.7),
            foot=tones.fog,
            snow=0,
            rng=rng,
        )
    )
    layers.append(
        mist(
            shot,
            rng,
            y=row,
            thickness=0.07 * easel.height,
            density=0.8,
            parallax=0.14,
            speed=8,
            colour=mix(tones.fog, tones.low, 0.5),
        )
    )
    layers += easel.word(shot, foot=horizon + 0.02, parallax=0.2)
    for index, distance in enumerate((0.6, 0.38, 0.18, 0.04)):
        base = horizon + 0.05 + 0.11 * index
        layers.append(_dune(easel, shot, base, distance, 0.18 + 0.22 * index))
        layers.append(
            mist(
                shot,
                rng,
                y=(base + 0.02) * easel.height,
                thickness=0.06 * easel.height,
                density=0.34,
                parallax=0.2 + 0.22 * index,
                speed=26,
                colour=mix(tones.fog, tones.low, 0.5),
            )
        )
        if index == 2:
            layers += easel.hero(shot, x=0.5, y=base + 0.1, height=0.42, parallax=0.65)
    layers.append(Birds(shot, rng, y=easel.height * 0.22, colour=tones.shade, count=4))
    layers.append(
        Motes(
            shot,
            rng,
            count=110,
            radius=(0.7, 2.0),
            drift=(90, -6),
            colours=(mix(tones.low, tones.sun, 0.5),),
            strength=0.6,
            area=(0.5, 1.1),
        )
    )
    return easel.stage(shot, layers, eye=horizon)


def _dune(easel: Easel, shot: Shot, base: float, far: float, parallax: float) -> Plate:
    """A dune whose crest line parts a lit slope from a shaded one, with wind ripples."""
    tones, rng = easel.tones, easel.rng
    width = shot.span[1]
    crest = noise.profile(width, rng, cells=easel.between(1.4, 2.6), octaves=3, gain=0.3) ** 1.5
    line = line_of(shot, crest, base=base + 0.02, rise=0.13)
    top = int(line.min()) - 3
    height = shot.upper + shot.span[0] - top
    local = (line - top).astype(np.float32)
    depth = np.maximum(np.arange(height, dtype=np.float32)[:, None] - local[None], 0)
    sand = tint(mix(tones.low, tones.fog, 0.3), tones.brand[0], 0.12)
    bright = mix(mix(tones.shade, sand, 0.88 if not tones.dark else 0.55), tones.fog, far * 0.6)
    dark = mix(mix(tones.shade, sand, 0.3 if not tones.dark else 0.14), tones.fog, far * 0.75)
    fold = noise.profile(width, rng, cells=3.5, octaves=3)
    edge = depth - (0.03 + 0.3 * fold[None]) * easel.height * 0.5
    wobble = noise.fractal(height, width, rng, cells=(5, 6), octaves=3) - 0.5
    side = 1 if shot.sun[0] > shot.width / 2 else -1
    slope = np.tanh(-np.gradient(local)[None] * side * 5)
    lit = np.clip(
        noise.smoothstep(-0.03, 0.05, -slope * 0.12 + (edge + wobble * 60) / easel.height) * 0.75
        + 0.25 * slope,
        0.04,
        1,
    )
    ripple = np.sin(depth * (42 / easel.unit) * (2.2 - far) + wobble * 22) * 0.035 * (1 - far)
    picture = dark * (1 - lit[..., None]) + bright * lit[..., None]
    picture = picture * (1 + ripple[..., None])
    picture = picture + 0.4 * np.exp(-depth / (0.004 * easel.unit))[..., None] * tones.sun * (
        0.6 if tones.dark else 1
    )
    return Plate(plate_pixels(picture, below(local, height)), shot.left, top, parallax)
