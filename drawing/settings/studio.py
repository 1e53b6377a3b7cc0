"""The studio: a podium under a spot, a curved wall in the brand's colour, a glossy floor, floating shapes."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Motes
from drawing.canvas import Layer, Motion, Plate, Shot, glow_pixels, plate_pixels
from drawing.hero import spotlight
from drawing.light import Colour, bgr, mix, relight
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    x = easel.between(0.42, 0.58)
    shot = easel.shot((easel.side(), easel.between(0.0, 0.12)))
    dark = easel.scene.light in ("night", "dusk") or easel.scene.mood in (
        "luxurious",
        "dramatic",
        "futuristic",
    )
    wall = relight(tones.brand[0], 0.3 if dark else 0.66, 0.95)
    floor_row = easel.between(0.7, 0.76)
    layers: list[Layer] = [_room(shot, wall, floor_row, x, dark, rng)]
    layers += _beams(shot, rng, strength=0.34 if dark else 0.2)
    layers += _ring(easel, shot, x, floor_row)
    layers += easel.word(
        shot,
        foot=floor_row - (0.3 if easel.tall else 0.2),
        parallax=0.35,
        width=0.9,
        tallest=0.32,
        colour=relight(tones.brand[1 % len(tones.brand)], 0.9, 0.5)
        if dark
        else relight(tones.brand[0], 0.97, 0.3),
    )
    for index in range(7):
        layers.append(floating_ball(easel, shot, tones.brand[(index + 1) % len(tones.brand)], index))
    layers += _podium(easel, shot, x, floor_row + 0.08, wall)
    layers += easel.hero(shot, x=x, y=floor_row + 0.065, height=0.5, parallax=0.62, ground="gloss")
    layers.append(
        Motes(
            shot,
            rng,
            count=60,
            radius=(0.8, 2.6),
            drift=(4, -9),
            colours=(tones.sun, tones.accent[0]),
            strength=0.6,
            area=(0.0, 1.05),
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=9,
            radius=(20, 62),
            drift=(6, -7),
            colours=(tones.accent[0], tones.accent[-1]),
            strength=0.15,
            blur=5,
            area=(0.0, 1.1),
            twinkle=0.2,
        )
    )
    return easel.stage(shot, layers, eye=floor_row - 0.1, bloom=0.6)


def _room(shot: Shot, wall: Colour, floor: float, x: float, dark: bool, rng: np.random.Generator) -> Plate:
    height, width = (side // 2 + 2 for side in shot.span)
    v = ((shot.upper + 2 * np.arange(height, dtype=np.float32)) / shot.height)[:, None]
    u = ((shot.left + 2 * np.arange(width, dtype=np.float32)) / shot.width)[None, :]
    aspect = shot.width / shot.unit
    pool = np.exp(-(np.hypot((u - x) * aspect, (v - floor + 0.26) * shot.height / shot.unit) ** 2) / 0.2)[
        ..., None
    ]
    deep = relight(wall, 0.1 if dark else 0.42)
    bright = relight(wall, 0.62 if dark else 0.9, 0.9)
    picture = deep * (1 - pool) + bright * pool
    ground = noise.smoothstep(floor - 0.05, floor + 0.05, v)[..., None]
    lit = np.exp(-(((u - x) * aspect / 0.5) ** 2) - (((v - floor - 0.1) / 0.16) ** 2))[..., None]
    base = relight(wall, 0.16 if dark else 0.55) * (1 - lit) + relight(wall, 0.5 if dark else 0.88, 0.9) * lit
    picture = picture * (1 - ground) + base * ground
    picture *= 1 + 0.03 * (noise.fractal(height, width, rng, cells=(3, 5), octaves=4)[..., None] - 0.5)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = picture
    return Plate(pixels, shot.left, shot.upper, 0.15, scale=2)


def _beams(shot: Shot, rng: np.random.Generator, *, strength: float) -> list[Layer]:
    layers: list[Layer] = []
    height, width = shot.span[0] // 6, shot.span[1] // 6
    y = (np.arange(height, dtype=np.float32) / height)[:, None]
    u = (np.linspace(-1, 1, width, dtype=np.float32))[None, :]
    for index, origin in enumerate((0.14, 0.5, 0.86)):
        cone = np.exp(-((u / (0.05 + 0.26 * y)) ** 2)) * (1 - y) ** 0.7
        top = (origin * shot.width, float(shot.upper))
        swing = lambda t, index=index: Motion(  # noqa: E731
            turn=0.09 * np.sin(0.5 * t + 2.1 * index), opacity=0.8 + 0.2 * np.sin(0.9 * t + index)
        )
        colour = mix(shot.tones.sun, shot.tones.accent[index % len(shot.tones.accent)], 0.45)
        layers.append(
            Plate(
                glow_pixels(colour, cone * strength),
                top[0] - 3 * width,
                shot.upper,
                0.3,
                scale=6,
                motion=swing,
                pivot=top,
                add=True,
            )
        )
    return layers


def _ring(easel: Easel, shot: Shot, x: float, floor: float) -> list[Layer]:
    radius = easel.unit * easel.between(0.3, 0.38)
    size = int(radius * 2.6)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) - size / 2
    distance = np.abs(np.hypot(rows, columns) - radius)
    colour = easel.tones.accent[-1]
    tube = np.clip(easel.unit * 0.008 - distance + 0.5, 0, 1)
    glow = np.exp(-distance / (easel.unit * 0.035)) * 0.5
    centre = (x * easel.width, (floor - 0.24) * easel.height)
    pulse = lambda t: Motion(opacity=0.86 + 0.14 * np.sin(1.4 * t))  # noqa: E731
    pixels = glow_pixels(colour, glow) + glow_pixels(mix(colour, bgr(1, 1, 1), 0.5), tube * 1.1)
    return [Plate(pixels, centre[0] - size / 2, centre[1] - size / 2, 0.25, motion=pulse, add=True)]


def floating_ball(easel: Easel, shot: Shot, colour: Colour, index: int) -> Plate:
    """A shaded sphere that hovers beside the middle of the picture."""
    radius = easel.unit * easel.between(0.018, 0.07)
    size = int(radius * 2 + 6)
    rows, columns = (np.mgrid[0:size, 0:size].astype(np.float32) - size / 2) / radius
    bulge = np.sqrt(np.clip(1 - rows**2 - columns**2, 0, 1))
    side = -1 if shot.sun[0] < shot.width / 2 else 1
    shine = np.clip(columns * side * 0.5 - rows * 0.65 + bulge * 0.55, 0, 1)[..., None]
    spot = np.exp(-((columns - side * 0.38) ** 2 + (rows + 0.42) ** 2) / 0.03)[..., None]
    edge = (1 - bulge)[..., None] ** 3 * 0.35
    picture = (
        relight(colour, 0.25) * (1 - shine)
        + relight(colour, 0.8) * shine
        + 0.65 * spot
        + edge * shot.tones.sun
    )
    alpha = np.clip((1 - np.hypot(rows, columns)) * radius, 0, 1)
    px = easel.width * (easel.between(0.04, 0.3) if index % 2 else easel.between(0.7, 0.96))
    py = easel.height * easel.between(0.12, 0.62)
    pace, reach = easel.between(0.5, 1.0), easel.unit * 0.018
    return Plate(
        plate_pixels(picture, alpha),
        px - size / 2,
        py - size / 2,
        easel.between(0.3, 0.9),
        motion=lambda t: Motion(
            x=reach * 0.5 * np.cos(pace * t + index), y=reach * np.sin(pace * 1.2 * t + index * 1.7)
        ),
    )


def _podium(easel: Easel, shot: Shot, x: float, row: float, wall: Colour) -> list[Layer]:
    half, flat = easel.unit * 0.33, easel.unit * 0.055
    deep = easel.height * 0.2
    width, height = int(half * 2 + 12), int(deep + flat * 2 + 12)
    light = np.zeros((height * 2, width * 2), np.uint8)
    body, top, rim = light.copy(), light.copy(), light.copy()
    centre = (width, int(flat * 2 + 12))
    cv2.rectangle(
        body, (centre[0] - int(half * 2), centre[1]), (centre[0] + int(half * 2), height * 2), 255, -1
    )
    cv2.ellipse(top, centre, (int(half * 2), int(flat * 2)), 0, 0, 360, 255, -1, cv2.LINE_AA)
    cv2.ellipse(rim, centre, (int(half * 2) - 3, int(flat * 2) - 3), 0, 0, 360, 255, 4, cv2.LINE_AA)
    body, top, rim = (
        cv2.resize(m, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        for m in (body, top, rim)
    )
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    shade = np.clip(
        0.62 - 0.5 * np.abs(across - (0.3 if shot.sun[0] > shot.width / 2 else -0.3)) ** 1.3, 0.05, 1
    )
    fall = np.linspace(1, 0.35, height, dtype=np.float32)[:, None, None]
    side = relight(wall, 0.14) * (1 - shade) + relight(wall, 0.62) * shade * fall
    pool = np.exp(-(across**2) / 0.4)
    face = relight(wall, 0.42) * (1 - pool) + relight(wall, 0.86, 0.8) * pool
    picture = side * (1 - top[..., None]) + face * top[..., None]
    picture = picture + rim[..., None] * 0.5 * easel.tones.accent[-1]
    place = x * easel.width - width / 2, row * easel.height - flat - 6
    return [
        Plate(plate_pixels(picture, np.maximum(body, top)), place[0], place[1], 0.62),
        spotlight(shot, x * easel.width, row * easel.height - easel.unit * 0.1, easel.unit * 0.4, 0.14, 0.62),
    ]
