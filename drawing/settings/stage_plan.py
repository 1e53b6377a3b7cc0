"""What a setting hands to the camera."""

from dataclasses import dataclass

from drawing.canvas import Layer, Shot


@dataclass(frozen=True, eq=False)
class Stage:
    """Layers from far to near; ``eye`` is the row the zoom holds still (share of the height), ``bloom`` the
    strength of the glow, ``travel`` how far the camera may go (1 is the full path)."""

    shot: Shot
    layers: list[Layer]
    eye: float = 0.55
    bloom: float = 0.55
    travel: float = 1.0
