"""Figures: runner, dog, cat."""

from __future__ import annotations

import numpy as np

from drawing.subjects import materials as m
from drawing.subjects.colour import mix, parse_hex, shade
from drawing.subjects.forms import Point, limb
from drawing.subjects.geometry import Part, ellipsoid, lathe, ring, rounded, spline, tube, vec
from drawing.subjects.look import Look
from drawing.subjects.sprite import Model


def runner(look: Look) -> Model:
    """A runner in full stride: dark figure, kit in the brand's colours."""
    skin = m.Material(
        parse_hex(("#3a2a24", "#4a342a", "#2c211f")[look.choose(3)]), roughness=0.45, coat=0.15, scatter=0.2
    )
    shirt = m.Material(look.brand, roughness=0.6, sheen=0.3, grain="weave", grain_depth=0.06, grain_scale=2)
    shorts = m.Material(mix(look.ink, look.brand, 0.12), roughness=0.6, sheen=0.3)
    shoe = m.Material(look.accent, roughness=0.4, coat=0.3)
    sole = m.Material(look.light, roughness=0.5)
    parts: list[Part] = []
    torso = limb(
        [(-0.05, 1.02, 0), (-0.02, 1.16, 0), (0.06, 1.34, 0), (0.115, 1.48, 0), (0.135, 1.545, 0)],
        [0.125, 0.118, 0.145, 0.135, 0.07],
        shirt,
        1.28,
    )
    parts.append(torso)
    parts.append(
        limb([(-0.055, 1.04, 0.0), (-0.065, 0.98, 0), (-0.06, 0.92, 0)], [0.130, 0.140, 0.115], shorts, 1.25)
    )
    parts.append(limb([(0.13, 1.50, 0), (0.155, 1.57, 0), (0.18, 1.63, 0)], [0.068, 0.055, 0.055], skin))
    parts.append(ellipsoid(0.205, 0.255, 0.18, skin, 2.15).turned("z", -10).moved(0.215, 1.715, 0))
    parts.append(ellipsoid(0.05, 0.06, 0.045, skin).moved(0.315, 1.70, 0))
    hair = m.Material(parse_hex("#15100e"), roughness=0.55, sheen=0.2, grain="brushed", grain_depth=0.3)
    parts.append(ellipsoid(0.222, 0.21, 0.196, hair, 2.1).turned("z", -10).moved(0.193, 1.762, 0))
    parts.append(
        limb(
            [(0.10, 1.80, 0), (0.03, 1.80, 0), (-0.06, 1.74, 0), (-0.12, 1.65, 0)],
            [0.04, 0.055, 0.045, 0.012],
            hair,
        )
    )
    band = (
        ring(0.108, 0.017, m.Material(look.accent, roughness=0.6), squash=0.9)
        .turned("x", 90)
        .turned("z", -6)
        .moved(0.205, 1.745, 0)
    )
    parts.append(band)
    shoulder_l, shoulder_r = (0.115, 1.475, 0.165), (0.105, 1.475, -0.165)
    for shoulder, elbow, hand in (
        (shoulder_l, (-0.155, 1.30, 0.225), (0.03, 1.10, 0.205)),
        (shoulder_r, (0.235, 1.235, -0.215), (0.46, 1.37, -0.13)),
    ):
        s, e, h = np.array(shoulder), np.array(elbow), np.array(hand)
        parts.append(limb([tuple(s), tuple(s * 0.5 + e * 0.5), tuple(e)], [0.064, 0.052, 0.041], skin))
        parts.append(
            limb(
                [tuple(s + vec(0, 0.012, 0)), tuple(s * 0.72 + e * 0.28), tuple(s * 0.58 + e * 0.42)],
                [0.074, 0.070, 0.064],
                shirt,
            )
        )
        parts.append(limb([tuple(e), tuple(e * 0.6 + h * 0.4), tuple(h)], [0.042, 0.044, 0.028], skin))
        parts.append(ellipsoid(0.085, 0.075, 0.055, skin, 2.4).moved(*(h + (h - e) * 0.13)))
    band_place = np.array([-0.11, 1.19, 0.22])
    parts.append(
        ellipsoid(0.085, 0.05, 0.085, m.Material(look.ink, roughness=0.3)).moved(
            *(band_place + vec(0.115, -0.045, -0.012))
        )
    )
    for hip, knee, ankle, toe in (
        ((-0.05, 0.93, -0.085), (0.375, 0.87, -0.10), (0.335, 0.46, -0.10), (0.51, 0.435, -0.10)),
        ((-0.06, 0.93, 0.085), (-0.20, 0.545, 0.10), (-0.575, 0.365, 0.10), (-0.635, 0.185, 0.10)),
    ):
        a, k, f, t = (np.array(p) for p in (hip, knee, ankle, toe))
        parts.append(limb([tuple(a), tuple(a * 0.6 + k * 0.4), tuple(k)], [0.118, 0.100, 0.064], skin))
        parts.append(
            limb(
                [tuple(a), tuple(a * 0.7 + k * 0.3), tuple(a * 0.45 + k * 0.55)],
                [0.133, 0.124, 0.107],
                shorts,
            )
        )
        bulge = np.array([-(f - k)[1], (f - k)[0], 0]) * -0.10
        parts.append(
            limb(
                [tuple(k), tuple(k * 0.68 + f * 0.32 - bulge), tuple(k * 0.3 + f * 0.7), tuple(f)],
                [0.064, 0.074, 0.047, 0.036],
                skin,
            )
        )
        parts.append(
            limb(
                [tuple(k * 0.12 + f * 0.88), tuple(f)], [0.041, 0.043], m.Material(look.light, roughness=0.7)
            )
        )
        along = (t - f) / np.linalg.norm(t - f)
        down = np.array([along[1], -along[0], 0])
        heel = f - along * 0.055 + down * 0.045
        parts.append(
            limb(
                [
                    tuple(heel),
                    tuple(f + along * 0.05 + down * 0.04),
                    tuple(t + down * 0.045),
                    tuple(t + along * 0.055 + down * 0.055),
                ],
                [0.052, 0.062, 0.050, 0.034],
                shoe,
                0.95,
            )
        )
        parts.append(
            limb(
                [
                    tuple(heel + down * 0.035 - along * 0.012),
                    tuple(f + along * 0.07 + down * 0.075),
                    tuple(t + along * 0.065 + down * 0.08),
                ],
                [0.030, 0.034, 0.026],
                sole,
                1.55,
            )
        )
    return Model(parts, yaw=-20, pitch=4, airborne=True)


def _collar(look: Look, radius: float, tilt: float, place: Point) -> list[Part]:
    tag = lathe(
        rounded([(0.0, 0.0), (0.055, 0.0, 0.01), (0.055, 0.018, 0.01), (0.0, 0.02)], count=30), m.gold(0.1)
    ).turned("x", 90)
    band = (
        ring(radius, 0.030, m.leather(look.brand, 1.2), squash=1.3)
        .turned("x", 90)
        .turned("z", tilt)
        .moved(*place)
    )
    return [band, tag.moved(place[0] + radius * 0.75, place[1] - 0.10, radius * 0.72)]


def dog(look: Look) -> Model:
    """A sitting dog with a collar in the brand's colour."""
    coat = parse_hex(("#8a5a32", "#3c3330", "#c89a5e")[look.choose(3)])
    fur = m.Material(
        coat, roughness=0.72, sheen=0.35, scatter=0.15, grain="brushed", grain_depth=0.16, grain_scale=1.2
    )
    pale = m.Material(
        mix(coat, look.light, 0.6), roughness=0.72, sheen=0.35, grain="brushed", grain_depth=0.16
    )
    dark = m.Material(parse_hex("#120e0d"), roughness=0.15, coat=0.9)
    ear = m.Material(
        shade(coat, lightness=-0.10), roughness=0.75, sheen=0.4, grain="brushed", grain_depth=0.14
    )
    parts: list[Part] = [
        limb(
            [(-0.44, 0.26, 0), (-0.30, 0.46, 0), (-0.06, 0.80, 0), (0.10, 1.08, 0), (0.16, 1.28, 0)],
            [0.24, 0.315, 0.275, 0.205, 0.165],
            fur,
        ),
        limb([(0.06, 0.62, 0), (0.16, 0.82, 0), (0.22, 1.02, 0)], [0.16, 0.19, 0.13], pale),
    ]
    for side in (-1, 1):
        z = side * 0.19
        parts.append(ellipsoid(0.62, 0.50, 0.28, fur, 2.2).turned("z", 24).moved(-0.28, 0.29, side * 0.23))
        parts.append(
            limb(
                [(-0.36, 0.08, side * 0.29), (-0.1, 0.065, side * 0.30), (0.08, 0.06, side * 0.30)],
                [0.075, 0.07, 0.075],
                fur,
            )
        )
        parts.append(
            limb(
                [(0.12, 0.86, z * 0.75), (0.20, 0.55, z), (0.20, 0.28, z), (0.20, 0.09, z)],
                [0.145, 0.105, 0.072, 0.068],
                fur,
            )
        )
        parts.append(ellipsoid(0.24, 0.13, 0.17, pale, 2.4).moved(0.26, 0.065, z))
        parts += [ellipsoid(0.05, 0.07, 0.045, pale).moved(0.365, 0.055, z + dz) for dz in (-0.05, 0.0, 0.05)]
        parts.append(
            limb(
                [
                    (0.06, 1.66, side * 0.17),
                    (-0.03, 1.58, side * 0.245),
                    (-0.02, 1.40, side * 0.26),
                    (0.03, 1.28, side * 0.235),
                ],
                [0.065, 0.105, 0.105, 0.05],
                ear,
                0.42,
            )
        )
        parts.append(ellipsoid(0.062, 0.075, 0.062, dark).moved(0.375, 1.545, side * 0.115))
        parts.append(
            ellipsoid(0.017, 0.017, 0.017, m.glowing(look.light, 0.8)).moved(0.405, 1.565, side * 0.128)
        )
    parts.append(ellipsoid(0.50, 0.46, 0.44, fur, 2.15).moved(0.18, 1.53, 0))
    parts.append(limb([(0.30, 1.45, 0), (0.46, 1.42, 0), (0.58, 1.42, 0)], [0.165, 0.135, 0.10], pale, 1.0))
    parts.append(ellipsoid(0.125, 0.095, 0.14, dark, 2.4).moved(0.66, 1.47, 0))
    parts.append(
        limb(
            [(0.655, 1.42, 0), (0.65, 1.36, 0.01), (0.58, 1.335, 0.07), (0.47, 1.345, 0.115)],
            [0.010, 0.012, 0.012, 0.006],
            dark,
        )
    )
    parts.append(
        limb(
            [(-0.60, 0.12, 0), (-0.80, 0.14, 0.03), (-0.93, 0.30, 0.05), (-0.95, 0.46, 0.05)],
            [0.085, 0.075, 0.06, 0.025],
            fur,
        )
    )
    return Model([*parts, *_collar(look, 0.19, 18, (0.155, 1.235, 0))], yaw=-38, pitch=6)


def cat(look: Look) -> Model:
    """A sitting cat with a collar in the brand's colour."""
    coat = parse_hex(("#4a4a52", "#c67b3a", "#2a2729")[look.choose(3)])
    fur = m.Material(
        coat, roughness=0.72, sheen=0.4, scatter=0.15, grain="brushed", grain_depth=0.14, grain_scale=1.4
    )
    pale = m.Material(
        mix(coat, look.light, 0.75), roughness=0.72, sheen=0.4, grain="brushed", grain_depth=0.14
    )
    dark = m.Material(parse_hex("#0d0b0c"), roughness=0.12, coat=0.9)
    pink = m.Material(parse_hex("#d99a94"), roughness=0.5, scatter=0.5)
    iris = m.Material(mix(parse_hex("#b8c24a"), look.accent, 0.35), roughness=0.1, coat=1.0)
    parts: list[Part] = [
        limb(
            [(-0.34, 0.24, 0), (-0.26, 0.42, 0), (-0.06, 0.72, 0), (0.05, 0.94, 0), (0.09, 1.08, 0)],
            [0.22, 0.285, 0.235, 0.175, 0.14],
            fur,
        ),
        limb([(0.05, 0.50, 0), (0.12, 0.70, 0), (0.15, 0.92, 0)], [0.13, 0.155, 0.11], pale),
        ellipsoid(0.46, 0.40, 0.47, fur, 2.15).moved(0.15, 1.27, 0),
    ]
    for side in (-1, 1):
        z = side * 0.125
        parts.append(ellipsoid(0.52, 0.44, 0.24, fur, 2.2).turned("z", 22).moved(-0.20, 0.25, side * 0.20))
        parts.append(
            limb(
                [(-0.2, 0.06, side * 0.25), (0.0, 0.05, side * 0.25), (0.10, 0.05, side * 0.25)],
                [0.06, 0.055, 0.06],
                pale,
            )
        )
        parts.append(
            limb(
                [(0.07, 0.74, z * 0.8), (0.13, 0.48, z), (0.14, 0.24, z), (0.14, 0.07, z)],
                [0.11, 0.082, 0.058, 0.056],
                fur,
            )
        )
        parts.append(ellipsoid(0.19, 0.10, 0.13, pale, 2.4).moved(0.18, 0.05, z))
        outer = lathe(
            rounded([(0.0, 0.235), (0.025, 0.22, 0.02), (0.145, 0.0, 0.02), (0.14, -0.05)], count=60),
            fur,
            squash=0.5,
            closed=False,
        )
        lining = lathe(
            rounded([(0.0, 0.185), (0.015, 0.175, 0.01), (0.10, 0.0)], count=40),
            pink,
            squash=0.35,
            closed=False,
        ).moved(0, 0.0, 0.045)
        for piece in (outer, lining):
            parts.append(piece.turned("y", 80).turned("x", side * 22).moved(0.13, 1.42, side * 0.145))
        parts.append(
            ellipsoid(0.045, 0.095, 0.105, iris).turned("y", -side * 24).moved(0.352, 1.295, side * 0.105)
        )
        parts.append(
            ellipsoid(0.022, 0.082, 0.032, dark).turned("y", -side * 24).moved(0.373, 1.295, side * 0.112)
        )
        parts.append(
            ellipsoid(0.016, 0.020, 0.020, m.glowing(look.light, 0.9)).moved(0.382, 1.322, side * 0.128)
        )
        parts.append(ellipsoid(0.12, 0.105, 0.135, pale).moved(0.345, 1.18, side * 0.052))
        for k in range(3):
            parts.append(
                tube(
                    spline(
                        [
                            (0.37, 1.185 + 0.02 * k, side * 0.09),
                            (0.40, 1.20 + 0.035 * k, side * 0.24),
                            (0.36, 1.19 + 0.06 * k - 0.03, side * 0.40),
                        ],
                        count=20,
                    ),
                    0.0045,
                    m.Material(look.light, roughness=0.5),
                    around=9,
                )
            )
    parts.append(ellipsoid(0.045, 0.04, 0.06, pink).moved(0.405, 1.222, 0))
    tail = [
        (-0.46, 0.08, 0.0),
        (-0.52, 0.07, 0.24),
        (-0.30, 0.06, 0.42),
        (0.0, 0.06, 0.42),
        (0.20, 0.07, 0.36),
    ]
    parts.append(limb(tail, [0.085, 0.08, 0.07, 0.062, 0.035], fur))
    return Model([*parts, *_collar(look, 0.150, 10, (0.10, 1.045, 0))], yaw=-48, pitch=8)
