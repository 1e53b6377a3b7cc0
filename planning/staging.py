"""Where each scene plays and by what light, so that a film reads as one place and one time."""

from collections.abc import Sequence
from random import Random

from planning.arcs import Beat, Stage
from planning.lexicon import journeys
from planning.pitch import Pitch
from planning.vocabulary import NAMED

_OPEN = ("mountains", "forest", "sea", "beach", "city", "street", "road", "meadow", "sky", "abstract")
"""Where a film without a subject may lead."""

_LINGER = 0.22
"""Share of the film that opens, and that closes, in the light beside the one the prompt names."""


def choose_places(
    pitch: Pitch, subject: str | None, mood: str, rng: Random, *, song: bool
) -> dict[Stage, str]:
    """The film's two or three settings.

    The world is what the prompt names, else where the subject is at home. A thing one can hold is shown off
    in the studio or the like; a subject that travels goes on to places next to its world, and so does a song.
    """
    named = _named(pitch)
    homes = journeys.WORLDS.get(subject or "", journeys.WORLDS_BY_MOOD[mood])
    hinted = pitch.reading.setting
    if named:
        world = named[0]
    elif hinted and (hinted in homes or not subject):
        world = hinted
    else:
        world = rng.choice(homes[:2] if subject in journeys.TRAVELLERS else homes)
    if subject and subject not in journeys.TRAVELLERS and not song:
        showcase = journeys.SHOWCASES.get(subject, "studio")
        others = [place for place in homes if place in journeys.NEIGHBOURS[world]] if not named else []
        second = next(iter(named[1:]), None) or (rng.choice(others) if others else world)
        return {"world": world, "showcase": showcase, "second": second}
    allowed = journeys.TRAVELLERS.get(subject or "", _OPEN)
    route = list(dict.fromkeys([world, *named[1:], *(place for place in allowed if _adjoin(world, place))]))
    flattering = journeys.SHOWCASES.get(subject or "", world)
    if flattering in route and not song:
        route.insert(1, flattering)
    # A short route dwells: the film stays where it has arrived.
    showcase, second = (*route[1:3], *route[-1:] * 2)[:2]
    return {"world": world, "showcase": showcase, "second": second}


def _adjoin(first: str, second: str) -> bool:
    return second in journeys.NEIGHBOURS[first]


def _named(pitch: Pitch) -> list[str]:
    """The settings that the prompt names, the clearest first; a studio is no world."""
    found = [m.id for m in pitch.mentions if m.aspect == "setting" and m.weight >= NAMED]
    return sorted(dict.fromkeys(found), key=lambda place: (place == "studio", place != pitch.reading.setting))


def choose_lights(pitch: Pitch, mood: str, arc: Sequence[Beat]) -> list[str]:
    """The light of each scene. Time only moves on; the light that the prompt names holds most of the film."""
    count = len(arc)
    named = any(m.aspect == "light" and m.weight >= NAMED for m in pitch.mentions)
    opening, chief, closing = journeys.LIGHT_ARCS[pitch.reading.light or journeys.LIGHT_BY_MOOD[mood]]
    edge = max(1, int(count * (_LINGER if named or count > 5 else 0.34)))
    last = count - (edge if closing != chief else 0)
    return [opening if index < edge else closing if index >= last else chief for index in range(count)]
