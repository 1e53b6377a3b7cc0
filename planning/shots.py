"""Writes what a scene shows in the language of film, so that the vocabulary reads it back unchanged."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from planning.lexicon import journeys, nouns, shots
from planning.sentences import words
from planning.vocabulary import read

_TRIES = 24


@dataclass(frozen=True)
class Shot:
    """What a scene is to show; ids of the vocabulary. ``thing`` is what to call the subject, if not by its
    usual name; ``words`` may stand in the scene as lettering."""

    setting: str
    subject: str | None
    size: str
    light: str
    weather: str | None
    camera: str
    mood: str
    color: str | None = None
    words: str | None = None
    thing: str | None = None


def describe(shot: Shot, rng: Random) -> str:
    """Put a shot into words. Of the wordings tried the first is taken that reads back as the shot."""
    text = ""
    for _ in range(_TRIES):
        text = _wording(shot, rng)
        if reads_back(text, shot):
            break
    return text


def reads_back(text: str, shot: Shot) -> bool:
    """Whether the vocabulary reads in the text exactly what the shot shows; indoors there is no weather."""
    seen = read(text)
    weather = shot.weather if shot.setting in journeys.OUTDOORS else None
    wanted = (shot.setting, shot.subject, shot.light, weather, shot.camera, shot.mood)
    return (seen.setting, seen.subject, seen.light, seen.weather, seen.camera, seen.mood) == wanted


def _wording(shot: Shot, rng: Random) -> str:
    size = shot.size if shot.subject else "none"
    thing = shot.thing or shots.SUBJECT_WORDS[shot.subject] if shot.subject else ""
    if shot.subject and shot.color:
        thing = f"{thing} in {shot.color}"
    seen = f"{rng.choice(shots.SIZES[size]).format(s=thing)} {rng.choice(_places(shot))}"
    lights = shots.LIGHTS_BY_SETTING.get(shot.setting, {}).get(shot.light) or shots.LIGHTS[shot.light]
    parts = [seen, rng.choice(lights)]
    if shot.weather and shot.setting in journeys.OUTDOORS:
        parts.append(rng.choice(shots.AIRS[shot.weather]))
    parts.append(rng.choice(shots.FEELINGS[shot.mood]))
    if shot.words:
        parts.append(f'with the words "{shot.words}" standing in the scene')
    return f"{rng.choice(shots.CAMERA_MOVES[shot.camera])}: {', '.join(parts)}."


def _places(shot: Shot) -> Sequence[str]:
    """The wordings of a setting that suit how the subject stands in it."""
    footing = "any"
    if shot.subject in shots.ON_THE_GROUND:
        footing = "ground"
    elif shot.subject and shot.subject not in shots.IN_THE_OPEN:
        footing = "tabletop"
    wordings = shots.PLACES[shot.setting]
    return wordings.get(footing, wordings["any"])


def own_noun(text: str, subject: str) -> str | None:
    """What the text itself calls its subject, with an article, if one can film that and it reads back.

    Of several nouns the longest is taken: "hiking boots" before "boots".
    """
    folded = " ".join(words(text.replace("-", " ")))
    found: list[tuple[str, str]] = []
    for noun in nouns.COUNTED.get(subject, "").split(","):
        single = " ".join(noun.split())
        if single and re.search(rf"\b{re.escape(single)}s?\b", folded):
            article = "a pair of" if subject in nouns.PAIRED else "an" if single[0] in "aeiou" else "a"
            found.append((single, f"{article} {single}"))
    pattern, poured = nouns.POURED.get(subject, ("", ""))
    for noun in poured.split(","):
        single = " ".join(noun.split())
        if single and re.search(rf"\b{re.escape(single)}\b", folded):
            found.append((single, pattern.format(n=single)))
    wording = max(found, key=lambda item: len(item[0]), default=("", None))[1]
    return wording if wording and read(wording).subject == subject else None


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
