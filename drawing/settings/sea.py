"""The sea: a wide sky mirrored in waves, the sun's path, far headlands, birds; boats where asked."""

from drawing import noise
from drawing.atmosphere import Birds, Motes, mist
from drawing.canvas import Layer
from drawing.heaven import Stars, backdrop, drifting_clouds, luminary, shafts
from drawing.light import mix
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import land, line_of
from drawing.water import Water


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    horizon = easel.between(0.52, 0.62)
    shot = easel.shot((easel.side(), horizon - easel.between(0.09, 0.26)))
    row = horizon * easel.height
    layers: list[Layer] = [backdrop(shot, horizon=row, clouds=easel.between(0.5, 0.9), rng=rng)]
    if tones.dark:
        layers.append(Stars(shot, rng, count=200, lowest=row, colour=mix(tones.sun, tones.low, 0.2)))
    layers += luminary(shot, radius=easel.unit * easel.between(0.06, 0.1))
    layers.append(drifting_clouds(shot, rng, horizon=row, amount=0.55, speed=9))
    layers += shafts(shot, rng, strength=0.22, parallax=0.08)
    layers += easel.word(shot, foot=horizon - 0.035, parallax=0.16)
    width = shot.span[1]
    for index, far in enumerate((0.8, 0.62)):
        shape = noise.profile(width, rng, cells=3.2, octaves=6)
        bank = line_of(shot, noise.smoothstep(0.5, 1.0, shape), base=horizon + 0.01, rise=0.1 - 0.02 * index)
        layers.append(
            land(
                shot,
                bank,
                parallax=0.12 + 0.04 * index,
                colour=tones.distance(far),
                foot=tones.fog,
                rim=0.3,
                rng=rng,
            )
        )
    layers.append(mist(shot, rng, y=row, thickness=0.05 * easel.height, density=0.7, parallax=0.16, speed=8))
    layers.append(Birds(shot, rng, y=easel.height * easel.between(0.22, 0.36), colour=tones.shade, count=9))
    deep = mix(tones.shade, tones.brand[0], 0.3)
    layers.append(
        Water(shot, rng, horizon=row, parallax=0.18, colour=deep, calm=0.25, mirror=0.8, glitter=1.0)
    )
    layers += easel.hero(shot, x=0.5, y=horizon + 0.2, height=0.5, parallax=0.6, ground="water")
    layers.append(
        mist(
            shot,
            rng,
            y=row + 0.12 * easel.height,
            thickness=0.07 * easel.height,
            density=0.25,
            parallax=0.5,
            speed=-12,
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=30,
            radius=(6, 24),
            drift=(10, -4),
            colours=(tones.accent[0], tones.sun),
            strength=0.16,
            area=(0.45, 1.15),
            blur=2,
            ring=True,
        )
    )
    return easel.stage(shot, layers, eye=horizon)
