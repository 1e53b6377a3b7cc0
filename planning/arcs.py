"""The order in which a film tells: the beats of an ad and the parts of a song."""

from dataclasses import dataclass, replace
from typing import Literal

Size = Literal["wide", "mid", "close", "none"]
Stage = Literal["world", "showcase", "second"]


@dataclass(frozen=True)
class Beat:
    """One scene's part in the film: how near the subject is, its energy (0 to 1), its relative length, and
    which of the film's places it plays in."""

    role: str
    size: Size
    energy: float
    weight: float
    stage: Stage


_HOOK = Beat("hook", "wide", 0.6, 0.85, "world")
_PRODUCT = Beat("product", "mid", 0.5, 1.05, "showcase")
_BENEFIT = Beat("benefit", "close", 0.65, 1.0, "second")
_FEELING = Beat("feeling", "wide", 0.4, 1.0, "world")
_CALL = Beat("call", "mid", 0.3, 1.15, "showcase")

_ADS = {
    3: (_HOOK, replace(_BENEFIT, stage="showcase"), _CALL),
    4: (_HOOK, _PRODUCT, _BENEFIT, _CALL),
    5: (_HOOK, _PRODUCT, _BENEFIT, _FEELING, _CALL),
}
_JOURNEYS: dict[int, tuple[Stage, ...]] = {
    3: ("world", "showcase", "second"),
    4: ("world", "showcase", "showcase", "second"),
    5: ("world", "showcase", "showcase", "second", "second"),
}

_INTRO = Beat("intro", "none", 0.2, 1.3, "world")
_OUTRO = Beat("outro", "wide", 0.15, 1.4, "world")
_VERSE = (Beat("verse", "wide", 0.45, 1.1, "world"), Beat("verse", "mid", 0.45, 1.0, "showcase"))
_CHORUS = (
    Beat("chorus", "close", 0.95, 0.75, "second"),
    Beat("chorus", "none", 0.9, 0.8, "second"),
    Beat("chorus", "mid", 0.95, 0.75, "world"),
)
_BRIDGE = (Beat("bridge", "none", 0.3, 1.25, "showcase"), Beat("bridge", "close", 0.35, 1.1, "showcase"))


def ad_arc(count: int, *, travels: bool) -> tuple[Beat, ...]:
    """Hook, product, benefit, feeling, call to action; shorter ads drop the feeling, then the product.

    The film of a subject that ``travels`` moves on from place to place; any other returns to its showcase.
    """
    if not travels:
        return _ADS[count]
    return tuple(
        replace(beat, stage=stage) for beat, stage in zip(_ADS[count], _JOURNEYS[count], strict=True)
    )


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
