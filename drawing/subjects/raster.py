"""From surfaces to pixels: camera, visibility by depth, and what each pixel sees.

Surfaces are sampled more densely than pixels, and the nearest sample of each pixel stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drawing.subjects.geometry import Part, normals, rotation

Floats = NDArray[Any]  # float32; cv2's stubs give looser types

_STEP = 0.7  # pixels between samples: a slanted lattice coarser than this leaves pinholes
_BLOCK = 1024  # cv2.remap takes at most 32767 columns, so vectors are folded into rows of this length


@dataclass(frozen=True, eq=False)
class Camera:
    """A perspective view: `turn` goes from world to view space, `scale` is pixels per unit at the centre."""

    turn: NDArray[np.float64]
    centre: NDArray[np.float64]
    distance: float
    scale: float
    offset: tuple[float, float]
    width: int
    height: int

    def view(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """World points (…, 3) in view space: x right, y up, z towards the camera."""
        return (points - self.centre) @ self.turn.T

    def project(self, view: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Pixel coordinates x and y (down) of points in view space."""
        zoom = self.scale * self.distance / (self.distance - view[..., 2])
        return view[..., 0] * zoom + self.offset[0], self.offset[1] - view[..., 1] * zoom


@dataclass(frozen=True, eq=False)
class Buffer:
    """What the pixels of a picture see; N is the number of covered pixels.

    `where` (N) flat pixel index, `part` (N) index of the part, `position` and `normal` (N, 3) in view space,
    `world` (N, 3), `uv` (N, 2), `depth` (H, W) view z with -inf where nothing is.
    """

    where: NDArray[np.int64]
    part: NDArray[np.int64]
    position: Floats
    normal: Floats
    world: Floats
    uv: Floats
    depth: Floats


def fit_camera(
    parts: Sequence[Part],
    *,
    yaw: float,
    pitch: float,
    height_px: int,
    margin: float,
    budget: int,
    lens: float = 4.5,
) -> tuple[Camera, float]:
    """Place a camera so that the parts fill a picture, drawn larger than asked for by a factor of 1.25 to 2.

    `yaw` and `pitch` in degrees: positive yaw shows the subject's left side, positive pitch looks down on it.
    `margin` is the free edge as a share of the height, `budget` the most pixels to draw (unless the factor
    would fall below 1.25), `lens` the camera's distance in radii of the subject.
    Gives the camera and the factor.
    """
    vertices = np.concatenate(
        [part.grid.reshape(-1, 3) for part in parts], dtype=np.float32, casting="same_kind"
    )
    centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    turn = rotation("x", pitch) @ rotation("y", yaw)
    view = (vertices - centre) @ turn.T.astype(np.float32)
    distance = lens * float(np.sqrt((view**2).sum(axis=1).max()))
    zoom = distance / (distance - view[:, 2])
    x, y = view[:, 0] * zoom, view[:, 1] * zoom
    left, right, low, high = float(x.min()), float(x.max()), float(y.min()), float(y.max())
    aspect = (right - left) / (high - low)
    factor = float(np.clip(np.sqrt(budget / (aspect * height_px**2)), 1.25, 2.0))
    height = round(height_px * factor)
    edge = max(margin * height, 3 * factor)
    scale = (height - 2 * edge) / (high - low)
    width = int(np.ceil((right - left) * scale + 2 * edge))
    offset = (edge - left * scale, edge + high * scale)
    return Camera(turn, centre.astype(float), distance, scale, offset, width, height), factor


def _steps(x: NDArray[np.floating], y: NDArray[np.floating], axis: int) -> Floats:
    """Grid coordinates along one axis, close enough that no step is longer than _STEP pixels."""
    length = np.hypot(np.diff(x, axis=axis), np.diff(y, axis=axis)).max(axis=1 - axis)
    along = np.concatenate([[0.0], np.cumsum(np.maximum(length, 1e-6))])
    count = int(np.ceil(along[-1] / _STEP)) + 2
    return np.interp(np.linspace(0, along[-1], count), along, np.arange(len(along))).astype(np.float32)


def _facing(x: NDArray[np.floating], y: NDArray[np.floating], outward: bool) -> NDArray[np.bool_]:
    """Tell for each cell of a projected grid whether its outside is turned to the camera."""
    ax, ay = x[1:, 1:] - x[:-1, :-1], y[1:, 1:] - y[:-1, :-1]
    bx, by = x[1:, :-1] - x[:-1, 1:], y[1:, :-1] - y[:-1, 1:]
    area = ax * by - ay * bx
    return area >= -0.02 if outward else area <= 0.02


@dataclass(frozen=True, eq=False)
class _Samples:
    rows: Floats
    columns: Floats
    cells: NDArray[np.int64]
    pixel: NDArray[np.int64]
    depth: Floats
    view: Floats


def _sample(part: Part, camera: Camera) -> _Samples:
    view = camera.view(part.grid)
    x, y = camera.project(view)
    rows, columns = _steps(x, y, 0), _steps(x, y, 1)
    map_x = np.broadcast_to(columns, (len(rows), len(columns)))
    map_y = np.broadcast_to(rows[:, None], (len(rows), len(columns)))
    dense = cv2.remap(view.astype(np.float32), map_x, map_y, cv2.INTER_LINEAR)
    zoom = camera.scale * camera.distance / (camera.distance - dense[..., 2])
    pixel_x = (dense[..., 0] * zoom + camera.offset[0]).astype(np.int32)
    pixel_y = (camera.offset[1] - dense[..., 1] * zoom).astype(np.int32)
    inside = (pixel_x >= 0) & (pixel_x < camera.width) & (pixel_y >= 0) & (pixel_y < camera.height)
    if part.closed:
        outward = _is_outward(part.grid)
        cell_row = np.minimum(rows.astype(np.int64), part.grid.shape[0] - 2)
        cell_column = np.minimum(columns.astype(np.int64), part.grid.shape[1] - 2)
        inside &= _facing(x, y, outward)[cell_row][:, cell_column]
    if part.keep is not None:
        inside &= cv2.remap(part.keep.astype(np.float32), map_x, map_y, cv2.INTER_LINEAR) >= 0.5
    cells = np.flatnonzero(inside)
    pixel = (pixel_y * camera.width + pixel_x).ravel()[cells].astype(np.int64)
    flat = dense.reshape(-1, 3)[cells]
    return _Samples(rows, columns, cells, pixel, flat[:, 2], flat)


def _is_outward(grid: NDArray[np.float64]) -> bool:
    """Tell whether row × column winding shows counter-clockwise from outside (divergence theorem)."""
    normal = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1))
    return bool(np.sum(normal * (grid - grid.mean(axis=(0, 1)))) >= 0)


def _lookup(image: NDArray[np.floating], column: Floats, row: Floats) -> Floats:
    """Read a grid at N fractional places; gives (N, channels)."""
    count = len(column)
    padded = -(-count // _BLOCK) * _BLOCK
    map_x = np.zeros(padded, np.float32)
    map_y = np.zeros(padded, np.float32)
    map_x[:count], map_y[:count] = column, row
    read = cv2.remap(
        image.astype(np.float32), map_x.reshape(-1, _BLOCK), map_y.reshape(-1, _BLOCK), cv2.INTER_LINEAR
    )
    return read.reshape(padded, -1)[:count]


def rasterise(parts: Sequence[Part], camera: Camera, *, behind: Floats | None = None) -> Buffer:
    """Find what each pixel of the camera's picture sees.

    `behind` is the (H, W) depth of what has been drawn before; surfaces farther than it are hidden.
    """
    samples = [_sample(part, camera) for part in parts]
    starts = np.cumsum([0] + [len(sample.cells) for sample in samples])
    pixel = np.concatenate([sample.pixel for sample in samples])
    depth = np.concatenate([sample.depth for sample in samples])
    low, high = float(depth.min(initial=0)), float(depth.max(initial=1))
    # Depth above, sample number below: the greatest key at a pixel names its nearest sample.
    key = ((depth - low) * ((1 << 24) / max(high - low, 1e-9))).astype(np.int64)
    key <<= 32
    key |= np.arange(len(key))
    nearest = np.full(camera.width * camera.height, -1, np.int64)
    np.maximum.at(nearest, pixel, key)
    where = np.flatnonzero(nearest >= 0)
    chosen = nearest[where] & 0xFFFFFFFF
    if behind is not None:
        visible = depth[chosen] > behind.ravel()[where]
        where, chosen = where[visible], chosen[visible]
    owner = np.searchsorted(starts, chosen, side="right") - 1
    count = len(where)
    buffer = Buffer(
        where,
        owner,
        np.empty((count, 3), np.float32),
        np.empty((count, 3), np.float32),
        np.empty((count, 3), np.float32),
        np.empty((count, 2), np.float32),
        np.full((camera.height, camera.width), -np.inf, np.float32),
    )
    for index, (part, sample) in enumerate(zip(parts, samples, strict=True)):
        mine = np.flatnonzero(owner == index)
        if len(mine) == 0:
            continue
        local = chosen[mine] - starts[index]
        cell = sample.cells[local]
        row = sample.rows[cell // len(sample.columns)]
        column = sample.columns[cell % len(sample.columns)]
        turned = normals(part.grid) @ camera.turn.T
        attributes = np.concatenate([turned, part.grid], axis=-1)
        first = _lookup(attributes[..., :3], column, row)
        length = np.sqrt((first**2).sum(axis=1, keepdims=True))
        buffer.normal[mine] = first / np.maximum(length, 1e-6)
        buffer.world[mine] = _lookup(attributes[..., 3:], column, row)
        buffer.uv[mine] = _lookup(part.uv, column, row)
        buffer.position[mine] = sample.view[local]
    to_camera = np.array([0, 0, camera.distance], np.float32) - buffer.position
    away = (buffer.normal * to_camera).sum(axis=1) < 0
    buffer.normal[away] *= -1
    buffer.depth.ravel()[where] = buffer.position[:, 2]
    return buffer
