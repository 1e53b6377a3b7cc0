"""Space: a nebula, a turning planet with a ring and a lit limb, stars in depth, shooting light."""

import cv2
import numpy as np

from drawing import noise
from drawing.atmosphere import Motes
from drawing.canvas import Layer, Motion, Plate, Shot, glow_pixels
from drawing.heaven import Stars, luminary
from drawing.light import bgr, mix, relight
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage


def paint(easel: Easel) -> Stage:
    tones, rng = easel.tones, easel.rng
    left = easel.chance(0.5)
    shot = easel.shot((0.2 if left else 0.8, easel.between(0.14, 0.3)))
    layers: list[Layer] = [_nebula(easel, shot)]
    layers.append(Stars(shot, rng, count=330, lowest=1.6 * easel.height, colour=bgr(1, 0.97, 0.92)))
    layers += _swirl(easel, shot)
    layers += luminary(shot, radius=easel.unit * 0.028, halo=1.0)
    radius = easel.unit * easel.between(0.34, 0.5)
    hero = easel.scene.subject is not None
    centre = (
        ((0.74 if left else 0.26) * easel.width, easel.between(0.62, 0.8) * easel.height)
        if not easel.tall
        else (easel.between(0.3, 0.7) * easel.width, 0.72 * easel.height)
    )
    layers.append(_planet(easel, shot, centre, radius * (0.85 if hero else 1.0)))
    layers += easel.word(shot, foot=0.44 if not easel.tall else 0.36, parallax=0.4, width=0.84)
    moon = (easel.width * (0.34 if left else 0.66), easel.height * easel.between(0.18, 0.3))
    layers.append(_planet(easel, shot, moon, easel.unit * 0.06, parallax=0.5, small=True))
    layers += easel.hero(shot, x=0.5, y=0.8, height=0.52, parallax=0.7, ground="air")
    layers.append(
        Motes(
            shot,
            rng,
            count=90,
            radius=(0.8, 2.4),
            drift=(-34, 8),
            colours=(tones.sun, tones.accent[0]),
            strength=0.75,
            area=(-0.1, 1.1),
        )
    )
    layers.append(
        Motes(
            shot, rng, count=10, radius=(14, 44), drift=(-26, 5), colours=tones.accent, strength=0.13, blur=5
        )
    )
    return easel.stage(shot, layers, eye=0.5, bloom=0.8)


def _nebula(easel: Easel, shot: Shot) -> Plate:
    tones, rng = easel.tones, easel.rng
    height, width = (side // 3 + 2 for side in shot.span)
    first = noise.fractal(height, width, rng, cells=(3, 4), octaves=7, gain=0.55)
    second = noise.fractal(height, width, rng, cells=(2.5, 3), octaves=7, gain=0.55)
    warp = ((first - 0.5) * width * 0.28).astype(np.float32)
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    wisps = cv2.remap(
        second,
        np.clip(columns + warp, 0, width - 1.01),
        np.clip(rows + warp[:, ::-1], 0, height - 1.01),
        cv2.INTER_LINEAR,
    )
    picture = np.zeros((height, width, 3), np.float32) + relight(tones.brand[0], 0.09, 0.5)
    for colour, field, low, power in (
        (relight(tones.brand[0], 0.42), wisps, 0.3, 0.75),
        (relight(tones.brand[1 % len(tones.brand)], 0.5), first * wisps * 1.6, 0.38, 0.7),
        (relight(tones.brand[-1], 0.75), wisps * (1.2 - first), 0.46, 0.5),
    ):
        picture += colour * (noise.smoothstep(low, low + 0.5, field) * power)[..., None]
    picture *= (
        1 - 0.75 * noise.smoothstep(0.55, 0.8, noise.fractal(height, width, rng, cells=(4, 5), octaves=6))
    )[..., None]
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = picture
    return Plate(pixels, shot.left, shot.upper, 0.05, scale=3)


def _swirl(easel: Easel, shot: Shot) -> list[Layer]:
    """Veils of gas that turn slowly against the nebula."""
    layers: list[Layer] = []
    for index in range(2):
        size = int(max(shot.span) * 1.1 / 8)
        field = noise.fractal(size, size, easel.rng, cells=(4, 4), octaves=5)
        v, u = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size), indexing="ij")
        amount = noise.smoothstep(0.52, 0.95, field) * noise.smoothstep(1.0, 0.4, np.hypot(u, v)) * 0.4
        centre = (shot.width / 2, shot.height / 2)
        pace = 0.012 if index else -0.009
        drift = lambda t, pace=pace: Motion(turn=pace * t, opacity=0.75 + 0.25 * np.sin(0.7 * t + 40 * pace))  # noqa: E731
        layers.append(
            Plate(
                glow_pixels(easel.tones.accent[index % len(easel.tones.accent)], amount),
                centre[0] - size * 4,
                centre[1] - size * 4,
                0.1,
                scale=8,
                motion=drift,
                pivot=centre,
                add=True,
            )
        )
    return layers


class _Globe:
    """A sphere with a surface that turns under its own light."""

    def __init__(
        self,
        shot: Shot,
        centre: tuple[float, float],
        radius: float,
        surface: np.ndarray,
        lit: np.ndarray,
        halo: np.ndarray,
        parallax: float,
        pace: float,
    ) -> None:
        self._plate = Plate(
            np.zeros((*lit.shape, 4), np.uint8),
            centre[0] - lit.shape[1] / 2,
            centre[1] - lit.shape[0] / 2,
            parallax,
        )
        size = lit.shape[0]
        v, u = (np.mgrid[0:size, 0:size].astype(np.float32) - size / 2 + 0.5) / radius
        inside = np.clip(1 - u * u - v * v, 0, 1)
        depth = np.sqrt(inside)
        self._alpha = np.clip((1 - np.hypot(u, v)) * radius + 0.5, 0, 1)
        tilt_u, tilt_v = u * 0.94 + v * 0.34, v * 0.94 - u * 0.34
        self._longitude = (
            np.arctan2(tilt_u, np.maximum(depth, 1e-3)) / np.pi * surface.shape[1] * 0.25
            + surface.shape[1] * 0.3
        ).astype(np.float32)
        self._latitude = np.clip(
            (tilt_v * 0.5 + 0.5) * (surface.shape[0] - 2), 0, surface.shape[0] - 2
        ).astype(np.float32)
        self._surface, self._lit, self._pace = surface, lit[..., None] * self._alpha[..., None], pace
        self._halo = Plate(
            halo, centre[0] - halo.shape[1] / 2, centre[1] - halo.shape[0] / 2, parallax, add=True
        )

    def paint(self, canvas: np.ndarray, now) -> None:
        self._halo.paint(canvas, now)
        turned = np.clip(self._longitude + np.float32(self._pace * now.t), 0, self._surface.shape[1] - 2)
        face = cv2.remap(self._surface, turned, self._latitude, cv2.INTER_LINEAR)
        pixels = self._plate.pixels
        pixels[..., :3] = np.clip(face * self._lit * 255 + 0.5, 0, 255)
        pixels[..., 3] = self._alpha * 255
        self._plate.paint(canvas, now)


def _planet(
    easel: Easel,
    shot: Shot,
    centre: tuple[float, float],
    radius: float,
    parallax: float = 0.28,
    small: bool = False,
) -> Layer:
    tones, rng = easel.tones, easel.rng
    size = int(radius * 2 + 6)
    height, width = int(radius * 2.2), int(radius * 6)
    bands = noise.fractal(height, width, rng, cells=(9, 2.5), octaves=6, gain=0.6)
    colours = np.stack(
        [
            relight(tones.brand[0], 0.3),
            relight(tones.brand[1 % len(tones.brand)], 0.55),
            relight(tones.brand[-1], 0.82),
            relight(tones.brand[0], 0.62),
        ]
    )
    if small:
        colours = np.stack([mix(colour, bgr(0.6, 0.6, 0.6), 0.6) for colour in colours])
    surface = np.stack(
        [np.interp(bands, [0.1, 0.42, 0.66, 0.95], colours[:, c]) for c in range(3)], axis=-1
    ).astype(np.float32)
    v, u = (np.mgrid[0:size, 0:size].astype(np.float32) - size / 2 + 0.5) / radius
    depth = np.sqrt(np.clip(1 - u * u - v * v, 0, 1))
    toward = np.array([shot.sun[0] - centre[0], shot.sun[1] - centre[1]])
    toward = toward / np.hypot(*toward)
    lit = np.clip(u * toward[0] * 0.82 + v * toward[1] * 0.82 + depth * 0.42, 0, 1) ** 0.9 * 1.15 + 0.02
    lit = lit + 0.5 * (1 - depth) ** 4 * np.clip(u * toward[0] + v * toward[1] + 0.3, 0, 1)
    halo_size = int(radius * 3)
    hv, hu = (np.mgrid[0:halo_size, 0:halo_size].astype(np.float32) - halo_size / 2) / radius
    away = np.hypot(hu, hv)
    glow = (
        np.exp(-np.abs(away - 1) / 0.09)
        * np.clip((hu * toward[0] + hv * toward[1]) / np.maximum(away, 0.01) * 0.6 + 0.4, 0, 1)
        * noise.smoothstep(1.5, 1.15, away)
    )
    return _Globe(
        shot,
        centre,
        radius,
        surface,
        lit.astype(np.float32),
        glow_pixels(tones.accent[0], glow.astype(np.float32) * 0.6),
        parallax,
        radius * 0.05,
    )
