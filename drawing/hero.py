"""The subject in the scene: placed, lit, grounded and alive."""

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import cv2
import numpy as np

from drawing.canvas import Layer, Moment, Motion, Plate, Shot, glow_pixels, plate_pixels
from drawing.light import bgr, mix, oklab
from drawing.scene import Scene
from drawing.subjects import draw_subject

_FLYING = {"rocket", "headphones", "sunglasses"}
_PRODUCT_HEIGHT = {
    "car": 0.62,
    "bicycle": 0.8,
    "sneaker": 0.6,
    "laptop": 0.75,
    "sunglasses": 0.42,
    "skateboard": 0.5,
    "burger": 0.8,
    "pizza": 0.55,
    "runner": 1.1,
    "sailboat": 1.15,
    "rocket": 1.2,
}


@dataclass(frozen=True)
class Place:
    """Where a setting wants its subject: foot point in pixels, height as a share of the shorter side."""

    x: float
    y: float
    height: float
    parallax: float
    ground: str = "matte"
    """matte: shadow only · gloss: shadow and mirror image · water · air: it floats, no contact."""


class Hero:
    """A subject with shadow, reflection, rim light, a sweep of light and a slow turn."""

    def __init__(self, shot: Shot, scene: Scene, place: Place) -> None:
        assert scene.subject is not None
        self._shot, self._place = shot, place
        height = place.height * shot.unit * _PRODUCT_HEIGHT.get(scene.subject, 1.0)
        light = scene.light
        # Of what all scenes of a film share, so that each of them shows the same product: colours that a
        # description names come behind the film's own.
        product = crc32(f"{scene.subject} {scene.palette[0]}".encode())
        sprite = draw_subject(
            scene.subject, height_px=max(24, round(height)), palette=scene.palette, light=light, seed=product
        )
        limit = 0.78 * shot.width
        if sprite.rgba.shape[1] > limit:
            height *= limit / sprite.rgba.shape[1]
            sprite = draw_subject(
                scene.subject,
                height_px=max(24, round(height)),
                palette=scene.palette,
                light=light,
                seed=product,
            )
        rgba = sprite.rgba
        floats = place.ground == "air" or (scene.subject in _FLYING and place.ground != "water")
        x, y = place.x - sprite.anchor[0], place.y - sprite.anchor[1]
        lift = -0.06 * height if scene.subject in _FLYING and place.ground not in ("air", "water") else 0.0
        self._sway = 1.0 if floats or place.ground == "water" else 0.0
        self._size = float(height)
        self._lit = _graded(shot, rgba)
        pivot = (place.x, place.y)

        def motion(t: float) -> Motion:
            bob = self._sway * 0.014 * height * np.sin(1.3 * t)
            turn = 0.02 * np.sin(0.8 * t + 0.5) * self._sway
            return Motion(
                y=bob + lift,
                scale_x=1 + 0.012 * np.sin(0.55 * t - 0.6),
                shear=0.012 * np.sin(0.5 * t),
                turn=turn,
            )

        self._body = Plate(self._lit, x, y, place.parallax, motion=motion, pivot=pivot)
        self._sweep = Plate(
            np.zeros_like(rgba, np.float32), x, y, place.parallax, motion=motion, pivot=pivot, add=True
        )
        self._below = self._grounding(sprite.footprint, rgba, x, y, motion)
        if sprite.glow is not None:
            wide = cv2.copyMakeBorder(sprite.glow, 40, 40, 40, 40, cv2.BORDER_CONSTANT)
            soft = cv2.GaussianBlur(wide.astype(np.float32) / 255, (0, 0), 12)
            light_pixels = np.dstack([soft, np.zeros(soft.shape[:2], np.float32)])
            self._halo: Plate | None = Plate(
                light_pixels, x - 40, y - 40, place.parallax, motion=motion, pivot=pivot, add=True
            )
        else:
            self._halo = None
        rows, columns = np.mgrid[0 : rgba.shape[0], 0 : rgba.shape[1]].astype(np.float32)
        self._along = columns + rows * 0.55
        self._alpha = rgba[..., 3].astype(np.float32) / 255

    def _grounding(
        self, footprint: float, rgba: np.ndarray, x: float, y: float, motion: Callable[[float], Motion]
    ) -> list[Plate]:
        place, layers = self._place, []
        if place.ground == "air":
            return layers
        if place.ground in ("gloss", "water"):
            mirror = rgba[::-1].astype(np.float32)
            rows = np.arange(mirror.shape[0], dtype=np.float32)
            start = rgba.shape[0] - (place.y - y)
            fade = np.clip(1 - (rows - start) / (0.5 * mirror.shape[0]), 0, 1) ** 1.4 * (rows >= start - 2)
            mirror *= (fade * (0.34 if place.ground == "gloss" else 0.42))[:, None, None]
            mirror = cv2.GaussianBlur(mirror, (0, 0), 2.0)
            layers.append(
                Plate(
                    mirror.astype(np.uint8),
                    x,
                    2 * place.y - y - rgba.shape[0] - 1,
                    place.parallax,
                    motion=lambda t: Motion(shear=-motion(t).shear, x=motion(t).x),
                    pivot=(place.x, place.y),
                )
            )
        if place.ground != "water":
            for spread, flat, power in ((1.9, 0.2, 0.34), (1.12, 0.09, 0.62)):
                wide = max(footprint * spread, 12.0)
                layers.append(_shadow(self._shot, place, wide, wide * flat, power))
        return layers

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        for layer in self._below:
            layer.paint(canvas, now)
        self._body.paint(canvas, now)
        # every few seconds a band of light runs across
        phase = (now.t * 0.42 + 0.12) % 1.6
        length = float(self._along[-1, -1])
        band = np.exp(-(((self._along - (phase * 1.3 - 0.15) * length) / (0.07 * length)) ** 2)) * self._alpha
        self._sweep.pixels[..., :3] = (band * 0.2)[..., None] * self._shot.tones.sun
        self._sweep.paint(canvas, now)
        if self._halo is not None:
            self._halo.paint(canvas, now)


def _graded(shot: Shot, rgba: np.ndarray) -> np.ndarray:
    """The sprite in the scene's light: cast of the air, and a rim on the sun's side."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    picture = rgba[..., :3].astype(np.float32) / 255
    cast = mix(shot.tones.fog, bgr(1, 1, 1), 0.72)
    picture = picture * cast / max(float(oklab(cast)[0]), 0.5)
    reach = max(2.0, shot.unit / 240)
    shift = reach if shot.sun[0] < shot.width / 2 else -reach
    moved = cv2.warpAffine(
        alpha[..., 0],
        np.array([[1, 0, shift], [0, 1, reach * 0.6]], np.float32),
        (alpha.shape[1], alpha.shape[0]),
    )
    rim = cv2.GaussianBlur(np.clip(alpha[..., 0] - moved, 0, 1), (0, 0), reach * 0.4) * alpha[..., 0]
    picture = picture + 0.55 * rim[..., None] * shot.tones.sun
    return (np.clip(np.dstack([np.minimum(picture, alpha * 1.0), alpha]), 0, 1) * 255 + 0.5).astype(np.uint8)


def _shadow(shot: Shot, place: Place, wide: float, high: float, power: float) -> Plate:
    rows, columns = max(8, int(high * 2.4)), max(8, int(wide * 1.5))
    v, u = np.meshgrid(
        np.linspace(-1, 1, rows, dtype=np.float32),
        np.linspace(-1, 1, columns, dtype=np.float32),
        indexing="ij",
    )
    amount = np.clip(1 - np.hypot(u, v), 0, 1) ** 1.3 * power
    side = -1 if shot.sun[0] > place.x else 1
    dark = shot.tones.shade * 0.4
    return Plate(
        plate_pixels(dark, amount),
        place.x - columns / 2 + side * wide * 0.05,
        place.y - rows / 2,
        place.parallax,
    )


def spotlight(shot: Shot, x: float, y: float, radius: float, strength: float, parallax: float) -> Layer:
    """A soft pool of light on the ground or behind a subject."""
    size = max(8, int(radius * 2 / 6))
    v, u = np.meshgrid(
        np.linspace(-1, 1, size, dtype=np.float32), np.linspace(-1, 1, size, dtype=np.float32), indexing="ij"
    )
    amount = np.clip(1 - np.hypot(u, v), 0, 1) ** 1.8 * strength
    return Plate(
        glow_pixels(shot.tones.sun, amount),
        x - radius,
        y - radius,
        parallax,
        scale=radius * 2 / size,
        add=True,
    )
