"""Mountains: a lit massif behind ridges of forest, mist in the valleys, sometimes a lake."""

import numpy as np

from drawing import noise
from drawing.atmosphere import Birds, Motes, mist
from drawing.canvas import Layer
from drawing.heaven import Stars, backdrop, drifting_clouds, luminary, shafts
from drawing.light import mix
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import land, line_of, massif, pines
from drawing.water import Water


def paint(easel: Easel) -> Stage:
    lake = easel.scene.subject is None and easel.chance(0.5)
    horizon = easel.between(0.58, 0.66) if not easel.tall else easel.between(0.56, 0.64)
    shot = easel.shot((easel.side(), horizon - easel.between(0.3, 0.42)))
    tones, rng = easel.tones, easel.rng
    layers: list[Layer] = [
        backdrop(shot, horizon=horizon * easel.height, clouds=easel.between(0.35, 0.75), rng=rng)
    ]
    if tones.dark:
        layers.append(
            Stars(shot, rng, count=170, lowest=horizon * easel.height, colour=mix(tones.sun, tones.low, 0.2))
        )
    layers += luminary(shot, radius=easel.unit * easel.between(0.035, 0.06))
    layers.append(drifting_clouds(shot, rng, horizon=horizon * easel.height, amount=0.4))
    layers += _far(easel, shot, horizon)
    layers += easel.word(shot, foot=horizon - 0.02, parallax=0.3)
    layers += _near(easel, shot, horizon, lake)
    return easel.stage(shot, layers, eye=horizon)


def _far(easel: Easel, shot, horizon: float) -> list[Layer]:
    tones, rng = easel.tones, easel.rng
    _, width = shot.span
    rise = easel.between(0.26, 0.36) * (0.8 if easel.tall else 1.0)
    far_line = line_of(
        shot, noise.peaks(width, rng, cells=easel.between(4, 7)), base=horizon - 0.05, rise=rise * 0.75
    )
    main_line = line_of(
        shot, noise.peaks(width, rng, cells=easel.between(2.4, 4.5)), base=horizon + 0.02, rise=rise
    )
    warm = mix(tones.low, tones.sun, 0.45)
    snow = 0.75 if easel.scene.weather == "snow" else easel.between(0.3, 0.5)
    layers: list[Layer] = [
        massif(
            shot,
            far_line,
            parallax=0.12,
            lit=mix(tones.fog, warm, 0.4),
            dark=mix(tones.distance(0.72), tones.top, 0.3),
            foot=tones.fog,
            snow=snow * 0.8,
            rng=rng,
        ),
        mist(
            shot,
            rng,
            y=(horizon - 0.07) * easel.height,
            thickness=0.1 * easel.height,
            density=0.6,
            parallax=0.16,
            speed=7,
        ),
        massif(
            shot,
            main_line,
            parallax=0.2,
            lit=mix(tones.distance(0.6), warm, 0.5),
            dark=mix(tones.distance(0.45), tones.top, 0.2),
            foot=tones.fog,
            snow=snow,
            rng=rng,
        ),
    ]
    layers += shafts(shot, rng, strength=0.3 if not tones.dark else 0.14)
    layers.append(
        mist(
            shot,
            rng,
            y=horizon * easel.height,
            thickness=0.09 * easel.height,
            density=0.75,
            parallax=0.26,
            speed=-9,
        )
    )
    return layers


def _near(easel: Easel, shot, horizon: float, lake: bool) -> list[Layer]:
    tones, rng = easel.tones, easel.rng
    _, width = shot.span
    layers: list[Layer] = []
    span = 1.0 - horizon
    steps = (
        ((0.03, 0.42, 0.05, 0.05), (0.18 if lake else 0.32, 0.26, 0.09, 0.1))
        if not lake
        else ((0.03, 0.42, 0.04, 0.06),)
    )
    for drop, far, rise, size in steps:
        line = line_of(
            shot,
            noise.profile(width, rng, cells=5, octaves=5),
            base=horizon + drop * span + rise * 0.6,
            rise=rise * 1.3,
        )
        trees = pines(shot, line, rng, size=size * easel.unit, density=1.5 if far > 0.3 else 1.1)
        layers.append(
            land(
                shot,
                line,
                parallax=1 - far * 1.5,
                colour=tones.distance(far),
                foot=mix(tones.distance(far), tones.fog, 0.75),
                rim=0.18,
                rng=rng,
                fade=0.16,
                trees=trees,
            )
        )
        layers.append(
            mist(
                shot,
                rng,
                y=(horizon + (drop + 0.22) * span) * easel.height,
                thickness=0.08 * easel.height,
                density=0.5,
                parallax=1 - far * 1.4,
                speed=12,
            )
        )
    if lake:
        layers.append(
            Water(
                shot,
                rng,
                horizon=(horizon + 0.16 * span + 0.02) * easel.height,
                parallax=0.42,
                colour=mix(tones.shade, tones.top, 0.4),
                calm=0.86,
                glitter=0.5,
            )
        )
        layers.append(
            mist(
                shot,
                rng,
                y=(horizon + 0.2 * span) * easel.height,
                thickness=0.05 * easel.height,
                density=0.5,
                parallax=0.45,
                speed=10,
            )
        )
    layers.append(Birds(shot, rng, y=easel.height * easel.between(0.2, 0.34), colour=tones.shade))
    layers += _ledge(easel, shot)
    layers.append(
        Motes(
            shot,
            rng,
            count=46,
            radius=(0.9, 3.0),
            drift=(9, -6),
            colours=(mix(tones.sun, tones.accent[0], 0.3),),
            strength=0.5,
            area=(0.35, 1.1),
        )
    )
    return layers


def _ledge(easel: Easel, shot) -> list[Layer]:
    """The nearest ground: a dark slope from one side, where a subject stands."""
    tones, rng = easel.tones, easel.rng
    _, width = shot.span
    share = np.linspace(0, 1, width)
    subject = easel.scene.subject is not None
    side = easel.chance(0.5)
    slope = share if side else 1 - share
    x = 0.5 if easel.tall else (0.66 if side else 0.34)
    fall = slope**1.6 * 0.2 + 0.05 * noise.profile(width, rng, cells=6, octaves=6)
    if subject:
        bump = np.exp(-(((share * 1.34 - 0.17 - x) / 0.24) ** 4))
        fall = np.maximum(fall * (1 - bump), 0) + bump * (
            0.15 + 0.006 * noise.profile(width, rng, cells=30, octaves=5)
        )
    line = line_of(shot, fall.astype(np.float32), base=1.02, rise=1.0)
    trees = None if subject else pines(shot, line, rng, size=easel.unit * 0.3, density=0.5, clumps=3)
    dark = tones.shade * 0.75
    ledge = land(
        shot,
        line,
        parallax=0.92,
        colour=mix(dark, tones.low, 0.12),
        foot=dark * 0.6,
        rim=0.5 if subject else 0.3,
        rng=rng,
        fade=0.12,
        texture=0.2,
        trees=trees,
    )
    return [ledge, *easel.hero(shot, x=x, y=0.885, height=0.44, parallax=0.92)]
