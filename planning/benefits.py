"""Finds what a prompt promises of its product, in words that can stand on screen."""

import re
from collections.abc import Iterator

from planning.lexicon import speech
from planning.sentences import UNSPACED, clauses, phrase, sentences, words
from planning.vocabulary import NAMED, mentions

LIMIT = 38
"""Longest caption, in characters."""

_FEWEST, _MOST = 2, 6
_LONGEST_UNSPACED = 16
_ANNOUNCED = re.compile(
    r"\b(?:tagline|slogan|claim|motto|headline|line|caption)\b[^\"“„«\n.]{0,16}"
    r"[\"“„«]([^\"“”„«»]{2,60})[\"”“»]",
    re.IGNORECASE,
)
_FORMAT = re.compile(
    r"\b\d+\s*(?:s|sec|secs|second|seconds|sekunden|secondes|segundos|fps|px|秒)\b|\b\d+\s*[:x×]\s*\d+\b|\d+秒",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s+(?:and|und|et|y|that|which|so you|while you)\s+", re.IGNORECASE)
_WITH = re.compile(r"\bwith\s+(.+)$", re.IGNORECASE)
_HELPED = re.compile(r"\b(?:helps?|lets?|makes?) (?:you|people|everyone|anyone|us all) (.+)$", re.IGNORECASE)
_ADVERBS = speech.word_set("slow fast simple clean bold bright light")
"""Words of looks that also say how somebody does something: "travel light"."""
_RELATIVE = re.compile(r"\b(?:that|which) (([a-z]+)s .+)$")
_PICTURE = frozenset(["light", "weather", "camera", "color", "mood", "setting"])


def find_benefits(text: str, name: str | None, language: str) -> list[str]:
    """The promises in the order of the text, announced slogans first; each once.

    ``text`` is the prompt without its call to action. A clause counts as a whole if it has two to six words
    and reads like a promise; of a longer one only a part that stands alone. A clause about colours, mood,
    camera or format never counts.
    """
    found = [phrase(match[1]) for match in _ANNOUNCED.finditer(text) if len(match[1]) <= LIMIT]
    rest = re.sub(r"[\"“„«][^\"“”„«»]*[\"”“»]", " ", text)
    for number, sentence in enumerate(sentences(rest)):
        for place, clause in enumerate(clauses(sentence)):
            opens = number == 0 and place == 0
            parts = list(_promises(clause, name, language, opens=opens))
            if parts == [clause] and place and _pairs(found[-1:], clauses(sentence)[place - 1], clause):
                found[-1] = f"{found[-1]}, {clause}"
            else:
                found += [phrase(part) for part in parts]
    return list({line.casefold(): line for line in found if line != name}.values())


def descriptor(text: str, name: str) -> str | None:
    """What the product is, as the prompt puts it right behind its name: "the electric city bike"."""
    match = re.search(
        re.escape(name) + r"[\"”“»]?\s*(?:,|–|—|-|\bis\b)\s*((?:an?|the|your|our)\s[^.,;:!?\n–—()]+)", text
    )
    if not match or len(match[1].strip()) > LIMIT:
        return None
    said = words(match[1])
    if not 2 <= len(said) <= 5 or (speech.PREPOSITIONS | speech.STAGE | {"that", "who", "which"}) & set(said):
        return None
    return phrase(match[1])


def _pairs(last: list[str], before: str, clause: str) -> bool:
    """Whether two neighbouring promises are so short that they are one: "no glue, no waste"."""
    return last == [phrase(before)] and len(words(before)) == len(words(clause)) == _FEWEST


def _promises(clause: str, name: str | None, language: str, *, opens: bool) -> Iterator[str]:
    if UNSPACED.search(clause):
        if not opens and 4 <= len(clause) <= _LONGEST_UNSPACED and not _directs(clause, name):
            yield clause
        return
    if language == "en" and (helped := _HELPED.search(clause)):
        clause = helped[1]
    if _directs(clause, name):
        return
    if _FEWEST <= len(words(clause)) <= _MOST and _promise(clause, language, opens=opens):
        yield clause
    elif language == "en":
        yield from (part for part in _parts(clause) if _stands_alone(part) or part == _does(clause))


def _parts(clause: str) -> Iterator[str]:
    """Parts of a long clause that may stand alone: what "and" joins, a participle's phrase, what it has."""
    if does := _does(clause):
        yield does
    for part in _JOINED.split(clause):
        said = part.split()
        bound = (
            index
            for index, word in enumerate(said[:-1])
            if word.casefold() in speech.PARTICIPLES and said[index + 1].casefold() in speech.BOUND
        )
        yield " ".join(said[next(bound, 0) :])
    if (carried := _WITH.search(clause)) and words(carried[1])[:1] and _counts(words(carried[1])[0]):
        yield carried[1]


def _does(clause: str) -> str | None:
    """What a product does, out of "an app that splits bills fairly"."""
    match = _RELATIVE.search(clause)
    fits = match and match[2] in speech.VERBS and _FEWEST < len(words(match[1])) <= _MOST
    return match[1] if match and fits and not _scenery(match[1]) else None


def _stands_alone(part: str) -> bool:
    said = words(part)
    if not _FEWEST <= len(said) <= _MOST or _looks(part):
        return False
    openers = speech.VERBS | speech.PARTICIPLES | speech.OPENERS - {"you", "we", "how", "what", "as"}
    return _counts(said[0]) or (said[0] in openers and _promise(part, "en", opens=False))


def _counts(word: str) -> bool:
    return word in ("no", "zero", "every", "all", "free", "real", "instant", "unlimited") or word.isdigit()


def _directs(clause: str, name: str | None) -> bool:
    """Whether a clause speaks of the film and not of the product, or only introduces the name."""
    said = words(clause)
    if not said or _FORMAT.search(clause) or len(clause) > 4 * LIMIT:
        return True
    if speech.STAGE & set(said) or any(mark in clause for mark in speech.SCRIPT_STYLE):
        return True
    bare = name and clause.casefold().strip() == name.casefold()
    return bool(bare) or (len(said) <= _MOST and _looks(clause))


def _looks(clause: str) -> bool:
    """Whether a clause holds nothing but colours, light, mood and other words of looks."""
    said = words(clause)
    content = [word for word in said if word not in speech.FILLERS]
    if len(said) > 1 and content[:1] == said[:1] and said[0] in speech.VERBS - speech.STYLE:
        return bool(content[1:]) and set(content[1:]) <= speech.STYLE - _ADVERBS
    return all(word in speech.STYLE or _pictures(word) for word in content) or _only_colors(clause)


def _pictures(word: str) -> bool:
    found = list(mentions(word))
    return any(mention.aspect in _PICTURE for mention in found) and not any(
        mention.aspect == "subject" and mention.weight >= NAMED for mention in found
    )


def _only_colors(clause: str) -> bool:
    """Whether at least half of the words that say something are colours: a palette, whatever the rest is."""
    content = [word for word in words(clause) if word not in speech.FILLERS]
    singular = " ".join(word.removesuffix("s") for word in content)
    colors = sum(
        m.end - m.start for text in (clause, singular) for m in mentions(text) if m.aspect == "color"
    )
    return 2 * colors >= len(content)


def _promise(clause: str, language: str, *, opens: bool) -> bool:
    """Whether a clause of the right length reads like a promise made to whoever watches."""
    said = words(clause)
    if len(clause) > LIMIT or said[0] in speech.PERSONS:
        return False
    urged = said[0] in speech.VERBS and len(said) == _FEWEST
    if said == ["you", "know"] or (said[-1] in speech.DANGLING and not urged):
        return False
    if said[0] in speech.PREPOSITIONS:
        return said[0] == "from" and "to" in said[2:]
    if language != "en":
        return not opens and said[0] not in speech.ARTICLES and not _scenery(clause)
    personal = bool({"you", "your", "you're", "yours", "yourself"} & set(said))
    if said[0] in speech.ARTICLES:
        return personal and len(said) <= _MOST and said[-1] in ("yours", "you")
    if said[0] in speech.VERBS:
        return personal or said[0] not in speech.DIRECTED or said[1] not in speech.DIRECTIONS
    if said[0] == "we":
        return said[1] not in speech.OBSERVERS
    if said[0].isdigit():
        return said[1] not in ("scenes", "shots", "clips", "cuts", "people", "friends")
    described = "that" in said[1:3] and not opens and not _scenery(clause)
    compound = said[0].endswith(
        ("-free", "-based", "-made", "-poured", "-roasted", "-friendly", "-baked", "-grown")
    )
    likened = "than" in said[1:] or (said[0] == "as" and "as" in said[2:])
    opened = said[0] in speech.OPENERS and not (opens and said[0] in ("hand", "first", "life", "light"))
    return compound or likened or described or (opened and not _scenery(clause)) or (personal and not opens)


def _scenery(clause: str) -> bool:
    """Whether a clause names a place, a weather or a light: then it shows something rather than promising."""
    return any(
        mention.aspect in ("setting", "weather", "light", "camera") and mention.weight >= NAMED
        for mention in mentions(clause)
    )
