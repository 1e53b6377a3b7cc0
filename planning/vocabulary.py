"""What can be filmed, and how text names it.

The words themselves are data, in :mod:`planning.lexicon`. :func:`read` finds the words and phrases of every
table in a text and picks, for each aspect of a picture, what the text speaks of most clearly.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from planning.lexicon import TABLES, colours, grammar
from planning.lexicon.settings import SETTINGS
from planning.lexicon.subjects import SUBJECTS
from planning.lexicon.tones import CAMERA, LIGHT, MOODS, WEATHER

SETTING_IDS = tuple(SETTINGS)
SUBJECT_IDS = tuple(SUBJECTS)
LIGHT_IDS = tuple(LIGHT)
WEATHER_IDS = tuple(WEATHER)
CAMERA_IDS = tuple(CAMERA)
MOOD_IDS = tuple(MOODS)

NAMED, HINTED = 4.0, 1.0
"""Evidence of a word that names a thing, and of one that only hints at it."""

LETTERING_LIMIT = 24
"""Longest lettering, in characters, that can stand in a scene."""

_TOKEN = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b|[^\W_]+(?:['’][^\W_]+)*|[.,;:!?()\n—–…]")
_LETTERED = re.compile(
    r"\b(?:words?|letters|lettering|reading|says|saying)\s*[\"“„«][^\"“”„«»]*[\"”“»]", re.I
)
_WRITTEN = re.compile(
    r"\b(?:letter(?:s|ing)|words?|writ(?:ing|ten)|text|titles?|captions?|headlines?|slogans?|logos?|labels?|signs?"
    r"|signage|billboards?|posters?|banners?|newspapers?|magazines?|books?|menus?|screens?|keyboards?|numbers?)\b",
    re.I,
)
_QUOTED = re.compile(r"[\"“„«]\s*([^\"“”„«»]+?)\s*[\"”“»]")


@dataclass(frozen=True)
class Reading:
    """What a text says about a picture; ``None`` where it says nothing.

    ``colors`` are hex colours in the order of mention; ``lettering`` is a quoted word or two (up to three)
    that should stand in the scene.
    """

    setting: str | None = None
    subject: str | None = None
    light: str | None = None
    weather: str | None = None
    camera: str | None = None
    mood: str | None = None
    colors: tuple[str, ...] = ()
    lettering: str | None = None


@dataclass(frozen=True)
class Mention:
    """One place where a text speaks of something: token positions ``start`` to ``end`` (excluded)."""

    aspect: str
    id: str
    weight: float
    start: int
    end: int


def read(text: str) -> Reading:
    """Read what a text shows. Any text is accepted, of any length and script."""
    found = list(mentions(text))
    best = {aspect: _strongest(found, aspect) for aspect in TABLES}
    return Reading(**best, colors=_colors(found), lettering=_lettering(text))


def mentions(text: str) -> Iterator[Mention]:
    """Yield every mention, in order: whole words only, the longest phrase at each place, nothing negated."""
    # Lettering is a picture of words, and says nothing of what else is in the picture.
    tokens = [fold(token) for token in _TOKEN.findall(_LETTERED.sub(" ", text))]
    negated = _negated(tokens)
    index, longest = _index()
    position = 0
    while position < len(tokens):
        for size in range(min(longest, len(tokens) - position), 0, -1):
            senses = index.get(tuple(tokens[position : position + size]))
            if senses is not None:
                break
        else:
            if tokens[position].startswith("#"):
                yield Mention("color", _hex(tokens[position]), NAMED, position, position + 1)
            position += 1
            continue
        if not negated[position + size - 1]:
            for aspect, identity, weight in senses:
                # A phrase says more than a word: "running shoe" is surer than "shoe".
                yield Mention(aspect, identity, weight + (size - 1) * 0.75, position, position + size)
        position += size


def may_show_letters(text: str) -> bool:
    """Whether letters would be no surprise in the picture: words are quoted, or what bears them is named."""
    return _QUOTED.search(text) is not None or _WRITTEN.search(text) is not None


def fold(token: str) -> str:
    """Bring a word to the form of the tables: case folded, straight apostrophe, no possessive ending."""
    word = token.casefold().replace("’", "'")
    return word.removesuffix("'s").removesuffix("'")


def _strongest(found: Iterable[Mention], aspect: str) -> str | None:
    """The thing with the clearest mention; repeated and early mentions count a little more."""
    relevant = [mention for mention in found if mention.aspect == aspect]
    if not relevant:
        return None
    last = max(mention.start for mention in relevant) + 1
    clearest: dict[str, float] = defaultdict(float)
    repeats: dict[str, int] = defaultdict(int)
    for mention in relevant:
        weight = mention.weight + 1.5 * (1 - mention.start / last)
        clearest[mention.id] = max(clearest[mention.id], weight)
        repeats[mention.id] += 1
    return max(clearest, key=lambda identity: clearest[identity] + 0.6 * min(repeats[identity] - 1, 4))


def _colors(found: Iterable[Mention]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.id for mention in found if mention.aspect == "color"))


def _lettering(text: str) -> str | None:
    for match in _QUOTED.finditer(text):
        words = match[1].split()
        if 1 <= len(words) <= 3 and len(match[1]) <= LETTERING_LIMIT:
            return " ".join(words)
    return None


def _negated(tokens: list[str]) -> list[bool]:
    """Mark the tokens that a negation reaches: the few after it, up to the end of the clause."""
    marks = [False] * len(tokens)
    reach = 0
    for position, (token, following) in enumerate(pairwise([*tokens, ""])):
        if token in grammar.CLAUSE_ENDS:
            reach = 0
        elif token in grammar.NEGATIONS and following not in grammar.NOT_NEGATED:
            reach = grammar.NEGATION_REACH + 1
        marks[position] = reach > 0
        reach = max(0, reach - 1)
    return marks


def _hex(token: str) -> str:
    digits = token[1:]
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


@cache
def _index() -> tuple[dict[tuple[str, ...], list[tuple[str, str, float]]], int]:
    """Every word and phrase of the tables, with what it may mean, and the length of the longest phrase."""
    index: dict[tuple[str, ...], list[tuple[str, str, float]]] = defaultdict(list)
    for aspect, tables in TABLES.items():
        for table in tables:
            for identity, words in table.items():
                named, _, hinted = words.partition(";")
                _enter(index, aspect, identity, named, NAMED)
                _enter(index, aspect, identity, hinted, HINTED)
    for name, color in colours.COLOURS.items():
        index[tuple(name.split())].append(("color", color, NAMED))
    for phrase in grammar.SET_PHRASES:
        index[tuple(phrase.split())] = []
    return index, max(map(len, index))


def _enter(
    index: dict[tuple[str, ...], list[tuple[str, str, float]]],
    aspect: str,
    identity: str,
    words: str,
    weight: float,
) -> None:
    for entry in filter(None, (word.strip() for word in words.split(","))):
        base = tuple(fold(word) for word in entry.replace("-", " ").split())
        for form in (base, (*base[:-1], _plural(base[-1]))):
            if all(sense[:2] != (aspect, identity) for sense in index[form]):
                index[form].append((aspect, identity, weight))


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"
