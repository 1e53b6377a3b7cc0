"""Names: of the product or song, of the artist, and the title of the film."""

import re
from itertools import pairwise

from planning.brief import Brief
from planning.lexicon import speech
from planning.sentences import UNSPACED, clauses, phrase, words
from planning.vocabulary import NAMED, mentions

LIMIT = 32
"""Longest name or title, in characters."""

_PLACING = ("by", "in", "on", "at")
_QUOTED = re.compile(r"[\"“„«「『]([^\"“”„«»「」『』]{1,60})[\"”“»」』]")
_NAME_WORD = r"[A-ZÀ-ÖØ-Þ0-9][\w&'’+-]*(?:\.\w+)*"
_NAME = rf"({_NAME_WORD}(?:\s+(?:&\s+|of\s+|the\s+)?{_NAME_WORD}){{0,3}})"
_NAMERS = re.compile(
    r"\b(?i:brand|label|startup|called|named|namens|llamad[ao]|appelée?|introducing|launching|meet|titled|entitled|titel|título|titre)"
    r"\s*:?\s+(?:(?i:the|our|a)\s+(?i:new\s+)?)?" + _NAME
)
_NAMED_FOR = re.compile(
    r"(?:\b(?:for|für|pour|para|about|von|from)\s+)" + _NAME + r"(?=\s*[,:–—.-]|\s*$|\s+an?\b)"
)
_OPENING_NAME = re.compile(
    r"^\s*" + _NAME + r"\s*(?:[,:–—]|\s-\s|\b(?:is|makes|builds|sells|offers|gives|turns|brings|"
    r"creates|delivers|roasts|bakes|brews|helps|lets|puts|keeps|takes|grows|crafts|designs|connects)\b)"
)
_MAKER = re.compile(r"\bby\s+" + _NAME)
_ARTIST = re.compile(r"\b(?:by|von|par|de)\s+(?:the\s+(?:artist|band|singer|duo|producer)\s+)?" + _NAME)
_PREAMBLE = re.compile(
    r"^.{0,80}?\b(?:ad|advert|advertisement|commercial|spot|video|film|clip|teaser|reel|promo|campaign|trailer|"
    r"werbung|anzeige|werbespot|werbefilm|publicité|pub|anuncio)\b\s+(?:for|about|of|on|für|über|pour|para|sobre)\s+",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:about|über|sobre|à propos de)\s+(.+)", re.IGNORECASE)


def find_name(prompt: str, artist: str | None, language: str, *, song: bool) -> str | None:
    """A quoted name, one that is introduced ("called …"), one that opens the prompt, or one it is for."""
    for match in _QUOTED.finditer(prompt):
        quoted = match[1].strip()
        before = prompt[: match.start()].casefold().rstrip(" :")
        if len(quoted) <= LIMIT and not before.endswith(speech.NOT_A_NAME):
            return quoted
    patterns = [_NAMERS, _OPENING_NAME]
    if language != "de":  # German writes every noun with a capital.
        patterns += [_NAMED_FOR] if song else [_NAMED_FOR, _MAKER]
    for pattern in patterns:
        for match in pattern.finditer(prompt):
            candidate = match[1].strip(" .,'’-")
            if candidate != artist and _can_name(candidate):
                return candidate
    camel = re.search(r"\b[A-Z][a-z]+[A-Z]\w+", prompt)
    return camel[0] if camel else None


def find_artist(prompt: str) -> str | None:
    """Who a song is by."""
    match = _ARTIST.search(_QUOTED.sub("", prompt))
    return match[1].strip(" .,") if match and len(match[1]) <= LIMIT else None


def find_title(text: str, name: str | None, brief: Brief) -> str:
    """The film's title: the name, else a short phrase of the text; never empty, at most :data:`LIMIT`."""
    if name:
        return name
    song = brief.job_type == "music_video"
    for candidate in (*_topics(text, song), *clauses(text), *clauses(brief.prompt), brief.prompt):
        if title := _title(candidate, song):
            return title
    first = clauses(text)[:1] or brief.prompt.split()[:1]
    return phrase(first[0])[:LIMIT].strip() or brief.prompt[:LIMIT].strip()


def _topics(text: str, song: bool) -> list[str]:
    if song and (about := _ABOUT.search(text)):
        return clauses(about[1])[:1]
    if preamble := _PREAMBLE.search(text):
        return clauses(text[preamble.end() :])[:1]
    return []


def _title(clause: str, song: bool) -> str | None:
    """The phrase at the start of a clause, up to where a new thought begins; none if nothing is left.

    A song may be called after a place: "by the sea".
    """
    if UNSPACED.search(clause):
        return clause if len(clause) <= 16 else re.split(r"[はがをでにと]", clause)[0][:16] or None
    left = clause.split()
    idle = speech.ARTICLES | speech.STAGE | speech.DANGLING | (speech.GENRES if song else frozenset())
    while left and (words(left[0]) or [""])[0] in idle and not (song and left[0] in _PLACING):
        left = left[1:]
    while len(left) > 2 and _is_look(left[0]):
        left = left[1:]
    if song and all((said := words(word)) and (said[0] in idle or _is_look(word)) for word in left):
        return None
    kept: list[str] = []
    for word, following in pairwise([*left, ""][:5]):
        bare = word.casefold()
        acts = bare.removesuffix("s") in speech.VERBS and following.casefold() in speech.NAME_BREAKS
        ends = bare in speech.NAME_BREAKS or acts or (bare.endswith("ing") and len(kept) > 1)
        if kept and ends and not (song and kept[0] in _PLACING):
            break
        if len(" ".join([*kept, word])) <= LIMIT:
            kept.append(word)
    while kept and kept[-1].casefold() in speech.DANGLING | speech.STAGE:
        kept.pop()
    title = phrase(" ".join(kept))
    if not any(character.isalnum() for character in title):
        return None
    return _capitalised(title) if song else title


def _is_look(word: str) -> bool:
    """Whether a word only says how the film is to look or feel."""
    named = [mention for mention in mentions(word) if mention.weight >= NAMED]
    return word.casefold() in speech.STYLE or any(mention.aspect == "mood" for mention in named)


def _capitalised(title: str) -> str:
    """A song's title: every word but the small ones with a capital."""
    small = speech.DANGLING | {"by"}
    first, *rest = title.split()
    return " ".join(
        [first, *(word if word.casefold() in small else word[:1].upper() + word[1:] for word in rest)]
    )


def _can_name(candidate: str) -> bool:
    said = words(candidate)
    if (
        not said
        or len(candidate) > LIMIT
        or said[0] in speech.STAGE | speech.ARTICLES | speech.VERBS | speech.PERSONS
    ):
        return False
    if len(said) == 1:
        found = [mention for mention in mentions(candidate) if mention.weight >= NAMED]
        return not found and said[0] not in speech.STYLE and not said[0].isdigit()
    return not set(said) <= speech.STYLE
