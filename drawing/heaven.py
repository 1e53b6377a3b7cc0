"""The sky: gradient, clouds, sun or moon with halo, stars and light shafts."""

import cv2
import numpy as np

from drawing import noise
from drawing.canvas import Layer, Motion, Plate, Shot, glow_pixels, plate_pixels, shine, veil_pixels
from drawing.light import Colour, bgr, mix

_COARSE = 4


def backdrop(shot: Shot, *, horizon: float, clouds: float, rng: np.random.Generator) -> Plate:
    """The sky's gradient with the sun's glow in it; ``horizon`` is a scene y, ``clouds`` 0 to 1."""
    height, width = (side // 2 + 2 for side in shot.span)
    y = (shot.upper + 2 * np.arange(height, dtype=np.float32))[:, None]
    x = (shot.left + 2 * np.arange(width, dtype=np.float32))[None, :]
    tones = shot.tones
    wave = (noise.fractal(height, width, rng, cells=(2.5, 1.5), octaves=3) - 0.5) * 0.12
    share = np.clip((y - shot.upper) / (horizon - shot.upper), 0, 1) + wave
    stops = np.array([0.0, 0.28, 0.62, 0.9, 1.0])
    colours = np.stack(
        [mix(tones.top, tones.shade, 0.18), tones.top, tones.mid, tones.low, mix(tones.low, tones.fog, 0.4)]
    )
    sky = np.stack([np.interp(share, stops, colours[:, channel]) for channel in range(3)], axis=-1).astype(
        np.float32
    )
    distance = np.hypot(x - shot.sun[0], (y - shot.sun[1]) * 1.15) / shot.unit
    near = np.exp(-distance * 3.0)[..., None] * (0.4 if tones.dark else 0.5)
    sky = sky * (1 - near * 0.75) + mix(tones.sun, tones.low, 0.35) * near
    if clouds > 0:
        sky = _clouded(shot, sky, x, y, horizon, clouds, rng)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = sky
    return Plate(pixels, shot.left, shot.upper, 0.06, scale=2)


def _clouded(
    shot: Shot,
    sky: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    horizon: float,
    amount: float,
    rng: np.random.Generator,
) -> np.ndarray:
    height, width = sky.shape[:2]
    field = noise.fractal(height, width, rng, cells=(7, 2.6), octaves=7, gain=0.52)
    lower = np.clip((y - shot.upper) / max(horizon - shot.upper, 1), 0, 1.2)
    cover = noise.smoothstep(0.66 - 0.3 * amount, 0.92 - 0.2 * amount, field + 0.12 * np.sin(lower * 3))
    toward = cv2.Sobel(cv2.GaussianBlur(field, (0, 0), 3), cv2.CV_32F, 0, 1, ksize=5)
    lit = np.clip(0.5 - toward / (3.2 * float(toward.std())), 0, 1)
    distance = np.hypot(x - shot.sun[0], y - shot.sun[1]) / shot.unit
    glow = np.exp(-distance * 1.5)
    tones = shot.tones
    shaded = mix(tones.mid, tones.top, 0.45)
    bright = mix(tones.sun, tones.low, 0.25)
    light = np.clip(0.2 + 0.55 * lit + 0.5 * glow, 0, 1)[..., None] * (0.62 if tones.dark else 1.0)
    colour = shaded * (1 - light) + bright * light
    alpha = (cover * (0.35 + 0.45 * amount) * noise.smoothstep(1.08, 0.8, lower))[..., None]
    return sky * (1 - alpha) + colour * alpha


def drifting_clouds(
    shot: Shot, rng: np.random.Generator, *, horizon: float, amount: float, speed: float = 6.0
) -> Plate:
    """A thin nearer layer of cloud that moves on the wind, ``speed`` pixels a second at 720 lines."""
    height, width = shot.span[0] // _COARSE, int(shot.span[1] / _COARSE * 1.35)
    field = noise.fractal(height, width, rng, cells=(9, 3.2), octaves=6, gain=0.5)
    y = shot.upper + _COARSE * np.arange(height, dtype=np.float32)[:, None]
    band = noise.smoothstep(horizon, horizon - 0.2 * shot.height, y)
    alpha = noise.smoothstep(0.56, 0.9, field) * band * amount
    warm = (
        mix(shot.tones.low, shot.tones.sun, 0.5)
        if not shot.tones.dark
        else mix(shot.tones.mid, shot.tones.low, 0.4)
    )
    pace = speed * shot.unit / 720
    start = shot.left - 0.3 * shot.width
    return Plate(
        veil_pixels(warm, alpha), start, shot.upper, 0.09, scale=_COARSE, motion=lambda t: Motion(x=pace * t)
    )


def luminary(shot: Shot, *, radius: float, halo: float = 1.0) -> list[Layer]:
    """Sun or moon with its halo, breathing a little. ``radius`` in pixels."""
    x, y = shot.sun
    size = int(radius * 2 + 8)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) - size / 2 + 0.5
    distance = np.hypot(rows, columns)
    disc = np.clip(radius - distance + 0.5, 0, 1)
    face = mix(shot.tones.sun, bgr(1, 1, 1), 0.5)
    shading = np.ones_like(disc)
    if shot.tones.dark:
        rng = np.random.default_rng(3)
        shading = 1 - 0.16 * noise.smoothstep(
            0.5, 0.75, noise.fractal(size, size, rng, cells=(3, 3), octaves=5)
        )
    picture = face * shading[..., None]
    plate = Plate(plate_pixels(picture, disc), x - size / 2, y - size / 2, 0.06)
    reach = int(shot.unit * 1.5 / 8)
    rows, columns = np.mgrid[0:reach, 0:reach].astype(np.float32) - reach / 2 + 0.5
    distance = np.hypot(rows, columns) * 8
    falloff = np.exp(-np.maximum(distance - radius, 0) / (0.05 * shot.unit)) * 0.42 + 0.16 * np.exp(
        -distance / (0.2 * shot.unit)
    )
    edge = noise.smoothstep(1.0, 0.45, distance / (reach * 4))
    glow = glow_pixels(
        mix(shot.tones.sun, shot.tones.low, 0.3), falloff * edge * halo * (0.7 if shot.tones.dark else 0.8)
    )
    breathe = lambda t: Motion(opacity=0.92 + 0.08 * np.sin(0.8 * t))  # noqa: E731
    light = Plate(glow, x - reach * 4, y - reach * 4, 0.06, scale=8, motion=breathe, add=True)
    return [plate, light]


class Stars:
    """Points that twinkle, each at its own pace."""

    def __init__(
        self, shot: Shot, rng: np.random.Generator, *, count: int, lowest: float, colour: Colour
    ) -> None:
        self._x = rng.uniform(shot.left, shot.left + shot.span[1], count)
        self._y = rng.uniform(shot.upper, lowest, count)
        self._power = rng.random(count) ** 4 * 0.85 + 0.15
        self._phase = rng.uniform(0, 6.28, count)
        self._pace = rng.uniform(1.0, 3.5, count)
        self._lowest, self._reach = lowest, 0.25 * shot.height
        self._radius = shot.unit / 720
        self._colour = colour

    def paint(self, canvas: np.ndarray, now) -> None:
        m = now.matrix(0.04)
        bottom = min(max(int(m[1, 1] * self._lowest + m[1, 2]) + 4, 1), canvas.shape[0])
        light = np.zeros((bottom, *canvas.shape[1:]), np.uint8)
        level = self._power * (0.68 + 0.32 * np.sin(self._phase + self._pace * now.t))
        level = level * np.clip((self._lowest - self._y) / self._reach, 0, 1)
        for x, y, value, power in zip(self._x, self._y, level, self._power, strict=True):
            place = int((m[0, 0] * x + m[0, 2]) * 16), int((m[1, 1] * y + m[1, 2]) * 16)
            colour = np.minimum(self._colour * (280 * value), 255).tolist()
            cv2.circle(light, place, int(16 * self._radius * (0.55 + power)), colour, -1, cv2.LINE_AA, 4)
        shine(canvas[:bottom], light)


def shafts(
    shot: Shot, rng: np.random.Generator, *, strength: float, parallax: float = 0.3, reach: float = 1.5
) -> list[Plate]:
    """Two fans of light from the sun that swing against each other."""
    layers = []
    for turn in (1.0, -1.0):
        height, width = shot.span[0] // 8, shot.span[1] // 8
        y = (shot.upper + 8 * np.arange(height, dtype=np.float32))[:, None] - shot.sun[1]
        x = (shot.left + 8 * np.arange(width, dtype=np.float32))[None, :] - shot.sun[0]
        angle = np.arctan2(y, x)
        rays = noise.profile(720, rng, cells=46, octaves=3)
        rays = np.interp(angle, np.linspace(-np.pi, np.pi, 720), cv2.GaussianBlur(rays[None], (0, 0), 3)[0])
        distance = np.hypot(x, y) / shot.unit
        amount = (
            noise.smoothstep(0.45, 0.95, rays)
            * np.exp(-distance * (2.2 / reach))
            * noise.smoothstep(0.02, 0.2, distance)
        )
        glow = glow_pixels(mix(shot.tones.sun, shot.tones.low, 0.25), amount.astype(np.float32) * strength)
        pace = 0.011 * turn
        sway = lambda t, pace=pace: Motion(  # noqa: E731
            turn=pace * np.sin(0.5 * t + 1) * 2, opacity=0.8 + 0.2 * np.sin(0.9 * t * np.sign(pace))
        )
        layers.append(
            Plate(glow, shot.left, shot.upper, parallax, scale=8, motion=sway, pivot=shot.sun, add=True)
        )
    return layers
