"""Land: ridges, mountains, trees, grass and hills as plates, lit from the sun's side."""

import cv2
import numpy as np

from drawing import noise
from drawing.canvas import Plate, Shot, plate_pixels
from drawing.light import Colour, bgr, mix

_SUBPIXEL = 16


def below(profile: np.ndarray, height: int) -> np.ndarray:
    """Smooth coverage (height, width) of everything under a line given in rows from the top."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    return np.clip(rows - profile[None, :] + 0.5, 0, 1)


def land(
    shot: Shot,
    line: np.ndarray,
    *,
    parallax: float,
    colour: Colour,
    foot: Colour,
    rim: float,
    rng: np.random.Generator,
    texture: float = 0.06,
    fade: float = 0.35,
    trees: np.ndarray | None = None,
) -> Plate:
    """A body of land under ``line`` (scene y per column of the overscan span), down to the lower edge.

    ``colour`` at the crest runs into ``foot`` over ``fade`` of the picture's height; ``rim`` is how much sun
    catches the crest; ``trees`` is a mask over the span that stands on it.
    """
    span_height, span_width = shot.span
    rise = trees if trees is None else np.flatnonzero(trees.any(axis=1))
    first = (
        float(line.min()) - 4
        if rise is None or not rise.size
        else min(float(line.min()) - 4, rise[0] + shot.upper)
    )
    top = int(np.floor(max(shot.upper, first)))
    height = shot.upper + span_height - top
    if height < 2:
        top, height = shot.upper + span_height - 2, 2
    local = (line - top).astype(np.float32)
    alpha = below(local, height)
    if trees is not None:
        alpha = np.maximum(alpha, trees[top - shot.upper : top - shot.upper + height])
    depth = np.maximum(np.arange(height, dtype=np.float32)[:, None] - local[None, :], 0)
    blend = noise.smoothstep(0, fade * shot.height, depth)[..., None]
    picture = colour * (1 - blend) + foot * blend
    grain = noise.fractal(height, span_width, rng, cells=(height / 60, span_width / 90), octaves=5) - 0.5
    picture = picture * (1 + texture * 2 * grain[..., None])
    picture = picture + rim * crest_light(shot, line, depth, grain)[..., None] * shot.tones.sun
    return Plate(plate_pixels(picture, alpha), shot.left, top, parallax)


def crest_light(shot: Shot, line: np.ndarray, depth: np.ndarray, grain: np.ndarray) -> np.ndarray:
    """Sun on the crest: where it faces the sun's side, thinning out below."""
    smooth = cv2.GaussianBlur(line[None, :].astype(np.float32), (0, 0), max(2.0, shot.unit / 90))[0]
    columns = shot.left + np.arange(line.size)
    side = np.tanh((shot.sun[0] - columns) / (0.12 * shot.width))
    facing = 0.45 + 0.55 * np.tanh(-np.gradient(smooth) * side * 3.0)
    near = np.exp(-(((columns - shot.sun[0]) / (0.55 * shot.width)) ** 2)) * 0.75 + 0.25
    reach = shot.unit * 0.012 + shot.unit * 0.05 * np.maximum(grain + 0.2, 0)
    return (facing * near)[None, :] * np.exp(-depth / reach)


def massif(
    shot: Shot,
    line: np.ndarray,
    *,
    parallax: float,
    lit: Colour,
    dark: Colour,
    foot: Colour,
    snow: float,
    rng: np.random.Generator,
) -> Plate:
    """Rocky mountains under ``line``: gullies lit from the sun's side, snow above, haze at the foot.

    The relief is noise drawn out along the fall line; its slope across the light is the shading.
    """
    span_height, span_width = shot.span
    top = int(np.floor(max(shot.upper, line.min() - 3)))
    height = shot.upper + span_height - top
    local = (line - top).astype(np.float32)
    depth = np.arange(height, dtype=np.float32)[:, None] - local[None, :]
    relief = noise.fractal(
        height,
        span_width,
        rng,
        cells=(height / shot.unit * 4, span_width / shot.unit * 9),
        octaves=7,
        gain=0.56,
    )
    reach = float(np.ptp(line)) + 1
    # lines of descent fan out from the summits, so that faces follow the ridge and not a straight grid
    columns, rows = np.meshgrid(np.arange(span_width, dtype=np.float32), np.arange(height, dtype=np.float32))
    smooth = cv2.GaussianBlur(local[None, :], (0, 0), shot.unit / 26)[0]
    fan = np.gradient(smooth)[None, :] * np.clip(depth, 0, reach) * 0.9
    relief = cv2.remap(
        relief, columns - fan.astype(np.float32), rows * 0.75, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    side = 1.0 if shot.sun[0] > shot.width / 2 else -1.0
    slope = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=5) * side + 0.35 * cv2.Sobel(
        relief, cv2.CV_32F, 0, 1, ksize=5
    )
    broad = np.tanh(-np.gradient(smooth) * side * 1.6)[None, :]
    shading = np.clip(
        0.46
        + slope / (float(slope.std()) * 3.4)
        + 0.3 * broad * np.exp(-np.maximum(depth, 0) / (0.5 * reach)),
        0,
        1,
    )
    rock = dark * (1 - shading[..., None]) + lit * shading[..., None]
    if snow > 0:
        cover = noise.smoothstep(
            0.0,
            0.16,
            snow - (rows + top - line.min()) / reach + 0.5 * (relief - 0.5) + 0.25 * (shading - 0.5),
        )
        white = (
            mix(dark, bgr(1.0, 0.97, 0.95), 0.62) * (1 - shading[..., None])
            + mix(lit, bgr(1, 1, 1), 0.72) * shading[..., None]
        )
        rock = rock * (1 - cover[..., None]) + white * cover[..., None]
    haze = (
        noise.smoothstep(0.12 * reach, 1.05 * reach, np.maximum(rows + top - line.min(), 0) - 0.1 * reach)[
            ..., None
        ]
        * 0.92
    )
    return Plate(
        plate_pixels(rock * (1 - haze) + foot * haze, below(local, height)), shot.left, top, parallax
    )


def pines(
    shot: Shot, line: np.ndarray, rng: np.random.Generator, *, size: float, density: float, clumps: float = 5
) -> np.ndarray:
    """Coverage mask over the span of a stand of conifers rooted on ``line``; ``size`` is a tall tree's."""
    height, width = shot.span
    mask = np.zeros((height, width), np.uint8)
    crowd = noise.profile(width, rng, cells=clumps, octaves=3)
    count = int(density * width / (size * 0.12))
    for _ in range(count):
        x = float(rng.uniform(0, width))
        if rng.random() > crowd[int(x)] * 1.5:
            continue
        tall = size * float(rng.uniform(0.3, 1.0)) * (0.6 + 0.5 * float(crowd[int(x)]))
        _pine(mask, x, float(line[min(int(x), width - 1)] - shot.upper) + 0.06 * tall, tall, rng)
    return mask.astype(np.float32) / 255


def _pine(mask: np.ndarray, x: float, foot: float, tall: float, rng: np.random.Generator) -> None:
    tiers = max(5, int(tall / 9))
    half = tall * float(rng.uniform(0.12, 0.18))
    left, right = [], []
    for step in range(tiers):
        share = (step + 1) / tiers
        reach = half * share**0.85
        y = foot - tall * (1 - share * 0.93)
        for side, edge in ((-1, left), (1, right)):
            out = reach * float(rng.uniform(0.72, 1.12))
            edge.append((x + side * out * 0.42, y - tall / tiers * 0.45))
            edge.append((x + side * out, y + tall / tiers * 0.18))
    outline = [(x, foot - tall), *right, (x + half * 0.12, foot), (x - half * 0.12, foot), *reversed(left)]
    points = np.round(np.array(outline) * _SUBPIXEL).astype(np.int32)
    cv2.fillPoly(mask, [points], 255, cv2.LINE_AA, 4)


def grass(shot: Shot, line: np.ndarray, rng: np.random.Generator, *, size: float, count: int) -> np.ndarray:
    """Coverage mask over the span of blades rooted on ``line``, up to ``size`` pixels long."""
    height, width = shot.span
    mask = np.zeros((height, width), np.uint8)
    clump = noise.profile(width, rng, cells=14, octaves=4)
    for x in rng.uniform(0, width - 1, count):
        long = size * float(rng.uniform(0.3, 1.0)) * (0.35 + 0.9 * float(clump[int(x)]))
        lean = float(rng.normal(0.12, 0.28)) * long
        foot = float(line[int(x)] - shot.upper) + 3
        thick = max(0.8, long * float(rng.uniform(0.018, 0.032)))
        share = np.linspace(0, 1, 7)
        middle = np.stack([x + lean * share**2, foot - long * share * (1 - 0.12 * share)], axis=1)
        wide = np.stack([thick * (1 - share), np.zeros(7)], axis=1)
        outline = np.concatenate([middle - wide, (middle + wide)[::-1]])
        cv2.fillPoly(mask, [np.round(outline * _SUBPIXEL).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def line_of(shot: Shot, share: np.ndarray, *, base: float, rise: float) -> np.ndarray:
    """Scene y per column of the span: ``base`` (share of the height) minus ``share`` × ``rise`` × height."""
    return (base - share * rise) * shot.height
