"""Surfaces as vertex grids: turned, swept, extruded and lofted forms, and how to move them.

World space: x right, y up from the ground at 0, z towards the camera. Units are the subject's own.
A grid is (rows, columns, 3) float64; a curve is (points, 2) or (points, 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from drawing.subjects.materials import Material

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Part:
    """One surface of a subject. `uv` is (rows, columns, 2); points outside 0..1 take no texture.

    `keep` (rows, columns) cuts holes where it is below 0.5. `closed` says the surface has an inside that is
    never seen, so that its far side need not be drawn.
    """

    grid: Array
    material: Material
    uv: Array
    closed: bool = True
    keep: Array | None = None

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Part:
        """Shift the part."""
        return replace(self, grid=self.grid + np.array([x, y, z]))

    def scaled(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Part:
        """Stretch the part about the origin."""
        return replace(self, grid=self.grid * np.array([x, y, z]))

    def turned(self, axis: str, degrees: float) -> Part:
        """Turn the part about an axis ("x", "y" or "z") through the origin, right-handed."""
        return replace(self, grid=self.grid @ rotation(axis, degrees).T)


def vec(*values: float) -> Array:
    """Make a vector."""
    return np.array(values)


def rotation(axis: str, degrees: float) -> Array:
    """Make the 3×3 right-handed rotation about an axis."""
    angle = np.radians(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def resample(curve: Array, count: int) -> Array:
    """Spread points evenly along a polyline."""
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(np.maximum(steps, 1e-9))])
    wanted = np.linspace(0, along[-1], count)
    return np.stack([np.interp(wanted, along, curve[:, i]) for i in range(curve.shape[1])], axis=1)


def rounded(
    points: Sequence[Sequence[float]], radius: float = 0.0, *, closed: bool = False, count: int = 160
) -> Array:
    """Draw a polyline with filleted corners. A third value of a point is that corner's own radius."""
    vertices = np.array([point[:2] for point in points], float)
    radii = [point[2] if len(point) > 2 else radius for point in points]
    total = len(vertices)
    pieces: list[Array] = []
    blend = np.linspace(0, 1, 14)[:, None]
    for i, vertex in enumerate(vertices):
        if not closed and i in (0, total - 1):
            pieces.append(vertex[None])
            continue
        before, after = vertices[i - 1] - vertex, vertices[(i + 1) % total] - vertex
        reach = min(radii[i], 0.499 * float(np.linalg.norm(before)), 0.499 * float(np.linalg.norm(after)))
        if reach <= 1e-6:
            pieces.append(vertex[None])
            continue
        start = vertex + before / np.linalg.norm(before) * reach
        end = vertex + after / np.linalg.norm(after) * reach
        pieces.append((1 - blend) ** 2 * start + 2 * blend * (1 - blend) * vertex + blend**2 * end)
    curve = np.concatenate(pieces)
    if closed:
        curve = np.concatenate([curve, curve[:1]])
    return resample(curve, count)


def spline(points: ArrayLike | Sequence[ArrayLike], *, closed: bool = False, count: int = 160) -> Array:
    """Draw a centripetal Catmull-Rom curve through points of 2 or 3 dimensions."""
    vertices = np.array(points, float)
    if closed:
        vertices = np.concatenate([vertices[-1:], vertices, vertices[:2]])
    else:
        vertices = np.concatenate(
            [2 * vertices[:1] - vertices[1:2], vertices, 2 * vertices[-1:] - vertices[-2:-1]]
        )
    blend = np.linspace(0, 1, 16, endpoint=False)[:, None]
    pieces = []
    for p0, p1, p2, p3 in zip(vertices, vertices[1:], vertices[2:], vertices[3:], strict=False):
        t1 = max(np.linalg.norm(p1 - p0), 1e-6) ** 0.5
        t2 = t1 + max(np.linalg.norm(p2 - p1), 1e-6) ** 0.5
        t3 = t2 + max(np.linalg.norm(p3 - p2), 1e-6) ** 0.5
        t = t1 + blend * (t2 - t1)
        a1 = (t1 - t) / t1 * p0 + t / t1 * p1
        a2 = (t2 - t) / (t2 - t1) * p1 + (t - t1) / (t2 - t1) * p2
        a3 = (t3 - t) / (t3 - t2) * p2 + (t - t2) / (t3 - t2) * p3
        b1 = (t2 - t) / t2 * a1 + t / t2 * a2
        b2 = (t3 - t) / (t3 - t1) * a2 + (t - t1) / (t3 - t1) * a3
        pieces.append((t2 - t) / (t2 - t1) * b1 + (t - t1) / (t2 - t1) * b2)
    pieces.append(vertices[-2][None])
    return resample(np.concatenate(pieces), count)


def curve_height(points: ArrayLike, x: Array) -> Array:
    """Read the height at each x of a smooth curve that runs from left to right."""
    path = spline(points, count=500)
    order = np.argsort(path[:, 0], kind="stable")
    return np.interp(x, path[order, 0], path[order, 1])


def superellipse(width: float, height: float, power: float = 4.0, count: int = 129) -> Array:
    """Draw the closed curve |x/a|^n + |y/b|^n = 1 with full width 2a and full height 2b."""
    angle = np.linspace(0, 2 * np.pi, count)
    cosine, sine = np.cos(angle), np.sin(angle)
    x = np.sign(cosine) * np.abs(cosine) ** (2 / power) * width / 2
    y = np.sign(sine) * np.abs(sine) ** (2 / power) * height / 2
    return np.stack([x, y], axis=1)


def _unit_uv(rows: int, columns: int) -> Array:
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    return np.stack([u, v], axis=-1)


def lathe(
    profile: Array,
    material: Material,
    *,
    around: int = 97,
    label: tuple[float, float, float] | None = None,
    closed: bool = True,
    squash: float = 1.0,
) -> Part:
    """Turn a profile of (radius, height) points about the y axis.

    `label` is (lowest height, highest height, span in degrees) of the printed area facing the camera.
    `squash` flattens the form along z.
    """
    angle = np.linspace(-np.pi, np.pi, around)
    radius = np.maximum(profile[:, 0], 1e-4)[:, None]
    height = np.broadcast_to(profile[:, 1][:, None], (len(profile), around))
    grid = np.stack([radius * np.sin(angle), height, radius * np.cos(angle) * squash], axis=-1)
    uv = _unit_uv(len(profile), around)
    if label is not None:
        low, high, span = label
        uv[..., 0] = 0.5 + np.degrees(angle) / span
        uv[..., 1] = (high - height) / (high - low)
    return Part(grid, material, uv, closed)


def ellipsoid(width: float, height: float, depth: float, material: Material, power: float = 2.0) -> Part:
    """Make an ellipsoid (power 2) or a rounded block (higher powers) about the origin."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 49)
    exponent = 2 / power
    radius = np.cos(angle) ** exponent
    level = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** exponent
    ring = superellipse(2, 2, power, 97)
    grid = np.stack(
        [
            np.maximum(radius, 1e-4)[:, None] * ring[:, 0] * width / 2,
            np.broadcast_to(level[:, None] * height / 2, (49, 97)),
            np.maximum(radius, 1e-4)[:, None] * ring[:, 1] * depth / 2,
        ],
        axis=-1,
    )
    uv = np.stack([0.5 + grid[..., 0] / width, 0.5 - grid[..., 1] / height], axis=-1)
    return Part(grid, material, uv)


def tube(
    path: Array,
    radius: float | Array,
    material: Material,
    *,
    around: int = 25,
    squash: float = 1.0,
    caps: bool = True,
) -> Part:
    """Sweep a circle along a 3D path; `radius` may change along it; `squash` flattens it across."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    side = np.zeros_like(path)
    reference = np.array([0.0, 0.0, 1.0]) if abs(tangent[0, 2]) < 0.9 else np.array([0.0, 1.0, 0.0])
    for i, direction in enumerate(tangent):
        reference = reference - direction * (reference @ direction)
        reference /= np.linalg.norm(reference)
        side[i] = reference
    other = np.cross(tangent, side)
    radii = np.broadcast_to(np.asarray(radius, float), len(path))
    if caps:
        bulge = np.sin(np.linspace(0, np.pi / 2, 6))[1:]
        back = np.cos(np.linspace(0, np.pi / 2, 6))[:-1]
        start, end = tangent[0] * radii[0] * squash, tangent[-1] * radii[-1] * squash
        path = np.concatenate(
            [path[0] - np.outer(np.append(back, 0)[:-1], start), path, path[-1] + np.outer(back[::-1], end)]
        )
        first, last = np.sqrt(1 - back**2), np.sqrt(1 - back[::-1] ** 2)
        radii = np.concatenate([first * radii[0], radii, last * radii[-1]])
        pad = len(bulge)
        side = np.concatenate([np.repeat(side[:1], pad, 0), side, np.repeat(side[-1:], pad, 0)])
        other = np.concatenate([np.repeat(other[:1], pad, 0), other, np.repeat(other[-1:], pad, 0)])
    angle = np.linspace(0, 2 * np.pi, around)
    ring = (
        np.cos(angle)[None, :, None] * other[:, None] + squash * np.sin(angle)[None, :, None] * side[:, None]
    )
    grid = path[:, None] + np.maximum(radii, 1e-4)[:, None, None] * ring
    return Part(grid, material, _unit_uv(len(path), around), closed=caps)


def ring(
    radius: float, thickness: float, material: Material, *, squash: float = 1.0, count: int = 129
) -> Part:
    """Make a torus standing in the xy plane; `squash` sets its depth against its thickness."""
    angle = np.linspace(0, 2 * np.pi, count)
    around = np.linspace(0, 2 * np.pi, 33)
    reach = radius + thickness * np.cos(around)
    grid = np.stack(
        [
            np.cos(angle)[:, None] * reach,
            np.sin(angle)[:, None] * reach,
            np.broadcast_to(thickness * squash * np.sin(around), (count, 33)),
        ],
        axis=-1,
    )
    return Part(grid, material, _unit_uv(count, 33))


def _outward(outline: Array) -> Array:
    tangent = np.gradient(outline, axis=0)
    if np.allclose(outline[0], outline[-1], atol=1e-6):
        tangent[0] = tangent[-1] = outline[1] - outline[-2]
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    x, y = outline[:, 0], outline[:, 1]
    turning = np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])
    return normal if turning > 0 else -normal


def extrude(outline: Array, depth: float, bevel: float, material: Material) -> Part:
    """Give a closed xy outline (star-shaped about its middle) a depth along z with rounded edges.

    UV is the outline's bounding box seen from the front, u to the right and v down.
    """
    normal = _outward(outline)
    centre = (outline.max(axis=0) + outline.min(axis=0)) / 2
    bevel = min(bevel, depth / 2)
    turn = np.linspace(0, np.pi / 2, 8)
    inset = bevel * (1 - np.sin(turn))
    level = depth / 2 - bevel + bevel * np.cos(turn)
    half = [(a, b) for a, b in zip(inset, level, strict=True)]
    rows = [np.column_stack([outline - normal * a, np.full(len(outline), b)]) for a, b in half]
    cap = rows[0]
    middle = np.array([*centre, depth / 2])
    front = [cap * s + middle * (1 - s) for s in (1e-3, 0.34, 0.67, 0.97, 0.995)]
    front_half = np.stack(front + rows)
    back_half = front_half[::-1] * np.array([1, 1, -1])
    grid = np.concatenate([front_half, back_half])
    span = outline.max(axis=0) - outline.min(axis=0)
    uv = np.stack(
        [
            (grid[..., 0] - centre[0]) / span[0] + 0.5,
            0.5 - (grid[..., 1] - centre[1]) / span[1],
        ],
        axis=-1,
    )
    uv[len(front_half) :] = -1.0
    return Part(grid, material, uv)


def block(
    width: float, height: float, depth: float, radius: float, material: Material, bevel: float = 0.02
) -> Part:
    """Make a box about the origin with rounded corners (seen from the front) and bevelled edges."""
    x, y = width / 2, height / 2
    outline = rounded([(-x, -y), (x, -y), (x, y), (-x, y)], radius, closed=True, count=201)
    return extrude(outline, depth, bevel, material)


def loft(sections: Sequence[Array], material: Material) -> Part:
    """Join closed 3D sections of equal point count into one skin, its ends drawn shut.

    UV is the skin's bounding box in x and y, seen from the front.
    """
    first, last = np.array(sections[0]), np.array(sections[-1])
    ends = (first.mean(axis=0), last.mean(axis=0))
    rows = [ends[0] + (first - ends[0]) * s for s in (1e-3, 0.5, 0.98)]
    rows += list(sections)
    rows += [ends[1] + (last - ends[1]) * s for s in (0.98, 0.5, 1e-3)]
    grid = np.stack(rows)
    low, high = grid.min(axis=(0, 1)), grid.max(axis=(0, 1))
    uv = np.stack(
        [(grid[..., 0] - low[0]) / (high[0] - low[0]), (high[1] - grid[..., 1]) / (high[1] - low[1])], axis=-1
    )
    return Part(grid, material, uv)


def displaced(part: Part, relief: NDArray[Any], amount: float) -> Part:
    """Push a part's vertices along their normals by an image (0..1, H×W) read through the UV map."""
    height, width = relief.shape
    map_x = (part.uv[..., 0] * (width - 1)).astype(np.float32)
    map_y = (part.uv[..., 1] * (height - 1)).astype(np.float32)
    lift = cv2.remap(relief, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return replace(part, grid=part.grid + normals(part.grid) * (amount * lift)[..., None])


def normals(grid: Array) -> Array:
    """Give unit normals of a grid, pointing outwards when the grid encloses a volume."""
    along_rows = np.gradient(grid, axis=0)
    if np.allclose(grid[:, 0], grid[:, -1], atol=1e-6):
        wrapped = np.concatenate([grid[:, -2:-1], grid, grid[:, 1:2]], axis=1)
        along_columns = np.gradient(wrapped, axis=1)[:, 1:-1]
    else:
        along_columns = np.gradient(grid, axis=1)
    normal = np.cross(along_rows, along_columns)
    flow = np.sum(normal * (grid - grid.mean(axis=(0, 1))))
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    return normal / np.maximum(length, 1e-12) * (1.0 if flow >= 0 else -1.0)


def panel(width: float, height: float, material: Material) -> Part:
    """Make a flat sheet about the origin, facing the camera."""
    x = np.linspace(-width / 2, width / 2, 9)
    y = np.linspace(height / 2, -height / 2, 9)
    grid = np.stack([*np.meshgrid(x, y), np.zeros((9, 9))], axis=-1)
    return Part(grid, material, _unit_uv(9, 9), closed=False)


def planar(part: Part, width: float, height: float, axes: tuple[int, int] = (0, 1)) -> Part:
    """Project a part's UV along one axis: `axes` are the world axes that become u and (downward) v."""
    u = 0.5 + part.grid[..., axes[0]] / width
    v = 0.5 - part.grid[..., axes[1]] / height
    return replace(part, uv=np.stack([u, v], axis=-1))
