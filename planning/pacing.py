"""How long each scene lasts and how one leads into the next."""

import itertools
from collections.abc import Sequence
from random import Random

from planning.arcs import Beat
from planning.storyboard import Transition

_UNEVEN = {"energetic": 0.22, "playful": 0.18, "futuristic": 0.15, "dramatic": 0.14}

# What a film of this mood does mostly, what it does at a turn, and whether it cuts in between.
_STYLES: dict[str, tuple[Transition, Transition]] = {
    "calm": ("crossfade", "dip"),
    "luxurious": ("crossfade", "dip"),
    "nostalgic": ("crossfade", "dip"),
    "dramatic": ("cut", "dip"),
    "energetic": ("cut", "wipe"),
    "playful": ("cut", "wipe"),
    "futuristic": ("cut", "wipe"),
}
_FRAMES: dict[Transition, tuple[int, int]] = {
    "cut": (0, 0),
    "crossfade": (12, 20),
    "wipe": (12, 15),
    "dip": (18, 24),
}
"""Shortest and longest transition of each kind, in frames."""

_TURNS = ("product", "feeling", "call", "bridge", "outro")
"""The parts that open something new."""


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


def lead_ins(
    arc: Sequence[Beat], frames: Sequence[int], places: Sequence[str], mood: str, rng: Random
) -> list[tuple[Transition, int]]:
    """The transition into each scene and its frames: at most two kinds and cuts, placed by what begins.

    A chorus cuts in. One or two turns of an ad, and every bridge and outro, are marked by the mood's second
    kind; calm films dissolve elsewhere, quick ones cut. A transition takes at most a third of a scene.
    """
    usual, marked = _STYLES[mood]
    turns = [index for index, beat in enumerate(arc) if beat.role in _TURNS and index]
    # A mark between two pictures of one place would say that time has passed, and none has.
    turns = [index for index in turns if places[index] != places[index - 1]] or turns
    chosen = set(rng.sample(turns, min(len(turns), 2 if len(arc) > 4 and usual == "cut" else 1)))
    leads: list[tuple[Transition, int]] = [("cut", 0)]
    for index in range(1, len(arc)):
        role, before = arc[index].role, arc[index - 1].role
        kind: Transition = usual
        if index in chosen or (role in ("bridge", "outro") and role != before):
            kind = marked
        elif role == "chorus" and before == "chorus":
            kind = "cut"
        elif usual == "cut" and role in ("verse", "outro", "call") and role != before:
            kind = "crossfade" if mood in ("dramatic", "futuristic") else "cut"
        low, high = _FRAMES[kind]
        length = min(rng.randint(low, high), min(frames[index - 1], frames[index]) // 3)
        leads.append((kind, length) if length else ("cut", 0))
    return leads
