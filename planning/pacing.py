"""How long each scene lasts and how one leads into the next."""

import itertools
from collections.abc import Sequence
from random import Random

from planning.brief import FPS
from planning.storyboard import Transition

TRANSITIONS: dict[str, tuple[Transition, ...]] = {
    "calm": ("crossfade", "crossfade", "cut"),
    "energetic": ("cut", "cut", "wipe"),
    "luxurious": ("crossfade", "dip", "crossfade"),
    "playful": ("wipe", "cut", "cut"),
    "dramatic": ("cut", "dip", "crossfade"),
    "nostalgic": ("crossfade", "crossfade", "dip"),
    "futuristic": ("cut", "wipe", "crossfade"),
}
SECONDS: dict[Transition, float] = {"cut": 0.0, "crossfade": 0.8, "wipe": 0.5, "dip": 0.9}

_UNEVEN = {"energetic": 0.22, "playful": 0.18, "futuristic": 0.15, "dramatic": 0.14}


def share_frames(total: int, weights: Sequence[float], mood: str, rng: Random) -> list[int]:
    """Divide ``total`` frames by weight, unevenly as the mood asks; the parts sum to exactly ``total``."""
    spread = _UNEVEN.get(mood, 0.08)
    varied = [weight * (1 + rng.uniform(-spread, spread)) for weight in weights]
    whole = sum(varied)
    edges, reached = [0], 0.0
    for weight in varied[:-1]:
        reached += weight
        edges.append(round(total * reached / whole))
    edges.append(total)
    return [end - start for start, end in itertools.pairwise(edges)]


def lead_in(mood: str, energy: float, shorter: int, rng: Random) -> tuple[Transition, int]:
    """The transition into a scene and its frames; high energy (0 to 1) cuts, low energy dissolves.

    ``shorter`` is the length in frames of the shorter of the two scenes.
    """
    kind = "cut" if rng.random() < energy - 0.35 else rng.choice(TRANSITIONS[mood])
    frames = min(round(SECONDS[kind] * FPS), shorter // 3)
    return (kind, frames) if frames >= 4 else ("cut", 0)
