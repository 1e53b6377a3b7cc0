"""The order in which a film tells: the beats of an ad and the parts of a song."""

from dataclasses import dataclass, replace
from typing import Literal

Size = Literal["wide", "mid", "close", "none"]


@dataclass(frozen=True)
class Beat:
    """One scene's part in the film: how near the subject is, its energy (0 to 1), its relative length, and
    which of the film's settings (0 is the chief one) it plays in."""

    role: str
    size: Size
    energy: float
    weight: float
    place: int


_HOOK = Beat("hook", "wide", 0.6, 0.85, 0)
_PRODUCT = Beat("product", "mid", 0.5, 1.05, 0)
_BENEFIT = Beat("benefit", "close", 0.65, 1.0, 1)
_FEELING = Beat("feeling", "wide", 0.4, 1.0, 2)
_CALL = Beat("call", "mid", 0.3, 1.15, 0)

_ADS = {
    3: (_HOOK, _BENEFIT, _CALL),
    4: (_HOOK, _PRODUCT, _BENEFIT, _CALL),
    5: (_HOOK, _PRODUCT, _BENEFIT, _FEELING, _CALL),
}

_INTRO = Beat("intro", "none", 0.2, 1.3, 0)
_OUTRO = Beat("outro", "wide", 0.15, 1.4, 0)
_VERSE = (Beat("verse", "wide", 0.45, 1.1, 0), Beat("verse", "mid", 0.45, 1.0, 1))
_CHORUS = (
    Beat("chorus", "close", 0.95, 0.75, 2),
    Beat("chorus", "wide", 0.9, 0.8, 2),
    Beat("chorus", "mid", 0.95, 0.75, 2),
)
_BRIDGE = (Beat("bridge", "none", 0.3, 1.25, 1), Beat("bridge", "close", 0.35, 1.1, 1))


def ad_arc(count: int) -> tuple[Beat, ...]:
    """Hook, product, benefit, feeling, call to action; shorter ads drop the feeling, then the product."""
    return _ADS[count]


def song_arc(count: int) -> tuple[Beat, ...]:
    """Intro, verses and returning choruses, a bridge before the last chorus, outro: ``count`` scenes."""
    middle = count - 2
    pattern = [*_VERSE, *_CHORUS[:2], *_VERSE, *_CHORUS, *_BRIDGE, *_CHORUS, *_CHORUS[:2]]
    if middle < 13:
        pattern = [
            *_VERSE,
            *_CHORUS[:2],
            *_VERSE[: max(0, middle - 7)],
            _BRIDGE[0],
            *_CHORUS,
            *_CHORUS[:2],
            *_VERSE,
        ]
    beats = (pattern + [replace(beat, energy=1.0) for beat in (*_CHORUS, *_CHORUS)])[:middle]
    return (_INTRO, *beats, _OUTRO)
