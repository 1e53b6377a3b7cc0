"""Kinetic type: a word that stands in the scene, its letters arriving one by one."""

import cv2
import font_manrope
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from drawing.canvas import Layer, Motion, Plate, Shot, plate_pixels
from drawing.light import Colour, bgr, mix, oklab, relight

_ARRIVAL_S, _STAGGER_S, _START_S = 0.75, 0.055, 0.15


def lettering(
    shot: Shot,
    text: str,
    *,
    foot: float,
    parallax: float,
    width: float = 0.8,
    tallest: float = 0.26,
    colour: Colour | None = None,
) -> list[Layer]:
    """The word as one plate per letter, standing on scene row ``foot``.

    ``width`` is the share of the picture's width it may take and ``tallest`` the share of the shorter side
    its capitals may take. Words of two lines are set where the picture is tall.
    """
    words = text.upper().split()
    lines = words if shot.tall and len(words) > 1 and len(words) <= 3 else [" ".join(words)]
    size = _size(lines, width * shot.width, tallest * shot.unit)
    font = ImageFont.truetype(font_manrope.font_files["ManropeExtraBold"], size)
    layers: list[Layer] = []
    count = 0
    for index, line in enumerate(lines):
        base = foot - (len(lines) - 1 - index) * size * 0.92
        layers += _line(shot, line, font, base, parallax, count, colour)
        count += len(line)
    return layers


def _size(lines: list[str], width: float, tallest: float) -> int:
    probe = ImageFont.truetype(font_manrope.font_files["ManropeExtraBold"], 100)
    widest = max(probe.getlength(line) for line in lines)
    return max(10, int(min(100 * width / widest, tallest / 0.72)))


def _line(
    shot: Shot,
    line: str,
    font: ImageFont.FreeTypeFont,
    foot: float,
    parallax: float,
    first: int,
    colour: Colour | None,
) -> list[Layer]:
    start = shot.width / 2 - font.getlength(line) / 2
    layers: list[Layer] = []
    for index, letter in enumerate(line):
        if letter == " ":
            continue
        x = start + font.getlength(line[: index + 1]) - font.getlength(letter)
        layers.append(
            _letter(shot, letter, font, x, foot, parallax, _START_S + _STAGGER_S * (first + index), colour)
        )
    return layers


def _letter(
    shot: Shot,
    letter: str,
    font: ImageFont.FreeTypeFont,
    x: float,
    foot: float,
    parallax: float,
    begin: float,
    colour: Colour | None,
) -> Plate:
    size = int(font.size)
    pad = 6 + size // 5
    wide, high = int(font.getlength(letter)) + 2 * pad + 4, int(size * 1.25) + 2 * pad
    image = Image.new("L", (wide * 2, high * 2))
    ImageDraw.Draw(image).text(
        (pad * 2, (pad + size) * 2), letter, 255, font.font_variant(size=size * 2), anchor="ls"
    )
    alpha = cv2.resize(np.asarray(image, np.float32) / 255, (wide, high), interpolation=cv2.INTER_AREA)
    if colour is not None:
        base, lower = colour, mix(colour, shot.tones.accent[0], 0.5)
    elif shot.tones.dark:
        base, lower = (
            mix(shot.tones.accent[0], bgr(1, 1, 1), 0.88),
            mix(shot.tones.accent[0], bgr(1, 1, 1), 0.25),
        )
    else:
        base, lower = relight(shot.tones.brand[0], 0.3), relight(shot.tones.brand[0], 0.46)
    share = np.clip((np.arange(high) - pad - size * 0.25) / (size * 0.8), 0, 1)[:, None, None]
    # light from the sun's side runs along the letters' upper edges
    edge = np.clip(alpha - np.roll(alpha, (2, 2 if shot.sun[0] < shot.width / 2 else -2), (0, 1)), 0, 1)
    picture = base * (1 - share) + lower * share + 0.25 * edge[..., None] * shot.tones.sun
    # a soft cast behind the letter keeps it apart from whatever it stands before
    light_letter = float(oklab(base)[0]) > 0.6
    cast = shot.tones.shade if light_letter else mix(shot.tones.fog, bgr(1, 1, 1), 0.5)
    spread = cv2.GaussianBlur(alpha, (0, 0), size * 0.055) * (0.5 if light_letter else 0.4)
    cover = alpha + spread * (1 - alpha)
    picture = np.clip(picture, 0, 1) * alpha[..., None] + cast * (spread * (1 - alpha))[..., None]
    picture /= np.maximum(cover, 1e-4)[..., None]
    middle = (x + wide / 2 - pad, foot)

    def motion(t: float) -> Motion:
        share = min(max((t - begin) / _ARRIVAL_S, 0.0), 1.0)
        rest = (1 - share) ** 4
        sway = 0.006 * size * np.sin(1.1 * t + begin * 5)
        return Motion(
            y=rest * size * 0.5 + sway,
            scale_x=1 - 0.12 * rest,
            scale_y=1 - 0.3 * rest,
            shear=-0.25 * rest,
            opacity=min(1.0, share * 2.5),
        )

    return Plate(
        plate_pixels(picture, cover), x - pad, foot - pad - size, parallax, motion=motion, pivot=middle
    )
