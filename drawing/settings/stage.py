"""A concert: moving beams in the brand's colours, a glowing wall, haze, and a crowd with raised hands."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Motes, mist
from drawing.canvas import Layer, Motion, Plate, Shot, glow_pixels, plate_pixels
from drawing.light import bgr, mix, relight
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    shot = easel.shot((0.5, 0.2))
    floor = easel.between(0.66, 0.72)
    layers: list[Layer] = [_hall(easel, shot, floor)]
    layers += _screen(easel, shot, floor)
    layers += easel.word(
        shot,
        foot=floor - 0.08,
        parallax=0.24,
        width=0.72,
        tallest=0.3,
        colour=mix(tones.accent[0], bgr(1, 1, 1), 0.75),
    )
    for index in range(9):
        layers.append(_beam(easel, shot, index))
    layers.append(
        mist(
            shot,
            rng,
            y=floor * easel.height,
            thickness=0.14 * easel.height,
            density=0.4,
            parallax=0.35,
            speed=22,
            colour=tones.accent[0],
        )
    )
    layers += easel.hero(shot, x=0.5, y=floor + 0.07, height=0.42, parallax=0.4, ground="gloss")
    for index in range(3):
        layers.append(_crowd(easel, shot, index))
    layers.append(
        mist(
            shot,
            rng,
            y=0.86 * easel.height,
            thickness=0.12 * easel.height,
            density=0.22,
            parallax=0.8,
            speed=-26,
            colour=tones.accent[-1],
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=110,
            radius=(1.0, 3.6),
            drift=(6, 34),
            colours=tones.accent,
            strength=0.95,
            area=(-0.15, 1.0),
            wander=30,
            twinkle=0.8,
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=12,
            radius=(12, 40),
            drift=(6, -5),
            colours=tones.accent,
            strength=0.2,
            ring=True,
            blur=2,
        )
    )
    return easel.stage(shot, layers, eye=0.55, bloom=0.8)


def _hall(easel: Easel, shot: Shot, floor: float) -> Plate:
    height, width = (side // 3 + 2 for side in shot.span)
    y = ((shot.upper + 3 * np.arange(height, dtype=np.float32)) / shot.height)[:, None]
    x = ((shot.left + 3 * np.arange(width, dtype=np.float32)) / shot.width - 0.5)[None, :]
    dark, glow = relight(easel.tones.brand[0], 0.08, 0.6), relight(easel.tones.brand[0], 0.5)
    amount = (np.exp(-((x / 0.42) ** 2) - ((y - floor + 0.2) / 0.34) ** 2) * 0.9)[..., None]
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = dark * (1 - amount) + glow * amount
    rig = (np.exp(-(((y - 0.09) / 0.01) ** 2)) * 0.6)[..., None]
    pixels[..., :3] *= 1 - rig
    return Plate(pixels, shot.left, shot.upper, 0.1, scale=3)


def _screen(easel: Easel, shot: Shot, floor: float) -> list[Layer]:
    """Columns of light behind the act that rise and fall like a spectrum."""
    layers: list[Layer] = []
    count = 15 if not easel.tall else 9
    for index in range(count):
        share = index / (count - 1) - 0.5
        wide = 0.82 * easel.width / count * 0.62
        tall = easel.unit * (0.5 - 0.5 * abs(share)) * easel.between(0.7, 1.1)
        size = (int(tall / 3), max(4, int(wide * 1.8 / 3)))
        x = np.linspace(-0.9, 0.9, size[1])[None, :]
        shape = noise.smoothstep(0.62, 0.42, np.abs(x)) + 0.3 * np.exp(-(x**2) / 0.25)
        fade = np.linspace(0.25, 1, size[0])[:, None] ** 1.2
        colour = mix(easel.tones.accent[index % len(easel.tones.accent)], easel.tones.brand[0], 0.2)
        place = easel.width * (0.5 + share * 0.86)
        foot = floor * easel.height
        rate, phase = easel.between(2.6, 5.0), easel.between(0, 6)
        dance = lambda t, rate=rate, phase=phase: Motion(  # noqa: E731
            scale_y=0.72 + 0.28 * np.sin(rate * t + phase),
            opacity=0.75 + 0.25 * np.sin(0.6 * rate * t + phase),
        )
        layers.append(
            Plate(
                glow_pixels(colour, (shape * fade * 0.55).astype(np.float32)),
                place - wide * 0.9,
                foot - tall,
                0.15,
                scale=3,
                motion=dance,
                pivot=(place, foot),
                add=True,
            )
        )
    return layers


def _beam(easel: Easel, shot: Shot, index: int) -> Plate:
    long = int(1.15 * easel.height / 5)
    wide = int(0.34 * easel.unit / 5)
    y = np.linspace(0, 1, long, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, wide, dtype=np.float32)[None, :]
    cone = np.exp(-((x / (0.06 + 0.5 * y)) ** 2)) * (1 - y) ** 1.1 + 0.5 * np.exp(
        -((x / 0.14) ** 2) - (y / 0.02) ** 2
    )
    colour = mix(easel.tones.accent[index % len(easel.tones.accent)], bgr(1, 1, 1), 0.15)
    place = (easel.width * (index + 0.5) / 9, 0.07 * easel.height)
    lean, rate, phase = easel.between(-0.25, 0.25), easel.between(0.6, 1.3), easel.between(0, 6)
    swing = lambda t: Motion(  # noqa: E731
        turn=lean + 0.5 * np.sin(rate * t + phase), opacity=0.62 + 0.38 * np.sin(1.9 * rate * t + phase)
    )
    return Plate(
        glow_pixels(colour, cone * 0.55),
        place[0] - wide * 2.5,
        place[1],
        0.3,
        scale=5,
        motion=swing,
        pivot=place,
        add=True,
    )


def _crowd(easel: Easel, shot: Shot, index: int) -> Plate:
    rng = easel.rng
    near = index / 2
    height, width = int(0.42 * easel.height), shot.span[1]
    mask = np.zeros((height, width), np.uint8)
    head = easel.unit * (0.018 + 0.016 * near)
    base = int(height * 0.5)
    for x in np.arange(0, width, head * 2.1):
        x = float(x + rng.normal(0, head * 0.5))
        y = base + float(rng.normal(0, head * 0.5))
        cv2.ellipse(
            mask,
            (int(x * 16), int(y * 16)),
            (int(head * 13), int(head * 16)),
            0,
            0,
            360,
            255,
            -1,
            cv2.LINE_AA,
            4,
        )
        cv2.ellipse(
            mask,
            (int(x * 16), int((y + head * 2.1) * 16)),
            (int(head * 27), int(head * 18)),
            0,
            0,
            360,
            255,
            -1,
            cv2.LINE_AA,
            4,
        )
        if rng.random() < 0.42:
            way = 1 if rng.random() < 0.5 else -1
            elbow = (x + way * head * 1.7, y + head * 0.3)
            hand = (x + way * head * float(rng.uniform(0.7, 1.7)), y - head * float(rng.uniform(2.0, 3.4)))
            arm = np.array([(x + way * head * 1.3, y + head * 2), elbow, hand])
            cv2.polylines(
                mask,
                [np.round(arm * 16).astype(np.int32)],
                False,
                255,
                max(2, int(head * 0.62)),
                cv2.LINE_AA,
                4,
            )
            cv2.circle(mask, (int(hand[0] * 16), int(hand[1] * 16)), int(head * 8), 255, -1, cv2.LINE_AA, 4)
    mask[base + int(head * 3) :] = 255
    alpha = mask.astype(np.float32) / 255
    edge = np.clip(alpha - np.roll(alpha, max(2, int(head * 0.2)), 0), 0, 1)
    shade = relight(easel.tones.brand[0], 0.2 - 0.14 * near, 0.7)
    picture = (
        shade
        + (0.6 - 0.3 * near)
        * cv2.GaussianBlur(edge, (0, 0), 1)[..., None]
        * easel.tones.accent[index % len(easel.tones.accent)]
    )
    y = (0.73 + 0.09 * index) * easel.height - base
    rate = easel.between(4.2, 5.0)
    bounce = head * (0.3 if easel.scene.mood == "energetic" else 0.16)
    return Plate(
        plate_pixels(picture, alpha),
        shot.left,
        y,
        0.5 + 0.22 * index,
        motion=lambda t: Motion(
            y=bounce * np.sin(rate * t + index), x=bounce * np.sin(0.5 * rate * t + index)
        ),
    )
