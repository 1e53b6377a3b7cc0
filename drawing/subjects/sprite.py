"""The finished picture of a subject, and the model it is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from drawing.subjects.colour import encode_srgb
from drawing.subjects.geometry import Part
from drawing.subjects.raster import fit_camera, rasterise
from drawing.subjects.rig import Rig
from drawing.subjects.shading import shade_buffer, tone_map


@dataclass(frozen=True, eq=False)
class Sprite:
    """A subject cut out of its surroundings. Pixel coordinates run from the top left corner.

    rgba: H×W×4 uint8 in the channel order **B, G, R, A**, alpha already multiplied in (premultiplied).
    anchor: (x, y), the middle of the contact with the ground, at the bottom of the alpha.
    footprint: width in pixels of the contact with the ground, for the contact shadow.
    glow: H×W×3 uint8 (B, G, R) light that the subject gives off, to be added after a blur; or None.
    wick: (x, y) where a flame stands (candle), or None.
    steam: (x, y) where steam rises from (a hot cup), or None.
    """

    rgba: NDArray[np.uint8]
    anchor: tuple[float, float]
    footprint: float
    glow: NDArray[np.uint8] | None = None
    wick: tuple[float, float] | None = None
    steam: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Model:
    """A subject in three dimensions, and how it likes to be looked at.

    `yaw` and `pitch` in degrees place the camera. It stands on its lowest point; one that is
    `airborne` has its shadow below its middle. `wick` and `steam` are world points.
    """

    parts: list[Part]
    yaw: float = 0.0
    pitch: float = 8.0
    airborne: bool = False
    wick: tuple[float, float, float] | None = None
    steam: tuple[float, float, float] | None = None


_MARGIN = 0.02
_BUDGET = 850_000  # pixels drawn before scaling down: keeps a large sprite near half a second


def render(model: Model, height_px: int, rig: Rig) -> Sprite:
    """Draw a model into a sprite `height_px` high. Drawn larger and scaled down, for smooth edges."""
    camera, factor = fit_camera(
        model.parts, yaw=model.yaw, pitch=model.pitch, height_px=height_px, margin=_MARGIN, budget=_BUDGET
    )
    vertices = np.concatenate([part.grid.reshape(-1, 3) for part in model.parts])
    floor, size = float(vertices[:, 1].min()), float(np.ptp(vertices[:, 1]))

    shape = (camera.height, camera.width)
    picture = np.zeros((*shape, 4), np.float32)
    emitted = np.zeros((*shape, 3), np.float32)
    depth = np.full(shape, -np.inf, np.float32)
    solid = [part for part in model.parts if part.material.opacity >= 1]
    clear = [part for part in model.parts if part.material.opacity < 1]
    for layer in (solid, clear):
        if not layer:
            continue
        buffer = rasterise(layer, camera, behind=depth)
        colour, alpha, glow = shade_buffer(buffer, layer, camera, rig, base=floor, size=size)
        pixels = picture.reshape(-1, 4)
        through = (1 - alpha)[:, None]
        pixels[buffer.where, :3] = pixels[buffer.where, :3] * through + colour
        pixels[buffer.where, 3:] = pixels[buffer.where, 3:] * through + alpha[:, None]
        emitted.reshape(-1, 3)[buffer.where] = emitted.reshape(-1, 3)[buffer.where] * through + glow
        depth = np.maximum(depth, buffer.depth)

    width_px = round(camera.width / factor)
    bgra = np.concatenate([_displayed(picture), picture[..., 3:]], axis=-1)
    bgra = cv2.GaussianBlur(bgra, (0, 0), 0.38 * factor)  # a wider filter than the box of INTER_AREA
    bgra = cv2.resize(bgra, (width_px, height_px), interpolation=cv2.INTER_AREA)
    rgba = np.round(np.clip(bgra, 0, 1) * 255).astype(np.uint8)
    rgba[..., :3] = np.minimum(rgba[..., :3], rgba[..., 3:])
    contact = vertices[vertices[:, 1] <= floor + 0.012 * size]
    contact_x = camera.project(camera.view(contact))[0] / factor
    left, right = float(contact_x.min()), float(contact_x.max())
    if model.airborne:
        left, right = 0.28 * width_px, 0.72 * width_px
    bottom = float(np.flatnonzero((rgba[..., 3] > 16).any(axis=1)).max())
    return Sprite(
        rgba=rgba,
        anchor=((left + right) / 2, bottom),
        footprint=right - left,
        glow=_glow(emitted, width_px, height_px),
        wick=_pixel(camera.project(camera.view(np.array(model.wick))), factor) if model.wick else None,
        steam=_pixel(camera.project(camera.view(np.array(model.steam))), factor) if model.steam else None,
    )


def _displayed(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tone-mapped sRGB in B, G, R order, premultiplied in the encoded values as compositors expect."""
    alpha = picture[..., 3:]
    straight = picture[..., :3] / np.maximum(alpha, 1e-4)
    return (encode_srgb(tone_map(straight)) * alpha)[..., ::-1]


def _glow(emitted: NDArray[np.float32], width: int, height: int) -> NDArray[np.uint8] | None:
    if not emitted.any():
        return None
    small = cv2.resize(encode_srgb(tone_map(emitted)), (width, height), interpolation=cv2.INTER_AREA)
    return np.round(np.clip(small[..., ::-1], 0, 1) * 255).astype(np.uint8)


def _pixel(
    projected: tuple[NDArray[np.floating], NDArray[np.floating]], factor: float
) -> tuple[float, float]:
    return float(projected[0]) / factor, float(projected[1]) / factor
