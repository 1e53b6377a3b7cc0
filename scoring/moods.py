"""What each mood sounds like."""

from dataclasses import dataclass
from typing import Literal

MAJOR = (0, 2, 4, 5, 7, 9, 11)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
LYDIAN = (0, 2, 4, 6, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)

Lead = Literal["piano", "pluck", "bell", "synth"]


@dataclass(frozen=True)
class Mood:
    """A musical character.

    ``bpm`` is a range; ``tonics`` are MIDI notes to choose the key from; each progression lists scale degrees
    (0 is the tonic), one for each bar of four beats. ``pattern`` gives the lead's steps within a bar of 16
    sixteenths. ``drums`` runs from 0 (none) to 1 (driving); ``pump`` is how far the kick ducks the pads.
    ``brightness`` and ``space`` (reverb) run from 0 to 1; ``width`` spreads the
    parts between the loudspeakers, 1.0 being usual and 1.7 the most.
    """

    bpm: tuple[float, float]
    tonics: tuple[int, ...]
    scale: tuple[int, ...]
    progressions: tuple[tuple[int, ...], ...]
    lead: Lead
    pattern: tuple[int, ...]
    drums: float
    pump: float
    brightness: float
    space: float
    swing: float = 0.0
    width: float = 1.0


MOODS = {
    "calm": Mood(
        (66, 82), (48, 50, 53), MAJOR, ((0, 4, 5, 3), (0, 2, 3, 4), (3, 0, 4, 5)),
        "piano", (0, 4, 6, 8, 12, 14), drums=0.0, pump=0.0, brightness=0.35, space=0.8,
    ),
    "energetic": Mood(
        (118, 130), (45, 47, 50), MINOR, ((0, 5, 2, 6), (0, 2, 6, 5), (5, 6, 0, 2)),
        "synth", (0, 3, 6, 8, 11, 14), drums=1.0, pump=0.75, brightness=0.9, space=0.35, width=1.5,
    ),
    "luxurious": Mood(
        (78, 94), (45, 48, 50), DORIAN, ((0, 3, 0, 4), (0, 6, 3, 0), (5, 3, 0, 4)),
        "piano", (0, 3, 6, 10, 12), drums=0.35, pump=0.35, brightness=0.5, space=0.7, swing=0.12,
    ),
    "playful": Mood(
        (104, 118), (48, 50, 53), MAJOR, ((0, 5, 3, 4), (0, 3, 0, 4), (0, 2, 3, 4)),
        "pluck", (0, 2, 4, 7, 8, 10, 12, 14), drums=0.6, pump=0.2, brightness=0.75, space=0.3, swing=0.14,
    ),
    "dramatic": Mood(
        (80, 96), (43, 45, 48), MINOR, ((0, 5, 3, 4), (0, 6, 5, 6), (0, 3, 5, 4)),
        "piano", (0, 2, 4, 6, 8, 10, 12, 14), drums=0.55, pump=0.25, brightness=0.6, space=0.75,
    ),
    "nostalgic": Mood(
        (76, 92), (48, 50, 55), MAJOR, ((0, 2, 5, 3), (3, 0, 4, 5), (0, 5, 1, 4)),
        "pluck", (0, 3, 6, 8, 10, 14), drums=0.25, pump=0.15, brightness=0.45, space=0.55, swing=0.1,
    ),
    "futuristic": Mood(
        (98, 112), (45, 48, 50), DORIAN, ((0, 2, 3, 6), (0, 6, 3, 3), (5, 6, 0, 3)),
        "bell", (0, 3, 6, 9, 12, 14), drums=0.7, pump=0.6, brightness=0.8, space=0.6,
    ),
}  # fmt: skip
