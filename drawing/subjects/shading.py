"""Shading of a rasterised picture: studio reflections, Fresnel, rim light, soft shadows, occlusion.

The reflected surroundings are a photographer's: a large softbox, a tall strip, a top light and two
strips from behind, over a floor that is darker than the sky. Fresnel term: Schlick 1994.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drawing.subjects.geometry import Part
from drawing.subjects.materials import Material
from drawing.subjects.raster import Buffer, Camera
from drawing.subjects.rig import Rig

Floats = NDArray[Any]  # float32; cv2's stubs give looser types

# Softboxes: azimuth and elevation of the middle and half sizes, all in degrees, then strength.
_SOFTBOXES = (
    (-42.0, 34.0, 26.0, 24.0, 6.5),
    (64.0, 12.0, 7.0, 46.0, 5.0),
    (-78.0, 5.0, 5.0, 50.0, 2.2),
    (152.0, 20.0, 20.0, 40.0, 5.0),
    (-150.0, 20.0, 18.0, 40.0, 4.0),
    (180.0, 48.0, 70.0, 22.0, 1.7),
)
_TILE = 512


def _step(low: float, high: float, x: Floats) -> Floats:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _dot(a: Floats, b: Floats) -> Floats:
    return np.einsum("ij,ij->i" if b.ndim == 2 else "ij,j->i", a, b)


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.sqrt(_dot(vectors, vectors))[:, None], 1e-6)


@lru_cache(maxsize=8)
def _grain_tile(grain: str) -> tuple[Floats, Floats]:
    """Slopes (x, y) of a tileable bump pattern, about -1..1."""
    noise = np.random.default_rng(7).standard_normal((_TILE, _TILE)).astype(np.float32)
    wrapped = np.tile(noise, (2, 2))

    def blurred(x: float, y: float) -> Floats:
        return cv2.GaussianBlur(wrapped, (0, 0), sigmaX=x, sigmaY=y)[256:768, 256:768]

    if grain == "brushed":
        height = blurred(24, 0.6)
    elif grain == "leather":
        height = np.abs(blurred(4, 4)) ** 0.5
        height = height / height.std() + 0.3 * blurred(1.5, 1.5) / blurred(1.5, 1.5).std()
    elif grain == "weave":
        y, x = np.mgrid[0:_TILE, 0:_TILE] * (2 * np.pi / 16)
        height = np.sin(x) * np.sin(y + np.sin(x * 0.5) * 0.6) + 0.25 * blurred(1.2, 1.2) / 0.2
    else:
        height = blurred(1.4, 1.4)
    slope_x, slope_y = np.gradient(height, axis=1), np.gradient(height, axis=0)
    largest = max(float(np.abs(slope_x).max()), float(np.abs(slope_y).max()))
    return (slope_x / largest * 2).astype(np.float32), (slope_y / largest * 2).astype(np.float32)


def _table(materials: Sequence[Material], name: str, owner: NDArray[np.int64]) -> Floats:
    return np.array([getattr(material, name) for material in materials], np.float32)[owner]


def _minified(image: Floats, uv: Floats) -> Floats:
    """Shrink a texture to about the size at which it is seen, or it would shimmer with aliasing."""
    span = np.maximum(np.ptp(uv, axis=0), 1e-3)
    seen = np.sqrt(len(uv) / (span[0] * span[1]) / (image.shape[0] * image.shape[1])) * 1.1
    if seen >= 0.9:
        return image
    size = (max(int(image.shape[1] * seen), 4), max(int(image.shape[0] * seen), 4))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _base_colour(buffer: Buffer, materials: Sequence[Material]) -> tuple[Floats, Floats]:
    """Surface colour (N, 3) and light given off (N, 3), before the rig's glow."""
    colour = np.stack([material.colour for material in materials])[buffer.part].astype(np.float32)
    emission = colour * _table(materials, "emission", buffer.part)[:, None]
    for index, material in enumerate(materials):
        if material.texture is None:
            continue
        mine = np.flatnonzero(buffer.part == index)
        uv = buffer.uv[mine]
        mine = mine[((uv >= 0) & (uv <= 1)).all(axis=1)]
        if len(mine) == 0:
            continue
        image = _minified(material.texture, buffer.uv[mine])
        height, width = image.shape[:2]
        padded = -(-len(mine) // 1024) * 1024
        coordinates = np.zeros((2, padded), np.float32)
        coordinates[0, : len(mine)] = buffer.uv[mine, 0] * (width - 1)
        coordinates[1, : len(mine)] = buffer.uv[mine, 1] * (height - 1)
        read = cv2.remap(
            image,
            coordinates[0].reshape(-1, 1024),
            coordinates[1].reshape(-1, 1024),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ).reshape(padded, 4)[: len(mine)]
        alpha = read[:, 3:]
        colour[mine] = np.maximum(colour[mine] * (1 - alpha) + read[:, :3], 0)
        if material.texture_emits:
            emission[mine] = read[:, :3] * material.emission
    return colour, emission


def _grained(buffer: Buffer, materials: Sequence[Material], size: float) -> Floats:
    """Normals tilted by each material's grain; `size` is the subject's height in world units."""
    normal = buffer.normal.copy()
    for index, material in enumerate(materials):
        if material.grain == "none":
            continue
        mine = np.flatnonzero(buffer.part == index)
        if len(mine) == 0:
            continue
        slope_x, slope_y = _grain_tile(material.grain)
        place = buffer.world[mine] * (1400 * material.grain_scale / size)
        x = (place[:, 0] + 0.7 * place[:, 2]).astype(np.int64) % _TILE
        y = (place[:, 1] + 0.4 * place[:, 2]).astype(np.int64) % _TILE
        normal[mine, 0] += slope_x[y, x] * material.grain_depth
        normal[mine, 1] += slope_y[y, x] * material.grain_depth
    return _unit(normal)


def _surroundings(direction: Floats, roughness: Floats, rig: Rig) -> Floats:
    """Light (N, 3) that comes in from a direction, blurred by roughness."""
    azimuth = cv2.phase(direction[:, 2].copy(), direction[:, 0].copy(), angleInDegrees=True).ravel()
    elevation = np.degrees(np.arcsin(np.clip(direction[:, 1], -1, 1)))
    soft = 3.0 + 62.0 * roughness
    lit = np.zeros(len(direction), np.float32)
    rim = np.zeros(len(direction), np.float32)
    for middle, height, half_width, half_height, strength in _SOFTBOXES:
        away = np.abs(azimuth - middle % 360)
        across = np.minimum(away, 360 - away)
        x = np.clip((half_width + soft - across) / (2 * soft), 0, 1)
        y = np.clip((half_height + soft - np.abs(elevation - height)) / (2 * soft), 0, 1)
        spread = np.minimum(half_width / soft, 1.0) * np.minimum(half_height / soft, 1.0)
        box = strength * x * x * (3 - 2 * x) * y * y * (3 - 2 * y) * np.sqrt(spread)
        if 100 < abs(middle) < 170:
            rim += box
        else:
            lit += box
    top = _step(52, 84, elevation - 20 * roughness) * 2.4
    lit += top
    horizon = _step(-8, 14 + 30.0, elevation)[:, None]
    below = _step(-90, 0, elevation)[:, None]
    gradient = rig.bounce * (0.35 + 0.9 * below) * (1 - horizon) + rig.sky * (0.75 + 0.35 * horizon) * horizon
    key = rig.key / rig.key.max() * 0.75 + 0.25 * rig.key.mean()
    return gradient + (lit * rig.softbox)[:, None] * key * 0.72 + rim[:, None] * rig.rim * 0.55


def _occlusion(depth: Floats, where: NDArray[np.int64], scale: float) -> Floats:
    """Ambient occlusion (N): how far each pixel lies below its surroundings' mean depth."""
    small = cv2.resize(depth, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_NEAREST)
    mask = np.isfinite(small).astype(np.float32)
    filled = np.where(mask > 0, small, 0)
    open_sky = np.ones_like(small)
    for radius in (0.008, 0.022, 0.06):
        sigma = max(radius * small.shape[0], 0.8)
        weight = np.maximum(cv2.GaussianBlur(mask, (0, 0), sigma), 1e-3)
        above = (cv2.GaussianBlur(filled, (0, 0), sigma) / weight - filled) * scale / (2 * sigma)
        open_sky *= 1 - 0.62 * np.clip(above * 0.85 * np.minimum(weight * 1.4, 1), 0, 1)
    full = cv2.resize(open_sky, (depth.shape[1], depth.shape[0]), interpolation=cv2.INTER_LINEAR)
    return full.ravel()[where]


def _shadow(buffer: Buffer, camera: Camera, direction: Floats, shape: tuple[int, int]) -> Floats:
    """Share of key light (N) that reaches each pixel: a shadow map made of the visible surface itself."""
    direction = direction / np.linalg.norm(direction)
    across = np.cross(np.array([0, 1, 0], np.float32), direction)
    across /= np.linalg.norm(across)
    upward = np.cross(direction, across)
    point = buffer.position
    frame = np.stack([_dot(point, across), _dot(point, upward), _dot(point, direction)], axis=1)
    cell = 2.6 / camera.scale
    low = frame.min(axis=0)
    column = ((frame[:, 0] - low[0]) / cell).astype(np.int64)
    row = ((frame[:, 1] - low[1]) / cell).astype(np.int64)
    width, height = int(column.max()) + 1, int(row.max()) + 1
    span = max(float(frame[:, 2].max() - low[2]), 1e-6)
    order = np.argsort(((frame[:, 2] - low[2]) / span * 65535).astype(np.uint16), kind="stable")
    nearest = np.full(width * height, -np.inf, np.float32)
    nearest[(row * width + column)[order]] = frame[order, 2]
    grid = nearest.reshape(height, width)
    grid = cv2.dilate(grid, np.ones((3, 3), np.uint8))
    bias = 9.0 / camera.scale
    lit = (frame[:, 2] > grid.ravel()[row * width + column] - bias).astype(np.float32)
    picture = np.zeros(shape, np.float32)
    cover = np.zeros(shape, np.float32)
    picture.ravel()[buffer.where] = lit
    cover.ravel()[buffer.where] = 1
    sigma = max(shape[0] * 0.006, 0.8)
    softened = cv2.GaussianBlur(picture, (0, 0), sigma) / np.maximum(
        cv2.GaussianBlur(cover, (0, 0), sigma), 1e-3
    )
    return softened.ravel()[buffer.where]


def shade_buffer(
    buffer: Buffer, parts: Sequence[Part], camera: Camera, rig: Rig, *, base: float, size: float
) -> tuple[Floats, Floats, Floats]:
    """Light every covered pixel.

    `base` is the world height of the ground below the subject, `size` the subject's height. Gives colour
    (N, 3) linear and already multiplied by alpha, alpha (N), and emitted light (N, 3).
    """
    materials = [part.material for part in parts]
    owner = buffer.part
    colour, emission = _base_colour(buffer, materials)
    roughness, metal = _table(materials, "roughness", owner), _table(materials, "metal", owner)
    coat, sheen = _table(materials, "coat", owner), _table(materials, "sheen", owner)
    scatter, opacity = _table(materials, "scatter", owner), _table(materials, "opacity", owner)
    smooth, normal = buffer.normal, _grained(buffer, materials, size)
    eye = _unit(np.array([0, 0, camera.distance], np.float32) - buffer.position)
    facing = np.clip(_dot(normal, eye), 0, 1)
    grazing = (1 - np.clip(_dot(smooth, eye), 0, 1)) ** 5

    occlusion = _occlusion(buffer.depth, buffer.where, camera.scale)
    lift = (buffer.world[:, 1] - base) / size
    contact = 1 - 0.55 * np.exp(-np.maximum(lift, 0) * 16) * (0.6 - 0.4 * smooth[:, 1])
    shadow = _shadow(buffer, camera, rig.key_direction, buffer.depth.shape)
    key_direction = rig.key_direction / np.linalg.norm(rig.key_direction)
    wrap = 0.18 + 0.5 * scatter
    falling = np.clip((_dot(normal, key_direction) + wrap) / (1 + wrap), 0, 1) ** 1.15
    shade = 0.24 + 0.76 * shadow
    up = 0.5 + 0.5 * normal[:, 1:2]
    ambient = (rig.bounce * (1 - up) + rig.sky * up) * (occlusion * contact)[:, None]
    light = rig.key * (falling * shade * (0.5 + 0.5 * occlusion))[:, None] + ambient
    diffuse = colour * (1 - metal)[:, None] * light * 1.08
    clarity = _table(materials, "clarity", owner)
    if clarity.any():
        through = _step(-0.75, 0.9, -_dot(smooth, key_direction * np.array([1.3, 0.9, -0.3], np.float32)))
        depth = 1.6 - 1.1 * facing
        passed = colour ** depth[:, None] * (rig.key * 0.7 + rig.sky * 0.5) * (0.45 + 1.0 * through)[:, None]
        diffuse += clarity[:, None] * (passed - diffuse)
    diffuse += (scatter * (1 - falling) * 0.22)[:, None] * colour * rig.key
    diffuse += (
        (sheen * (1 - facing) ** 3 * 0.5 * occlusion)[:, None]
        * (0.4 * colour + 0.25)
        * (rig.sky + rig.key * 0.4)
    )

    reflected = 2 * _dot(normal, eye)[:, None] * normal - eye
    surroundings = _surroundings(reflected, roughness, rig)
    at_normal = 0.045 * (1 - metal)[:, None] + colour * metal[:, None]
    fresnel = at_normal + (1 - at_normal) * (grazing * (1 - roughness) ** 2)[:, None] * 0.5
    visible = (occlusion * (0.45 + 0.55 * shadow) * contact)[:, None]
    specular = surroundings * fresnel * visible * (1 + 0.35 * metal)[:, None]
    coated = coat > 0
    if coated.any():
        mirror = 2 * _dot(smooth, eye)[:, None] * smooth - eye
        clear = _surroundings(mirror[coated], np.full(int(coated.sum()), 0.05, np.float32), rig)
        amount = coat[coated] * (0.05 + 0.4 * grazing[coated])
        specular[coated] += clear * amount[:, None] * visible[coated]
    rim_direction = rig.rim_direction / np.linalg.norm(rig.rim_direction)
    edge = (1 - np.clip(_dot(smooth, eye), 0, 1)) ** 2.2 * _step(-0.15, 0.7, _dot(smooth, rim_direction))
    specular += (edge * occlusion * contact)[:, None] * rig.rim * (0.6 * (0.25 + 0.75 * colour) + 0.42)

    shine = np.clip(specular.max(axis=1), 0, 1)
    body = np.where(opacity < 1, opacity + (1 - opacity) * 0.5 * (1 - facing) ** 2.2, 1.0)
    alpha = np.where(opacity < 1, np.clip(body + (1 - body) * shine, 0, 1), 1.0)
    lit = diffuse * body[:, None] + specular
    shining = emission.max(axis=1) > 0
    lit[shining] = specular[shining] * 0.6
    screens = np.array([0.3 if material.texture_emits else 1.0 for material in materials], np.float32)[owner]
    glow = emission * (rig.glow * screens)[:, None]
    return (lit + emission * 0.95).astype(np.float32), alpha.astype(np.float32), glow.astype(np.float32)


def tone_map(linear: Floats) -> Floats:
    """Keep tones below 0.62 as they are and roll the brighter ones off towards white."""
    knee = 0.62
    over = np.maximum(linear - knee, 0)
    return np.minimum(linear, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee)))
