"""The interior: a wooden table before a window, curtains in the draught, a lamp, dust in the light."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Motes
from drawing.canvas import Layer, Motion, Plate, Shot, glow_pixels, plate_pixels
from drawing.heaven import backdrop, drifting_clouds, luminary
from drawing.light import bgr, mix, relight, tint
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import land, line_of, pines


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    left = easel.chance(0.5)
    centre = 0.5 if easel.tall else (0.3 if left else 0.7)
    shot = easel.shot((centre + (0.05 if left else -0.05), easel.between(0.16, 0.3)))
    table = easel.between(0.72, 0.78)
    layers: list[Layer] = [
        backdrop(shot, horizon=0.62 * easel.height, clouds=0.5, rng=rng),
        *luminary(shot, radius=easel.unit * 0.045),
    ]
    layers.append(drifting_clouds(shot, rng, horizon=0.6 * easel.height, amount=0.4))
    for index, far in enumerate((0.7, 0.45)):
        line = line_of(
            shot, noise.profile(shot.span[1], rng, cells=4, octaves=4), base=0.62 + 0.05 * index, rise=0.12
        )
        trees = pines(shot, line, rng, size=easel.unit * 0.09, density=1.4)
        layers.append(
            land(
                shot,
                line,
                parallax=0.1 + 0.05 * index,
                colour=tones.distance(far),
                foot=tones.fog,
                rim=0.2,
                rng=rng,
                trees=trees,
            )
        )
    size = (
        (0.34 * easel.width, 0.54 * easel.height)
        if not easel.tall
        else (0.66 * easel.width, 0.46 * easel.height)
    )
    box = (
        centre * easel.width - size[0] / 2,
        0.1 * easel.height,
        centre * easel.width + size[0] / 2,
        0.1 * easel.height + size[1],
    )
    layers.append(_wall(easel, shot, box))
    layers += _curtains(easel, shot, box)
    layers += easel.word(
        shot,
        foot=0.44 if not easel.tall else 0.5,
        parallax=0.34,
        width=0.84,
        tallest=0.26,
        colour=relight(tones.brand[0], 0.9, 0.4) if tones.dark else None,
    )
    layers += _beams(easel, shot, box)
    layers.append(_lamp(easel, shot, centre))
    layers.append(_table(easel, shot, table))
    x = 0.5 if easel.tall else (0.6 if left else 0.4)
    layers += easel.hero(shot, x=x, y=table + 0.1, height=0.46, parallax=0.62, ground="gloss")
    layers.append(
        Motes(
            shot,
            rng,
            count=90,
            radius=(0.7, 2.4),
            drift=(5, -4),
            colours=(tones.sun, mix(tones.sun, tones.accent[0], 0.4)),
            strength=0.6,
            wander=24,
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=12,
            radius=(16, 52),
            drift=(5, -4),
            colours=(tones.sun, tones.accent[0]),
            strength=0.13,
            blur=5,
        )
    )
    return easel.stage(shot, layers, eye=0.6, bloom=0.6, travel=0.9)


def _wall(easel: Easel, shot: Shot, box: tuple[float, float, float, float]) -> Plate:
    tones = easel.tones
    height, width = shot.span
    y = (shot.upper + np.arange(height, dtype=np.float32))[:, None]
    x = (shot.left + np.arange(width, dtype=np.float32))[None, :]
    inside = np.clip(
        np.minimum(np.minimum(x - box[0], box[2] - x), np.minimum(y - box[1], box[3] - y)) + 0.5, 0, 1
    )
    frame = easel.unit * 0.014
    middle = (box[0] + box[2]) / 2
    third = box[1] + (box[3] - box[1]) * 0.36
    bars = np.maximum(
        np.clip(frame * 0.45 - np.abs(x - middle) + 0.5, 0, 1),
        np.clip(frame * 0.45 - np.abs(y - third) + 0.5, 0, 1),
    )
    outer = np.maximum(np.maximum(box[0] - x, x - box[2]), np.maximum(box[1] - y, y - box[3]))
    sash = np.clip(frame * 1.6 - np.abs(outer - frame * 1.2) + 0.5, 0, 1)
    paint_ = tint(relight(tones.brand[0], 0.3 if tones.dark else 0.74, 0.55), tones.brand[0], 0.3)
    near = np.exp(-np.maximum(outer, 0) / (0.38 * easel.unit))[..., None]
    grain = noise.fractal(height, width, easel.rng, cells=(6, 9), octaves=6)[..., None] - 0.5
    wall = (
        relight(paint_, 0.2 if tones.dark else 0.5) * (1 - near) + mix(paint_, tones.low, 0.35) * near
    ) * (1 + 0.05 * grain)
    wood = mix(relight(paint_, 0.9 if not tones.dark else 0.45, 0.3), tones.low, 0.25)
    solid = np.maximum(sash, bars * inside)[..., None]
    picture = wall * (1 - solid) + wood * (0.82 + 0.18 * near) * solid
    alpha = np.maximum(1 - inside, bars)
    return Plate(plate_pixels(picture, alpha), shot.left, shot.upper, 0.28)


def _curtains(easel: Easel, shot: Shot, box: tuple[float, float, float, float]) -> list[Layer]:
    layers: list[Layer] = []
    for side in (-1, 1):
        wide, tall = int((box[2] - box[0]) * 0.42), int((box[3] - box[1]) * 1.22)
        v, u = np.meshgrid(
            np.linspace(0, 1, tall, dtype=np.float32),
            np.linspace(0, 1, wide, dtype=np.float32),
            indexing="ij",
        )
        gather = u * (1 + 0.12 * np.sin(3.1 * v))
        fold = 0.5 + 0.5 * np.sin(gather * 34 + 1.2 * np.sin(5 * v + side))
        colour = easel.tones.accent[1 % len(easel.tones.accent)]
        light = (
            relight(colour, 0.42 if easel.tones.dark else 0.62, 0.7) * (1 - fold[..., None])
            + mix(relight(colour, 0.72 if easel.tones.dark else 0.9, 0.5), easel.tones.sun, 0.3)
            * fold[..., None]
        )
        edge = noise.smoothstep(1.0, 0.97, u + 0.035 * np.sin(7 * v + side)) * noise.smoothstep(0, 0.02, u)
        alpha = edge * 0.9
        x = box[0] - wide * 0.45 if side < 0 else box[2] - wide * 0.55
        if side > 0:
            light, alpha = light[:, ::-1], alpha[:, ::-1]
        top = box[1] - 0.06 * (box[3] - box[1])
        breeze = lambda t, side=side: Motion(  # noqa: E731
            shear=0.035 * np.sin(0.9 * t + side) + 0.01 * np.sin(2.1 * t),
            scale_x=1 + 0.05 * np.sin(0.7 * t + side),
        )
        layers.append(
            Plate(plate_pixels(light, alpha), x, top, 0.32, motion=breeze, pivot=(x + wide / 2, top))
        )
    rod = np.ones((max(3, int(easel.unit * 0.009)), int((box[2] - box[0]) * 1.6)), np.float32)
    layers.append(
        Plate(
            plate_pixels(easel.tones.shade, rod),
            box[0] - 0.3 * (box[2] - box[0]),
            box[1] - 0.07 * (box[3] - box[1]),
            0.32,
        )
    )
    return layers


def _beams(easel: Easel, shot: Shot, box: tuple[float, float, float, float]) -> list[Layer]:
    """Slanting light from each pane, breathing with the clouds."""
    layers: list[Layer] = []
    way = 1 if (box[0] + box[2]) / 2 < easel.width / 2 or easel.tall else -1
    height, width = shot.span[0] // 6, shot.span[1] // 6
    y = shot.upper + 6 * np.arange(height, dtype=np.float32)[:, None]
    x = shot.left + 6 * np.arange(width, dtype=np.float32)[None, :]
    for index in range(2):
        half = (box[2] - box[0]) / 2
        start = box[0] + half * index
        across = (x - start - way * (y - box[1]) * 0.62) / half
        amount = (
            noise.smoothstep(0.0, 0.12, across)
            * noise.smoothstep(1.0, 0.86, across)
            * noise.smoothstep(box[1], box[3], y)
        )
        amount = (
            amount
            * np.exp(-np.maximum(y - box[3], 0) / (0.4 * easel.height))
            * (0.15 if easel.tones.dark else 0.24)
        )
        breathe = lambda t, index=index: Motion(  # noqa: E731
            opacity=0.78 + 0.22 * np.sin(0.7 * t + index), x=3 * np.sin(0.4 * t)
        )
        layers.append(
            Plate(
                glow_pixels(easel.tones.sun, amount),
                shot.left,
                shot.upper,
                0.4,
                scale=6,
                motion=breathe,
                add=True,
            )
        )
    return layers


def _lamp(easel: Easel, shot: Shot, window: float) -> Plate:
    """A pendant that swings a little on the side away from the window."""
    unit = easel.unit
    height, width = int(0.34 * easel.height), int(0.24 * unit)
    mask = np.zeros((height, width), np.uint8)
    middle, bottom = width / 2, height * 0.8
    cv2.line(
        mask,
        (int(middle * 16), 0),
        (int(middle * 16), int((bottom - 0.1 * unit) * 16)),
        255,
        max(1, int(unit * 0.004)),
        cv2.LINE_AA,
        4,
    )
    bell = [
        (middle - 0.018 * unit, bottom - 0.1 * unit),
        (middle + 0.018 * unit, bottom - 0.1 * unit),
        (middle + 0.09 * unit, bottom),
        (middle - 0.09 * unit, bottom),
    ]
    cv2.fillPoly(mask, [np.round(np.array(bell) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    alpha = mask.astype(np.float32) / 255
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    colour = easel.tones.brand[0]
    picture = (
        relight(colour, 0.36) * (0.5 + 0.5 * np.abs(across))
        + relight(colour, 0.7) * np.exp(-(((across + 0.25) / 0.2) ** 2)) * 0.6
    )
    v = np.arange(height, dtype=np.float32)[:, None]
    u = np.abs(np.arange(width, dtype=np.float32)[None, :] - middle)
    shine = np.exp(-np.hypot(u, (v - bottom) * 1.6) / (0.03 * unit)) * (v > bottom - 2)
    picture = picture * alpha[..., None] + shine[..., None] * mix(easel.tones.sun, bgr(0.5, 0.85, 1), 0.5)
    cover = np.maximum(alpha, shine * 0.9)
    x = (0.8 if window < 0.5 else 0.2) * easel.width if not easel.tall else 0.5 * easel.width
    pixels = plate_pixels(np.clip(picture / np.maximum(cover[..., None], 1e-3), 0, 1), cover)
    return Plate(
        pixels,
        x - width / 2,
        shot.upper,
        0.45,
        motion=lambda t: Motion(turn=0.025 * np.sin(1.1 * t)),
        pivot=(x, shot.upper - 0.2 * easel.height),
    )


def _table(easel: Easel, shot: Shot, row: float) -> Plate:
    height, width = int(easel.height * (1.18 - row)), shot.span[1]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    x = ((shot.left + np.arange(width, dtype=np.float32)) - shot.width / 2)[None, :] / shot.unit
    across = x / (0.55 + 0.75 * y)
    grain = noise.fractal(512, 512, easel.rng, cells=(2.5, 34), octaves=5)
    u = np.mod(across * 190 + 256, 510).astype(np.float32)
    wood = cv2.remap(grain, u, np.clip(y * 300 + 0 * x, 0, 510).astype(np.float32), cv2.INTER_LINEAR)
    plank = np.abs(np.mod(across * 3.2, 1) - 0.5) * 2
    base = tint(
        mix(bgr(0.13, 0.22, 0.36), easel.tones.shade, 0.55 if easel.tones.dark else 0.12),
        easel.tones.low,
        0.25,
    )
    sheen = np.exp(-(((x - (shot.sun[0] - shot.width / 2) / shot.unit) / 0.5) ** 2)) * np.exp(-y * 2.2)
    picture = (
        base * (0.72 + 0.55 * wood[..., None]) * (1 - 0.4 * noise.smoothstep(0.97, 1.0, plank)[..., None])
    )
    picture = (
        picture
        + (sheen * 0.42)[..., None] * mix(easel.tones.sun, easel.tones.low, 0.5)
        + 0.25 * np.exp(-y / 0.012)[..., None] * easel.tones.low
    )
    return Plate(
        plate_pixels(picture.astype(np.float32), np.ones((height, width), np.float32)),
        shot.left,
        row * easel.height,
        0.62,
    )
