"""The picture under the brush, and the plates that are laid on it from far to near."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from drawing.camera import OVERSCAN, Pose
from drawing.light import Tones


@dataclass(frozen=True, eq=False)
class Shot:
    """What every layer is made for. Scene coordinates are pixels of the picture at rest.

    ``unit`` is the shorter side in pixels: sizes of things scale with it.
    """

    width: int
    height: int
    seconds: float
    tones: Tones
    sun: tuple[float, float]

    @property
    def unit(self) -> int:
        return min(self.width, self.height)

    @property
    def tall(self) -> bool:
        return self.height > self.width

    @property
    def left(self) -> int:
        """The x of the layers' left edge, outside the picture (negative)."""
        return -round(OVERSCAN * self.width)

    @property
    def upper(self) -> int:
        """The y of the layers' upper edge, outside the picture (negative)."""
        return -round(OVERSCAN * self.height)

    @property
    def span(self) -> tuple[int, int]:
        """Height and width of a layer that covers the picture and its overscan."""
        return self.height - 2 * self.upper, self.width - 2 * self.left


@dataclass(frozen=True, eq=False)
class Moment:
    """One frame: seconds since the start, progress 0..1, the camera and the picture's (width, height)."""

    t: float
    progress: float
    pose: Pose
    centre: tuple[float, float]
    size: tuple[int, int]

    def matrix(self, parallax: float) -> np.ndarray:
        return self.pose.matrix(parallax, self.centre)

    def project(self, parallax: float, x: float, y: float) -> tuple[float, float]:
        """Screen position of a scene point."""
        m = self.matrix(parallax)
        return float(m[0, 0] * x + m[0, 2]), float(m[1, 1] * y + m[1, 2])


class Layer(Protocol):
    """Something that paints itself on the canvas: float32 H×W×4 (blue, green, red, unused), 1.0 is white."""

    def paint(self, canvas: np.ndarray, now: Moment) -> None: ...


@dataclass(frozen=True)
class Motion:
    """A layer's own movement: shift in pixels, scale, shear (x per y) and turn (radians) about its pivot."""

    x: float = 0.0
    y: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    shear: float = 0.0
    turn: float = 0.0
    opacity: float = 1.0


STILL = Motion()


def still(_: float) -> Motion:
    return STILL


@dataclass(eq=False)
class Plate:
    """A painted picture at a depth.

    ``pixels`` is premultiplied (blue, green, red, alpha): uint8 for detail, float32 for soft light. ``scale``
    is scene pixels per plate pixel; ``x`` and ``y`` place its corner. ``add`` adds light instead of covering.
    """

    pixels: np.ndarray
    x: float
    y: float
    parallax: float
    scale: float = 1.0
    motion: Callable[[float], Motion] = still
    pivot: tuple[float, float] = (0.0, 0.0)
    add: bool = False
    _solid: int = field(init=False, default=1 << 30)

    def __post_init__(self) -> None:
        if self.pixels.dtype == np.uint8 and self.motion is still and not self.add:
            opaque = (self.pixels[..., 3] == 255).all(axis=1)
            if opaque[-1]:
                holes = np.flatnonzero(~opaque)
                self._solid = int(holes[-1]) + 1 if holes.size else 0

    def solid_row(self, now: Moment) -> int:
        """The screen row from which on nothing behind can be seen."""
        if self._solid >= self.pixels.shape[0]:
            return 1 << 30
        height, width = self.pixels.shape[:2]
        left, top = now.project(self.parallax, self.x, self.y + self._solid * self.scale)
        right, bottom = now.project(self.parallax, self.x + width * self.scale, self.y + height * self.scale)
        whole = left <= 0 and right >= now.size[0] and bottom >= now.size[1]
        return int(np.ceil(top)) + 2 if whole else 1 << 30

    def to_screen(self, now: Moment, motion: Motion) -> np.ndarray:
        """2×3 matrix from plate to screen pixels."""
        px, py = self.pivot
        cos, sin = np.cos(motion.turn), np.sin(motion.turn)
        own = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, motion.shear], [0, 1]])
        own = own @ np.diag([motion.scale_x, motion.scale_y])
        camera = now.matrix(self.parallax)
        linear = camera[:, :2] @ own * self.scale
        corner = np.array([self.x - px, self.y - py])
        shift = camera[:, :2] @ (own @ corner + (px + motion.x, py + motion.y)) + camera[:, 2]
        # a plate pixel's colour belongs to its middle, not to its corner
        middle = linear @ (0.5, 0.5) - 0.5
        return np.column_stack([linear, shift + middle])

    def paint(self, canvas: np.ndarray, now: Moment) -> None:
        motion = self.motion(now.t)
        if motion.opacity <= 0.002:
            return
        matrix = self.to_screen(now, motion)
        box = _covered(matrix, self.pixels.shape, canvas.shape)
        if box is None:
            return
        x0, y0, x1, y1 = box
        local = matrix.copy()
        local[:, 2] -= (x0, y0)
        warped = cv2.warpAffine(self.pixels, local, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)
        view = canvas[y0:y1, x0:x1]
        if self.add:
            _add(view, warped, motion.opacity)
            return
        solid = self.solid_row(now) - y0
        if 0 <= solid < view.shape[0]:
            np.multiply(warped[solid:], np.float32(1 / 255), out=view[solid:])
            view, warped = view[:solid], warped[:solid]
        if view.shape[0]:
            over(view, warped, motion.opacity)


def _covered(
    matrix: np.ndarray, shape: tuple[int, ...], screen: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    height, width = shape[:2]
    corners = matrix @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], float)
    x0, y0 = np.maximum(np.floor(corners.min(axis=1)).astype(int) - 1, 0)
    x1, y1 = np.ceil(corners.max(axis=1)).astype(int) + 1
    x1, y1 = min(x1, screen[1]), min(y1, screen[0])
    return (int(x0), int(y0), int(x1), int(y1)) if x1 > x0 and y1 > y0 else None


def _unit(picture: np.ndarray, opacity: float) -> np.ndarray:
    factor = opacity / 255 if picture.dtype == np.uint8 else opacity
    return picture if factor == 1.0 else np.multiply(picture, np.float32(factor), dtype=np.float32)


def over(view: np.ndarray, picture: np.ndarray, opacity: float = 1.0) -> None:
    """Lay a premultiplied picture over a view of the canvas (Porter and Duff's over)."""
    light = _unit(picture, opacity)
    through = 1 - cv2.extractChannel(light, 3)
    cv2.multiply(view, cv2.merge([through] * 4), dst=view)
    cv2.add(view, light, dst=view)


def _add(view: np.ndarray, picture: np.ndarray, opacity: float) -> None:
    cv2.add(view, _unit(picture, opacity), dst=view)


def shine(view: np.ndarray, light: np.ndarray) -> None:
    """Add light (uint8, as many pixels as the view) to a view of the canvas."""
    cv2.scaleAdd(light.astype(np.float32), 1 / 255, view, dst=view)


def plate_pixels(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """uint8 premultiplied picture of a colour (3,) or (H, W, 3) and coverage (H, W) 0..1, dithered."""
    shape = alpha.shape
    premultiplied = np.empty((*shape, 4), np.float32)
    premultiplied[..., :3] = np.clip(colour, 0, 1) * alpha[..., None]
    premultiplied[..., 3] = alpha
    premultiplied *= 255
    # ordered noise of golden-ratio steps breaks the bands of slow gradients
    steps = (np.arange(shape[1]) * 0.7548776662 + np.arange(shape[0])[:, None] * 0.5698402910) % 1
    premultiplied[..., :3] += np.where(alpha[..., None] > 0.999, steps[..., None].astype(np.float32), 0.5)
    premultiplied[..., 3] += 0.5
    return np.minimum(premultiplied, 255).astype(np.uint8)


def glow_pixels(colour: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """float32 picture of light: ``amount`` (H, W) of a colour, to be added."""
    pixels = np.zeros((*amount.shape, 4), np.float32)
    pixels[..., :3] = colour * amount[..., None]
    return pixels


def veil_pixels(colour: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """float32 picture of a soft cover: ``amount`` (H, W) is its alpha."""
    pixels = glow_pixels(colour, amount)
    pixels[..., 3] = amount
    return pixels
