"""The forest: rows of trunks in deepening mist, shafts of light, fireflies or pollen, ferns in front."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Motes, mist
from drawing.canvas import Layer, Motion, Plate, Shot, plate_pixels
from drawing.heaven import backdrop, luminary, shafts
from drawing.light import mix
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage
from drawing.terrain import grass, land, line_of, pines


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    ground = easel.between(0.7, 0.78)
    shot = easel.shot((easel.side(), easel.between(0.14, 0.36)))
    layers: list[Layer] = [backdrop(shot, horizon=ground * easel.height, clouds=0.2, rng=rng)]
    layers += luminary(shot, radius=easel.unit * 0.05, halo=1.2)
    width = shot.span[1]
    line = line_of(shot, noise.profile(width, rng, cells=4, octaves=4), base=ground - 0.04, rise=0.08)
    trees = pines(shot, line, rng, size=easel.unit * 0.4, density=2.2)
    layers.append(
        land(
            shot,
            line,
            parallax=0.16,
            colour=tones.distance(0.72),
            foot=tones.fog,
            rim=0.1,
            rng=rng,
            fade=0.2,
            trees=trees,
        )
    )
    for index, far in enumerate((0.58, 0.4, 0.22)):
        layers.append(
            mist(
                shot,
                rng,
                y=(ground - 0.02 + 0.03 * index) * easel.height,
                thickness=0.2 * easel.height,
                density=0.62,
                parallax=0.2 + 0.18 * index,
                speed=(9, -12, 14)[index],
            )
        )
        layers.append(_trunks(easel, shot, ground + 0.05 * (index + 1), far, count=(15, 9, 6)[index]))
        if index == 1:
            layers += easel.word(shot, foot=ground + 0.08, parallax=0.55)
        if index == 0:
            layers += shafts(shot, rng, strength=0.5 if not tones.dark else 0.26, parallax=0.3, reach=2.2)
    near = line_of(shot, noise.profile(width, rng, cells=5, octaves=5), base=0.97, rise=0.1)
    layers.append(
        land(
            shot,
            near,
            parallax=0.8,
            colour=mix(tones.shade, tones.brand[0], 0.12),
            foot=tones.shade * 0.5,
            rim=0.35,
            rng=rng,
            fade=0.1,
            texture=0.3,
            trees=grass(shot, near, rng, size=easel.unit * 0.07, count=900),
        )
    )
    layers += easel.hero(shot, x=0.5, y=0.93, height=0.44, parallax=0.82)
    layers.append(_ferns(easel, shot))
    glow = (tones.accent[0], mix(tones.sun, tones.accent[-1], 0.4))
    layers.append(
        Motes(
            shot,
            rng,
            count=70,
            radius=(1.0, 3.4),
            drift=(7, -9),
            colours=glow,
            strength=0.85,
            area=(0.1, 1.05),
            wander=26,
        )
    )
    layers.append(
        Motes(
            shot,
            rng,
            count=12,
            radius=(14, 40),
            drift=(8, -5),
            colours=glow,
            strength=0.16,
            blur=4,
            area=(0.1, 1.1),
        )
    )
    return easel.stage(shot, layers, eye=0.6, bloom=0.6)


def _trunks(easel: Easel, shot: Shot, foot: float, far: float, *, count: int) -> Plate:
    """Trunks that reach out of the picture, with boughs, lit along the sun's side."""
    rng, tones = easel.rng, easel.tones
    height, width = shot.span
    mask = np.zeros((height, width), np.uint8)
    lit = np.zeros((height, width), np.float32)
    base = int(foot * easel.height - shot.upper)
    clear = shot.width / 2 - shot.left
    for place in rng.uniform(0, width, count):
        thick = easel.unit * easel.between(0.014, 0.034) * (1.5 - far) * 1.25
        if far < 0.3 and abs(place - clear) < 0.2 * easel.width:
            continue
        bend = easel.unit * easel.between(-0.05, 0.05)
        share = np.linspace(0, 1, 24)
        middle = place + bend * np.sin(share * 2.4) + easel.unit * 0.004 * rng.standard_normal(24)
        half = thick * (0.55 + 0.45 * share) + thick * 0.9 * np.maximum(share - 0.94, 0) * 16
        rows = share * (base + thick)
        outline = np.concatenate(
            [np.stack([middle - half, rows], 1), np.stack([middle + half, rows], 1)[::-1]]
        )
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        side = 1 if shot.sun[0] - shot.left > place else -1
        strip = np.concatenate(
            [
                np.stack([middle + side * half * 0.62, rows], 1),
                np.stack([middle + side * half * 1.05, rows], 1)[::-1],
            ]
        )
        edge = np.zeros_like(mask)
        cv2.fillPoly(edge, [np.round(strip * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        lit += edge.astype(np.float32) / 255
        _boughs(easel, mask, float(place), base, thick)
    bark = noise.fractal(height, width, rng, cells=(10, width / (easel.unit * 0.012)), octaves=3) - 0.5
    colour = tones.distance(far) * (1 + 0.3 * (1 - far) * bark[..., None])
    colour = colour + 0.5 * cv2.GaussianBlur(lit, (0, 0), 1.5)[..., None] * tones.sun * (
        0.3 + 0.4 * (1 - far)
    )
    haze = noise.smoothstep(0.45, 1.0, np.arange(height, dtype=np.float32) / base)[:, None, None] * far
    return Plate(
        plate_pixels(colour * (1 - haze) + tones.fog * haze, mask.astype(np.float32) / 255),
        shot.left,
        shot.upper,
        0.85 - far,
    )


def _boughs(easel: Easel, mask: np.ndarray, x: float, base: int, thick: float) -> None:
    rng = easel.rng
    for _ in range(9):
        y = easel.between(0.0, 0.62) * base
        long = easel.unit * easel.between(0.05, 0.2) * (1.05 - y / base)
        way = 1 if easel.chance(0.5) else -1
        share = np.linspace(0, 1, 9)
        droop = long * 0.35 * share**1.6
        upper = np.stack([x + way * long * share, y + droop - thick * 0.2 * (1 - share)], 1)
        fringe = (
            y + droop + thick * (0.25 + 0.9 * np.sin(share * 3.1)) * rng.uniform(0.4, 1.2, 9) * (share < 1)
        )
        lower = np.stack([x + way * long * share, fringe], 1)
        cv2.fillPoly(
            mask, [np.round(np.concatenate([upper, lower[::-1]]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4
        )


def _ferns(easel: Easel, shot: Shot) -> Plate:
    line = line_of(shot, noise.profile(shot.span[1], easel.rng, cells=3, octaves=4), base=1.12, rise=0.08)
    blades = grass(shot, line, easel.rng, size=easel.unit * 0.22, count=240)
    pixels = plate_pixels(easel.tones.shade * 0.4, cv2.GaussianBlur(blades, (0, 0), easel.unit / 300))
    top = int(shot.span[0] * 0.55)
    return Plate(
        pixels[top:],
        shot.left,
        shot.upper + top,
        1.0,
        motion=lambda t: Motion(shear=0.03 * np.sin(0.9 * t)),
        pivot=(shot.width / 2, 1.12 * shot.height),
    )
