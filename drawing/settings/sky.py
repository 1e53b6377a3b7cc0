"""Above the clouds: towering banks in depth around the sun, light shafts, birds."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Birds, Motes, mist
from drawing.canvas import Layer, Motion, Plate, Shot, veil_pixels
from drawing.heaven import Stars, backdrop, drifting_clouds, luminary, shafts
from drawing.light import bgr, mix
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    horizon = easel.between(0.68, 0.8)
    shot = easel.shot((easel.side(), horizon - easel.between(0.2, 0.42)))
    layers: list[Layer] = [
        backdrop(shot, horizon=horizon * easel.height, clouds=easel.between(0.2, 0.5), rng=rng)
    ]
    if tones.dark:
        layers.append(Stars(shot, rng, count=260, lowest=horizon * easel.height, colour=tones.sun))
    layers += luminary(shot, radius=easel.unit * easel.between(0.07, 0.11))
    layers.append(drifting_clouds(shot, rng, horizon=horizon * easel.height, amount=0.5, speed=14))
    for index in range(5):
        near = index / 4
        layers.append(_bank(easel, shot, horizon - 0.14 + 0.13 * index, near, (9, -12, 18, -24, 36)[index]))
        if index == 1:
            layers += shafts(shot, rng, strength=0.4, parallax=0.3)
            layers += easel.word(shot, foot=horizon - 0.03, parallax=0.4)
            layers.append(Birds(shot, rng, y=easel.height * 0.3, colour=tones.shade, count=8))
        if index == 2:
            layers += easel.hero(shot, x=0.5, y=0.72, height=0.5, parallax=0.6, ground="air")
    layers.append(
        mist(
            shot,
            rng,
            y=easel.height,
            thickness=0.3 * easel.height,
            density=0.5,
            parallax=1.0,
            speed=50,
            colour=mix(tones.fog, tones.sun, 0.3),
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=46,
            radius=(0.8, 2.6),
            drift=(30, -6),
            colours=(tones.sun, tones.accent[0]),
            strength=0.55,
        )
    )
    return easel.stage(shot, layers, eye=0.6, bloom=0.5)


def _bank(easel: Easel, shot: Shot, base: float, near: float, speed: float) -> Plate:
    """Cumulus: heaped discs under noise, lit from the sun's side."""
    rng, tones = easel.rng, easel.tones
    scale = 3
    width, height = int(shot.span[1] * 1.3 / scale), int(easel.height * 1.0 / scale)
    field = np.zeros((height, width), np.float32)
    crowd = noise.profile(width, rng, cells=5, octaves=3)
    unit = easel.unit / scale
    for _ in range(int(70 * width / unit / 2)):
        x = float(rng.uniform(0, width))
        tall = float(crowd[min(int(x), width - 1)]) ** 1.6 * (0.2 + 0.14 * near) * unit
        radius = unit * easel.between(0.03, 0.1) * (0.7 + 0.7 * near)
        y = height * 0.5 - float(rng.random()) ** 1.4 * tall
        cv2.circle(field, (int(x * 16), int(y * 16)), int(radius * 16), 1.0, -1, cv2.LINE_AA, 4)
    field[int(height * 0.54) :] = 1
    soft = cv2.GaussianBlur(field, (0, 0), unit * 0.016)
    puff = noise.fractal(height, width, rng, cells=(5, 14), octaves=6, gain=0.55)
    body = cv2.GaussianBlur(soft, (0, 0), unit * 0.01) + (puff - 0.5) * 0.75
    alpha = noise.smoothstep(0.38, 0.66, body) * (soft > 0.01)
    side = 1 if shot.sun[0] > shot.width / 2 else -1
    heap = cv2.GaussianBlur(soft + 0.55 * puff, (0, 0), unit * 0.008)
    slope = -cv2.Sobel(heap, cv2.CV_32F, 0, 1, ksize=3) * -1 - side * 0.5 * cv2.Sobel(
        heap, cv2.CV_32F, 1, 0, ksize=3
    )
    lit = np.clip(0.42 + slope / (float(slope.std()) * 3.6 + 1e-6), 0, 1)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    lit = lit * noise.smoothstep(0.85, 0.2, rows) + 0.08
    shaded = mix(mix(tones.mid, tones.top, 0.35 + 0.3 * near), tones.fog, 0.6 * (1 - near))
    bright = mix(mix(tones.low, tones.sun, 0.7), tones.fog, 0.35 * (1 - near))
    if tones.dark:
        bright = mix(bright, shaded, 0.45)
    light = lit[..., None]
    pixels = veil_pixels(bgr(1, 1, 1), alpha.astype(np.float32))
    pixels[..., :3] *= shaded * (1 - light) + bright * light
    pixels *= noise.smoothstep(1.0, 0.72, rows)[..., None]
    start = shot.left - (0.3 * shot.span[1] if speed > 0 else 0)
    pace = speed * 0.4 * shot.unit / 720
    return Plate(
        pixels,
        start,
        base * easel.height - 0.5 * easel.height,
        0.15 + 0.8 * near,
        scale=scale,
        motion=lambda t: Motion(x=pace * t, scale_y=1 + 0.01 * np.sin(0.5 * t + near * 5)),
        pivot=(0, base * easel.height),
    )
