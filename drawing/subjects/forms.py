"""Natural forms shared by several subjects: leaf, limb, roughened and frilled surfaces."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.geometry import Part, normals, spline, tube


def blade(
    length: float,
    width: float,
    material: m.Material,
    *,
    arch: float,
    fold: float = 0.15,
    tip: float = 1.0,
    ruffle: float = 0.0,
) -> Part:
    """Make a leaf or petal that grows up from the origin and arches towards +z.

    `arch` is how far (radians) it bends over its length, `fold` how deep its V is, `tip`
    above 1 moves the widest place towards a rounded end.
    """
    t = np.linspace(0, 1, 40)
    bend = arch * t**1.3
    step = length / 39
    spine_y = np.concatenate([[0], np.cumsum(np.cos(bend[:-1]) * step)])
    spine_z = np.concatenate([[0], np.cumsum(np.sin(bend[:-1]) * step)])
    half = width / 2 * np.sin(np.pi * t ** (0.85 * tip)) ** (0.9 if tip <= 1 else 0.5)
    across = np.linspace(-1, 1, 21)
    lift = fold * half[:, None] * np.abs(across)[None] ** 1.5 * 2
    lift = lift + ruffle * half[:, None] * np.sin(9 * t)[:, None] * across[None] ** 2
    grid = np.stack(
        [
            half[:, None] * across[None],
            spine_y[:, None] - np.sin(bend)[:, None] * lift,
            spine_z[:, None] + np.cos(bend)[:, None] * lift,
        ],
        axis=-1,
    )
    uv = np.stack(np.broadcast_arrays((across[None] + 1) / 2, 1 - t[:, None]), axis=-1)
    return Part(grid, material, uv, closed=False)


Point = tuple[float, float, float]


def limb(points: list[Point], radii: list[float], material: m.Material, squash: float = 1.0) -> Part:
    """A tapering limb through the given points, with a radius for each."""
    path = spline(points, count=90)
    given = np.array(points)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(given, axis=0), axis=1))])
    swell = spline(list(zip(along, radii, strict=True)), count=90)
    radius = np.interp(np.linspace(0, along[-1], 90), swell[:, 0], swell[:, 1])
    return tube(path, radius, material, squash=squash, around=41)


def roughened(part: Part, amount: float, seed: int, waves: int = 9) -> Part:
    """Make a turned form irregular: a sum of smooth waves around it, different for each seed."""
    chance = np.random.default_rng(seed)
    rows, columns = part.grid.shape[:2]
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 2 * np.pi, columns), indexing="ij")
    lift = np.zeros((rows, columns))
    for _ in range(waves):
        around, along = chance.integers(2, 16), chance.integers(1, 12)
        lift += (
            np.sin(around * u + chance.uniform(0, 6))
            * np.sin(along * np.pi * v + chance.uniform(0, 3))
            / waves
        )
    grid = part.grid + normals(part.grid) * (amount * 3 * lift)[..., None]
    return Part(grid, part.material, part.uv, part.closed)


def frill(radius: float, height: float, ripples: int, swing: float, material: m.Material, seed: int) -> Part:
    """A leaf of lettuce: a disc whose rim waves up and down."""
    chance = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 361)
    reach = np.linspace(0.3, 1.0, 30)[:, None]
    wave = np.sin(ripples * angle + 1.6 * np.sin(3 * angle + chance.uniform(0, 6))) + 0.5 * np.sin(
        (ripples * 2 - 3) * angle
    )
    edge = radius * (1 + 0.05 * np.sin(7 * angle + chance.uniform(0, 6)))
    r = reach * edge
    y = height + swing * reach**5 * wave - 0.05 * reach**4
    grid = np.stack([r * np.sin(angle), y, r * np.cos(angle)], axis=-1)
    uv = np.stack(np.broadcast_arrays(angle / (2 * np.pi), reach), axis=-1)
    return Part(grid, material, uv, closed=False)
