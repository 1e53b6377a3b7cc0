"""The street: façades that recede on both sides, lamps and signs, a wet road that mirrors them."""

import cv2
import numpy as np

from drawing.atmosphere import Motes, mist
from drawing.canvas import Layer, Motion, Plate, Shot, glow_pixels, plate_pixels
from drawing.heaven import backdrop, luminary, shafts
from drawing.light import Colour, bgr, mix, relight
from drawing.settings.city import skyline
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.water import Water


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    horizon = easel.between(0.66, 0.72)
    shot = easel.shot((easel.between(0.42, 0.58), horizon - easel.between(0.1, 0.24)))
    row = horizon * easel.height
    layers: list[Layer] = [backdrop(shot, horizon=row, clouds=0.4, rng=rng)]
    layers += luminary(shot, radius=easel.unit * 0.06)
    lamps = 1.0 if tones.dark else 0.45
    layers += skyline(easel, shot, foot=horizon, tallest=0.34, far=0.74, parallax=0.14, lamps=lamps * 0.6)
    layers += shafts(shot, rng, strength=0.2, parallax=0.15)
    layers.append(
        mist(
            shot,
            rng,
            y=row - 0.03 * easel.height,
            thickness=0.16 * easel.height,
            density=0.6,
            parallax=0.2,
            speed=9,
        )
    )
    for index, (near, far) in enumerate(((0.0, 0.55), (0.5, 0.32), (1.0, 0.12))):
        for side in (-1, 1):
            layers += _facade(easel, shot, side, near, far, row, lamps, 0.26 + 0.16 * index)
        if index == 0:
            layers += easel.word(shot, foot=horizon - 0.06, parallax=0.3, width=0.62, tallest=0.2)
        layers.append(
            mist(
                shot,
                rng,
                y=row,
                thickness=0.1 * easel.height,
                density=0.3,
                parallax=0.3 + 0.15 * index,
                speed=(-9, 12, -14)[index],
            )
        )
    wet = 0.9 if easel.scene.weather == "rain" or tones.dark else 0.5
    layers.append(
        Water(
            shot,
            rng,
            horizon=row + 0.015 * easel.height,
            parallax=0.58,
            colour=mix(tones.shade, tones.fog, 0.16),
            calm=0.55,
            mirror=wet,
            glitter=0.5,
            pace=0.6,
        )
    )
    layers += easel.hero(shot, x=0.5, y=0.91, height=0.44, parallax=0.75, ground="gloss")
    layers.append(
        Motes(
            shot,
            rng,
            count=24,
            radius=(8, 36),
            drift=(4, -2),
            colours=tones.accent,
            strength=0.32 * lamps,
            ring=True,
            blur=1.4,
            area=(0.3, 0.9),
        )
    )
    layers.append(
        Motes(shot, rng, count=40, radius=(0.8, 2.2), drift=(10, -6), colours=(tones.sun,), strength=0.5)
    )
    return easel.stage(shot, layers, eye=horizon, bloom=0.85, travel=0.9)


def _facade(
    easel: Easel, shot: Shot, side: int, near: float, far: float, row: float, lamps: float, parallax: float
) -> list[Layer]:
    """One block in perspective: its inner edge is nearer to the horizon than its outer edge."""
    tones, rng = easel.tones, easel.rng
    reach = (0.13 + 0.13 * near) if not easel.tall else (0.1 + 0.16 * near)
    inner = shot.width * (0.5 + side * (reach + 0.05 + 0.03 * near))
    outer = shot.width * (0.5 + side * (reach + 0.3 + 0.5 * near))
    low = easel.unit * easel.between(0.32, 0.46) * (0.8 + 0.7 * near) * (1.25 if easel.tall else 1)
    high = low * 1.9
    wide, tall = int(abs(outer - inner)), int(high + 0.12 * easel.unit)
    flat_w, flat_h = 300, 420
    flat = np.zeros((flat_h, flat_w, 4), np.float32)
    body = tones.distance(far)
    share = np.linspace(0, 1, flat_h, dtype=np.float32)[:, None, None]
    flat[..., :3] = body * (1.08 - 0.25 * share)
    flat[..., 3] = 1
    warm = mix(tones.low, bgr(0.45, 0.8, 1.0), 0.5)
    for y in range(14, flat_h - 90, 30):
        for x in range(10, flat_w - 14, 26):
            lit = rng.random() < 0.34
            colour = (
                warm * easel.between(0.5, 1.0) * lamps + body * (1 - lamps)
                if lit
                else mix(body, tones.shade, 0.4)
            )
            cv2.rectangle(flat, (x, y), (x + 14, y + 19), (*(float(c) for c in colour), 1.0), -1, cv2.LINE_AA)
        cv2.line(flat, (0, y - 6), (flat_w, y - 6), (*(float(c) for c in mix(body, tones.low, 0.25)), 1.0), 1)
    shop = tones.accent[int(rng.integers(len(tones.accent)))]
    cv2.rectangle(
        flat,
        (0, flat_h - 66),
        (flat_w, flat_h - 8),
        (*(float(c) for c in mix(body, shop, 0.35 + 0.4 * lamps)), 1.0),
        -1,
    )
    for x in range(0, flat_w, 50):
        cv2.rectangle(flat, (x, flat_h - 66), (x + 5, flat_h), (*(float(c) for c in body), 1.0), -1)
    drop = 0.1 * easel.unit * (0.3 + near)
    edge = (0.0, wide - 1.0) if side > 0 else (wide - 1.0, 0.0)
    top_in, top_out = high - low, 0.0
    foot_in, foot_out = high, high + drop
    source = np.array([[0, 0], [flat_w, 0], [flat_w, flat_h], [0, flat_h]], np.float32)
    target = np.array(
        [[edge[0], top_in], [edge[1], top_out], [edge[1], foot_out], [edge[0], foot_in]], np.float32
    )
    picture = cv2.warpPerspective(
        flat, cv2.getPerspectiveTransform(source, target), (wide, tall), flags=cv2.INTER_AREA
    )
    left = min(inner, outer)
    y = row + 0.03 * easel.height * near - high
    pixels = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    return [
        Plate(pixels, left, y, parallax),
        *_sign(easel, inner, y + high - low * easel.between(0.45, 0.7), side, near, lamps, parallax),
    ]


def _sign(
    easel: Easel, x: float, y: float, side: int, near: float, lamps: float, parallax: float
) -> list[Layer]:
    """A neon sign that hums, hung at the block's inner edge."""
    colour: Colour = easel.tones.accent[int(easel.rng.integers(len(easel.tones.accent)))]
    wide, tall = easel.unit * (0.022 + 0.02 * near), easel.unit * (0.09 + 0.07 * near)
    pad = int(easel.unit * 0.05)
    height, width = int(tall + 2 * pad), int(wide + 2 * pad)
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (pad, pad), (width - pad, height - pad), 255, max(2, int(wide * 0.16)), cv2.LINE_AA)
    for bar in range(3):
        level = pad + int(tall * (0.25 + 0.25 * bar))
        cv2.line(
            mask,
            (pad + int(wide * 0.3), level),
            (width - pad - int(wide * 0.3), level),
            255,
            max(2, int(wide * 0.14)),
            cv2.LINE_AA,
        )
    tube = mask.astype(np.float32) / 255
    glow = cv2.GaussianBlur(tube, (0, 0), pad * 0.35) * 1.2
    body = np.zeros_like(tube)
    body[pad : height - pad, pad : width - pad] = 0.85
    rate, phase = easel.between(1.5, 3.0), easel.between(0, 6)
    hum = lambda t: Motion(opacity=0.82 + 0.18 * np.sin(rate * t + phase))  # noqa: E731
    left = x - width / 2 - side * wide * 0.4
    light = glow_pixels(colour, (tube + glow) * (0.35 + 0.65 * lamps))
    return [
        Plate(plate_pixels(relight(colour, 0.16), body), left, y, parallax),
        Plate(light, left, y, parallax, motion=hum, add=True),
    ]
