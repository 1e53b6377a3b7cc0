"""Writes what a scene shows in the language of film, so that the vocabulary reads it back unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from planning.lexicon import shots
from planning.vocabulary import read

_TRIES = 24


@dataclass(frozen=True)
class Shot:
    """What a scene is to show; ids of the vocabulary. ``words`` may stand in the scene as lettering."""

    setting: str
    subject: str | None
    size: str
    light: str
    weather: str | None
    camera: str
    mood: str
    color: str | None = None
    words: str | None = None


def describe(shot: Shot, rng: Random) -> str:
    """Put a shot into words. Of the wordings tried the first is taken that reads back as the shot."""
    text = ""
    for _ in range(_TRIES):
        text = _wording(shot, rng)
        if reads_back(text, shot):
            break
    return text


def reads_back(text: str, shot: Shot) -> bool:
    """Whether the vocabulary reads in the text exactly what the shot is to show."""
    seen = read(text)
    wanted = (shot.setting, shot.subject, shot.light, shot.weather, shot.camera, shot.mood)
    return (seen.setting, seen.subject, seen.light, seen.weather, seen.camera, seen.mood) == wanted


def _wording(shot: Shot, rng: Random) -> str:
    size = shot.size if shot.subject else "none"
    thing = shots.SUBJECT_WORDS[shot.subject] if shot.subject else ""
    if shot.subject and shot.color:
        thing = f"{thing} in {shot.color}"
    place = rng.choice(shots.PLACES[shot.setting])
    seen = f"{rng.choice(shots.SIZES[size]).format(s=thing)} {place}"
    own = shots.LIGHTS_BY_SETTING.get(shot.setting, {}).get(shot.light, ())
    parts = [seen, rng.choice((*own, *shots.LIGHTS[shot.light]))]
    if shot.weather:
        parts.append(rng.choice(shots.AIRS[shot.weather]))
    parts.append(rng.choice(shots.FEELINGS[shot.mood]))
    if shot.words:
        parts.append(f'with the words "{shot.words}" standing in the scene')
    return f"{rng.choice(shots.CAMERA_MOVES[shot.camera])}: {', '.join(parts)}."


def camera_moves(count: int, first: str | None, rng: Random) -> Sequence[str]:
    """A move for each scene, no two alike in a row; the one that the prompt names comes first."""
    pool = list(shots.CAMERA_MOVES)
    moves: list[str] = [first] if first else []
    while len(moves) < count:
        batch = rng.sample(pool, len(pool))
        if moves and batch[0] == moves[-1]:
            batch.reverse()
        moves += batch
    return moves[:count]
