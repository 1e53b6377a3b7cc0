"""The beach: surf that runs up wet sand, palms in the wind, the sun over the water."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Birds, Motes, mist
from drawing.canvas import Layer, Motion, Plate, Shot, plate_pixels, veil_pixels
from drawing.heaven import Stars, backdrop, drifting_clouds, luminary, shafts
from drawing.light import bgr, mix, relight, tint
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import land, line_of
from drawing.water import Water


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    horizon = easel.between(0.46, 0.54)
    shot = easel.shot((easel.side(), horizon - easel.between(0.1, 0.26)))
    row, width = horizon * easel.height, shot.span[1]
    layers: list[Layer] = [backdrop(shot, horizon=row, clouds=easel.between(0.4, 0.8), rng=rng)]
    if tones.dark:
        layers.append(Stars(shot, rng, count=180, lowest=row, colour=tones.sun))
    layers += luminary(shot, radius=easel.unit * easel.between(0.06, 0.1))
    layers.append(drifting_clouds(shot, rng, horizon=row, amount=0.5))
    layers += shafts(shot, rng, strength=0.18, parallax=0.08)
    bank = line_of(
        shot,
        noise.smoothstep(0.5, 1.0, noise.profile(width, rng, cells=3, octaves=6)),
        base=horizon + 0.01,
        rise=0.08,
    )
    layers.append(
        land(shot, bank, parallax=0.14, colour=tones.distance(0.65), foot=tones.fog, rim=0.3, rng=rng)
    )
    layers += easel.word(shot, foot=horizon - 0.02, parallax=0.18)
    layers.append(Birds(shot, rng, y=easel.height * 0.2, colour=tones.shade))
    deep = relight(tint(tones.mid, tones.brand[0], 0.75), 0.24 if tones.dark else 0.5, 1.3)
    layers.append(
        Water(shot, rng, horizon=row, parallax=0.18, colour=deep, calm=0.4, mirror=0.5, glitter=0.9)
    )
    layers.append(mist(shot, rng, y=row, thickness=0.03 * easel.height, density=0.5, parallax=0.2, speed=8))
    layers += _surf(easel, shot, horizon)
    layers += easel.hero(shot, x=0.5, y=0.92, height=0.42, parallax=0.75)
    layers += _palm(easel, shot)
    layers.append(
        Motes(
            shot,
            rng,
            count=30,
            radius=(5, 22),
            drift=(9, -5),
            colours=(tones.sun, tones.accent[0]),
            strength=0.18,
            ring=True,
            blur=2,
            area=(0.4, 1.15),
        )
    )
    return easel.stage(shot, layers, eye=horizon)


def _surf(easel: Easel, shot: Shot, horizon: float) -> list[Layer]:
    """Sand, and sheets of foam that come and go out of step."""
    tones, rng = easel.tones, easel.rng
    width = shot.span[1]
    shape = noise.profile(width, rng, cells=3, octaves=3)
    sand = mix(
        tint(mix(tones.low, tones.fog, 0.4), tones.sun, 0.2), tones.shade, 0.62 if tones.dark else 0.16
    )
    line = line_of(shot, shape, base=horizon + 0.31, rise=0.06)
    layers: list[Layer] = [
        land(
            shot,
            line,
            parallax=0.6,
            colour=mix(sand, tones.mid, 0.35),
            foot=sand,
            rim=0.0,
            rng=rng,
            texture=0.1,
            fade=0.3,
        )
    ]
    for index in range(3):
        front = line_of(
            shot,
            shape * 0.9 + 0.25 * noise.profile(width, rng, cells=12, octaves=4),
            base=horizon + 0.345 - 0.03 * index,
            rise=0.06,
        )
        top = int(front.min() - 0.16 * easel.height)
        height = int(front.max() - top) + 6
        depth = (front - top)[None, :] - np.arange(height, dtype=np.float32)[:, None]
        lace = noise.fractal(height, width, rng, cells=(5, 24), octaves=5)
        edge = np.exp(-np.maximum(depth, 0) / (0.006 * easel.height)) + 0.6 * noise.smoothstep(
            0.55, 0.75, lace
        ) * np.exp(-np.maximum(depth, 0) / (0.05 * easel.height))
        alpha = np.clip(edge, 0, 1) * np.clip(depth + 0.5, 0, 1) * 0.85
        sheet = (
            0.55
            * np.exp(-np.maximum(depth, 0) / (0.06 * easel.height))
            * np.clip(depth + 0.5, 0, 1)
            * (1 - alpha)
        )
        foam = veil_pixels(mix(tones.fog, bgr(1, 1, 1), 0.3 if tones.dark else 0.75), alpha)
        foam += veil_pixels(mix(tones.mid, tones.low, 0.4), sheet)
        reach, phase = 0.026 * easel.height, 2.1 * index
        wash = lambda t, phase=phase, reach=reach: Motion(  # noqa: E731
            y=reach * np.sin(0.9 * t + phase),
            x=reach * 0.4 * np.sin(0.5 * t + phase),
            opacity=0.72 + 0.28 * np.cos(0.9 * t + phase),
        )
        layers.append(Plate((np.clip(foam, 0, 1) * 255).astype(np.uint8), shot.left, top, 0.6, motion=wash))
    return layers


def _palm(easel: Easel, shot: Shot) -> list[Layer]:
    """Fronds that hang in from an upper corner; on a tall picture the trunk too."""
    height, width = int(easel.height * 0.8), int(easel.unit * 1.0)
    mask = np.zeros((height, width), np.uint8)
    root = np.array([width * 0.42, height * 0.24])
    for angle in np.linspace(-0.5, 3.7, 11) + easel.rng.normal(0, 0.12, 11):
        _frond(easel, mask, root, float(angle), easel.unit * easel.between(0.3, 0.44))
    share = np.linspace(0, 1, 20)
    middle = root[0] - easel.unit * 0.16 * share**1.5
    half = easel.unit * (0.012 + 0.012 * share)
    rows = root[1] + share * (height - root[1])
    trunk = np.concatenate([np.stack([middle - half, rows], 1), np.stack([middle + half, rows], 1)[::-1]])
    cv2.fillPoly(mask, [np.round(trunk * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    alpha = mask.astype(np.float32) / 255
    left = shot.sun[0] > shot.width / 2
    if not left:
        alpha = alpha[:, ::-1]
    x = -0.3 * easel.unit if left else easel.width - 0.7 * easel.unit
    pixels = plate_pixels(easel.tones.shade * 0.55, cv2.GaussianBlur(alpha, (0, 0), 0.8))
    sway = lambda t: Motion(turn=0.012 * np.sin(0.8 * t) + 0.005 * np.sin(1.9 * t))  # noqa: E731
    return [
        Plate(
            pixels,
            x,
            -0.06 * easel.height + 0.22 * easel.height,
            0.9,
            motion=sway,
            pivot=(x + width / 2, 1.1 * easel.height),
        )
    ]


def _frond(easel: Easel, mask: np.ndarray, root: np.ndarray, angle: float, long: float) -> None:
    share = np.linspace(0, 1, 26)
    spine = root + np.stack(
        [np.cos(angle) * long * share, -np.sin(angle) * long * share * 0.55 + 0.55 * long * share**2], 1
    )
    for index in range(2, 25):
        along = spine[index] - spine[index - 1]
        along = along / max(float(np.hypot(*along)), 1e-6)
        leaf = long * 0.26 * np.sin(np.pi * (0.12 + 0.86 * share[index])) * easel.between(0.8, 1.15)
        for way in (1, -1):
            across = np.array([-along[1], along[0]]) * way
            tip = spine[index] + (across * 0.75 + along * 0.75 + (0, 0.35)) * leaf
            wide = along * long * 0.018
            cv2.fillPoly(
                mask,
                [np.round(np.array([spine[index] - wide, tip, spine[index] + wide]) * 16).astype(np.int32)],
                255,
                cv2.LINE_AA,
                4,
            )
    cv2.polylines(mask, [np.round(spine * 16).astype(np.int32)], False, 255, 2, cv2.LINE_AA, 4)
