"""Light rigs: key, sky, bounce and rim light for each time of day, as a studio would set them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def _vector(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


@dataclass(frozen=True, eq=False)
class Rig:
    """Lights around a subject. Colours are linear RGB radiance; directions point towards the light.

    View space: x right, y up, z towards the camera. `glow` scales light the subject gives off itself.
    """

    key: NDArray[np.float32]
    key_direction: NDArray[np.float32]
    sky: NDArray[np.float32]
    bounce: NDArray[np.float32]
    rim: NDArray[np.float32]
    rim_direction: NDArray[np.float32]
    softbox: float
    glow: float


RIGS: dict[str, Rig] = {
    "dawn": Rig(
        key=_vector(0.92, 0.68, 0.60),
        key_direction=_vector(-0.72, 0.48, 0.50),
        sky=_vector(0.40, 0.38, 0.50),
        bounce=_vector(0.22, 0.17, 0.18),
        rim=_vector(1.10, 0.62, 0.55),
        rim_direction=_vector(0.80, 0.25, -0.55),
        softbox=0.85,
        glow=0.6,
    ),
    "day": Rig(
        key=_vector(0.88, 0.84, 0.78),
        key_direction=_vector(-0.50, 0.74, 0.55),
        sky=_vector(0.40, 0.44, 0.50),
        bounce=_vector(0.22, 0.21, 0.20),
        rim=_vector(0.60, 0.64, 0.70),
        rim_direction=_vector(0.75, 0.40, -0.55),
        softbox=1.0,
        glow=0.35,
    ),
    "golden": Rig(
        key=_vector(1.10, 0.72, 0.40),
        key_direction=_vector(-0.78, 0.38, 0.48),
        sky=_vector(0.32, 0.31, 0.40),
        bounce=_vector(0.26, 0.17, 0.10),
        rim=_vector(1.50, 0.80, 0.32),
        rim_direction=_vector(0.82, 0.28, -0.50),
        softbox=0.95,
        glow=0.5,
    ),
    "dusk": Rig(
        key=_vector(0.58, 0.44, 0.58),
        key_direction=_vector(-0.66, 0.52, 0.52),
        sky=_vector(0.25, 0.27, 0.45),
        bounce=_vector(0.16, 0.11, 0.15),
        rim=_vector(1.50, 0.66, 0.50),
        rim_direction=_vector(0.84, 0.18, -0.50),
        softbox=0.75,
        glow=0.9,
    ),
    "night": Rig(
        key=_vector(0.40, 0.47, 0.66),
        key_direction=_vector(-0.58, 0.66, 0.48),
        sky=_vector(0.13, 0.16, 0.27),
        bounce=_vector(0.07, 0.07, 0.11),
        rim=_vector(0.75, 1.05, 1.70),
        rim_direction=_vector(0.82, 0.35, -0.48),
        softbox=0.7,
        glow=1.0,
    ),
}


def rig_for(light: str) -> Rig:
    """Find the rig of a time of day. Raises ValueError for a name that is none of them."""
    try:
        return RIGS[light]
    except KeyError:
        raise ValueError(f"light {light!r} is unknown: use one of {', '.join(RIGS)}.") from None
