"""The pitch: what a prompt sells or sings of, beyond the picture."""

import re
from dataclasses import dataclass

from planning.brief import CTA_LIMIT, Brief
from planning.lexicon.slogans import CTA_OPENERS, LANGUAGE_WORDS
from planning.vocabulary import NAMED, Reading, fold, mentions, read

TITLE_LIMIT = 32
CAPTION_WORDS = (2, 6)
CAPTION_LIMIT = 38

_QUOTES = r"[\"“„«]([^\"“”„«»]{1,60})[\"”“»]"
_NAME = r"((?:[A-ZÀ-ÖØ-Þ0-9][\w&'’+.-]*)(?:\s+(?:&\s+|of\s+|the\s+)?[A-ZÀ-ÖØ-Þ0-9][\w&'’+-]*){0,3})"
_NAMERS = re.compile(
    r"\b(?i:called|named|namens|llamad[ao]|appelée?|introducing|launching|meet|titled|entitled|titel|título|titre)"
    r"\s*:?\s+(?:(?i:the|our|a)\s+(?i:new\s+)?)?" + _NAME
)
_NAMED_FOR = re.compile(
    r"(?:\b(?:for|für|pour|para|about|von|from)\s+)" + _NAME + r"(?=\s*[,:–—.-]|\s*$|\s+an?\b)"
)
_OPENING_NAME = re.compile(r"^\s*" + _NAME + r"\s*(?:[,:–—]|\s-\s|\bis\b|\bmakes\b)")
_ARTIST = re.compile(r"\b(?:by|von|par|de)\s+(?:the\s+(?:artist|band|singer|duo|producer)\s+)?" + _NAME)
_SPLIT = re.compile(r"[.,;:!?\n–—…]+|\s+-\s+|\b(?:and|und|et|y|that|which)\b", re.IGNORECASE)
_NO_PROMISE_STARTS = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "my",
        "your",
        "our",
        "his",
        "her",
        "its",
        "their",
        "some",
        "any",
        "each",
        "in",
        "on",
        "at",
        "by",
        "with",
        "for",
        "from",
        "of",
        "to",
        "into",
        "over",
        "under",
        "near",
        "about",
        "as",
        "like",
        "and",
        "or",
        "but",
        "if",
        "so",
        "it",
        "we",
        "i",
        "you",
        "he",
        "she",
        "they",
        "is",
        "are",
        "was",
        "were",
        "be",
        "being",
        "there",
        "here",
        "who",
        "which",
        "what",
        "where",
        "when",
        "while",
        "how",
        "why",
    ]
)
"""Words that open a description or half a sentence, not a promise."""

_STYLE_WORDS = frozenset(
    [
        "warm",
        "cool",
        "soft",
        "deep",
        "bright",
        "dark",
        "pale",
        "light",
        "lights",
        "lighting",
        "slow",
        "fast",
        "moody",
        "minimal",
        "minimalist",
        "cinematic",
        "vertical",
        "horizontal",
        "square",
        "aspect",
        "ratio",
        "motion",
        "colour",
        "colours",
        "color",
        "colors",
        "palette",
        "tones",
        "look",
        "mood",
        "realistic",
        "dreamy",
        "retro",
        "vintage",
        "modern",
        "elegant",
        "luxurious",
        "playful",
        "calm",
        "energetic",
        "dramatic",
        "nostalgic",
        "futuristic",
    ]
)
_IMPERATIVES = frozenset(
    [
        "book",
        "shop",
        "order",
        "preorder",
        "pre-order",
        "try",
        "join",
        "get",
        "download",
        "discover",
        "reserve",
        "visit",
        "buy",
        "start",
        "sign",
        "subscribe",
        "explore",
        "taste",
        "call",
        "learn",
        "see",
        "watch",
        "listen",
        "claim",
        "grab",
        "request",
        "schedule",
        "apply",
        "donate",
        "follow",
        "play",
        "stream",
        "jetzt",
        "bestelle",
        "bestellen",
        "bestellt",
        "entdecke",
        "entdecken",
        "teste",
        "probiere",
        "kaufe",
        "commandez",
        "essayez",
        "découvrez",
        "achetez",
        "réservez",
        "compra",
        "compre",
        "descubre",
        "descubra",
        "prueba",
        "pruebe",
        "reserva",
    ]
)
_CALL_WORDS = 6
_STAGE_WORDS = frozenset(
    [
        "ad",
        "advert",
        "commercial",
        "spot",
        "video",
        "film",
        "clip",
        "scene",
        "shot",
        "shots",
        "camera",
        "caption",
        "logo",
        "viewer",
        "audience",
        "footage",
        "werbung",
        "anzeige",
        "werbespot",
        "publicité",
        "anuncio",
        "show",
        "shows",
        "showing",
        "mood",
        "tone",
        "style",
        "vibe",
        "cta",
        "tagline",
        "slogan",
        "music",
        "song",
        "track",
        "lyrics",
        "second",
        "seconds",
        "feel",
        "feeling",
        "overlay",
    ]
)
_NOT_A_NAME = ("cta", "action", "tagline", "slogan", "words", "says", "button")
_BREAKS = {"for", "about", "in", "at", "by", "through", "who", "from", "on", "is", "are"}
_ARTICLES = {"a", "an", "the", "eine", "ein", "une", "un", "una"}
_DANGLING = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "for",
        "to",
        "in",
        "on",
        "at",
        "by",
        "or",
        "but",
        "your",
        "our",
        "is",
        "are",
        "was",
        "from",
        "as",
        "than",
        "into",
    ]
)


@dataclass(frozen=True)
class Pitch:
    """What was read from a prompt: name of the product or song, artist, benefits in its own
    words, call to action, language ("en", "de", "fr", "es" or "other") and what it shows."""

    name: str | None
    artist: str | None
    benefits: tuple[str, ...]
    cta: str | None
    language: str
    reading: Reading


def read_pitch(brief: Brief) -> Pitch:
    """Read what the brief's prompt is about."""
    prompt = brief.prompt
    language = _language(prompt)
    artist = _artist(prompt) if brief.job_type == "music_video" else None
    name = _name(prompt, artist, language)
    asked = _cta(prompt)
    benefits = tuple(_benefits(prompt, name, asked)) if brief.job_type == "ad_creative" else ()
    return Pitch(name, artist, benefits, brief.cta or asked, language, read(prompt))


def words_title(pitch: Pitch, brief: Brief) -> str:
    """The film's title: the name, else the prompt's first words that make a phrase of their own."""
    if pitch.name:
        return pitch.name
    first = _SPLIT.split(brief.prompt)[0].split() or brief.prompt.split()
    while first and (fold(first[0]) in _DANGLING or fold(first[0]) in _STAGE_WORDS):
        first = first[1:]
    kept: list[str] = []
    for word in first[:4] or brief.prompt.split()[:1]:
        if kept and (fold(word) in _BREAKS or fold(word).endswith("ing")):
            break
        if len(" ".join([*kept, word])) <= TITLE_LIMIT:
            kept.append(word)
    while len(kept) > 1 and fold(kept[-1]) in _DANGLING:
        kept.pop()
    title = " ".join(kept) or brief.prompt.split()[0][:TITLE_LIMIT]
    return title[0].upper() + title[1:]


def _name(prompt: str, artist: str | None, language: str) -> str | None:
    """A quoted name, one that is introduced ("called …"), one that opens the prompt, or one it is for."""
    for match in re.finditer(_QUOTES, prompt):
        quoted = match[1].strip()
        before = prompt[: match.start()].casefold().rstrip(" :")
        if len(quoted) <= TITLE_LIMIT and not before.endswith(_NOT_A_NAME):
            return quoted
    patterns = [_NAMERS, _OPENING_NAME]
    if language != "de":  # German writes every noun with a capital.
        patterns.append(_NAMED_FOR)
    for pattern in patterns:
        for match in pattern.finditer(prompt):
            candidate = match[1].strip(" .,'’-")
            common = len(candidate.split()) == 1 and any(
                mention.aspect == "subject" and mention.weight >= NAMED for mention in mentions(candidate)
            )
            if not candidate or candidate == artist or len(candidate) > TITLE_LIMIT or common:
                continue
            if fold(candidate.split()[0]) not in _STAGE_WORDS | _ARTICLES:
                return candidate
    camel = re.search(r"\b[A-Z][a-z]+[A-Z]\w+", prompt)
    return camel[0] if camel else None


def _artist(prompt: str) -> str | None:
    match = _ARTIST.search(re.sub(_QUOTES, "", prompt))
    return match[1].strip(" .,") if match and len(match[1]) <= TITLE_LIMIT else None


def _cta(prompt: str) -> str | None:
    """The call to action that the prompt asks for, or one of the common ones it holds."""
    introduced = r"\b(?:cta|call to action|button|tagline at the end|ending with)\b[^\"“„«\n]{0,20}"
    asked = re.search(introduced + _QUOTES, prompt, re.IGNORECASE)
    if asked and len(asked[1].strip()) <= CTA_LIMIT:
        return asked[1].strip()
    plain = re.search(r"\bcta\s*(?::|is)\s*([^.\n\"“]{2,40})(?:[.\n]|$)", prompt, re.IGNORECASE)
    if plain:
        return plain[1].strip()
    for sentence in reversed(_sentences(prompt)[-2:]):
        words = sentence.split()
        if 1 < len(words) <= _CALL_WORDS and fold(words[0]) in _IMPERATIVES and len(sentence) <= CTA_LIMIT:
            return sentence[0].upper() + sentence[1:]
    folded = " ".join(fold(word) for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", prompt))
    found = [opener for opener in CTA_OPENERS if f" {opener} " in f" {folded} "]
    return max(found, key=len).capitalize() if found else None


def _sentences(prompt: str) -> list[str]:
    parts = re.split(r"[.!?\n]+", re.sub(_QUOTES, " ", prompt))
    return [part.strip(" ,;:-–—") for part in parts if part.strip(" ,;:-–—")]


def _benefits(prompt: str, name: str | None, cta: str | None) -> list[str]:
    """Short stretches of the prompt that promise something, as captions: 2 to 6 words, nothing cut off."""
    low, high = CAPTION_WORDS
    found = []
    # What comes before the first comma or colon says what the thing is, not what it does.
    for stretch in _SPLIT.split(re.sub(_QUOTES, " ", prompt))[1:]:
        words = stretch.split()
        text = " ".join(words)
        folded = [fold(word) for word in words]
        if not low <= len(words) <= high or len(text) > CAPTION_LIMIT:
            continue
        if folded[0] in _NO_PROMISE_STARTS or folded[-1] in _DANGLING or _STAGE_WORDS & set(folded):
            continue
        if _is_style(text, folded) or (cta and cta.casefold() in text.casefold()):
            continue
        if (name and name.casefold() in text.casefold()) or " ".join(folded) in CTA_OPENERS:
            continue
        found.append(text[0].upper() + text[1:])
    return list(dict.fromkeys(found))


def _is_style(text: str, folded: list[str]) -> bool:
    """Whether a stretch only says how the film should look: colours, light, mood, lens."""
    styled = {
        position
        for mention in mentions(text)
        if mention.aspect != "subject"
        for position in range(mention.start, mention.end)
    }
    if any(mention.aspect == "color" for mention in mentions(text)):
        return True
    return all(word in _STYLE_WORDS or position in styled for position, word in enumerate(folded))


def _language(prompt: str) -> str:
    words = {fold(word) for word in re.findall(r"[^\W\d_]+", prompt)}
    scores = {language: len(words & set(small.split())) for language, small in LANGUAGE_WORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    if scores[best] >= 2 and scores[best] > len(words & {"the", "a", "of", "and", "for", "with", "in", "to"}):
        return best
    letters = [character for character in prompt if character.isalpha()]
    foreign = sum(ord(character) > 0x24F for character in letters)
    return "other" if foreign * 2 > len(letters) else "en"
