"""The pitch: what a prompt sells or sings of, beyond the picture."""

from dataclasses import dataclass

from planning.benefits import descriptor, find_benefits
from planning.brief import Brief
from planning.calls import find_call
from planning.lexicon import speech
from planning.naming import find_artist, find_name, find_title
from planning.sentences import words
from planning.vocabulary import Mention, Reading, mentions, read


@dataclass(frozen=True)
class Pitch:
    """What was read from a prompt.

    ``name`` is that of the product or song, ``descriptor`` what the prompt says it is, ``benefits`` are
    promises in the prompt's own words. ``language`` is a two-letter code, or "other" where it could not be
    told. ``text`` is the prompt without its call to action; ``reading`` and ``mentions`` are of it.
    """

    title: str
    name: str | None
    artist: str | None
    descriptor: str | None
    benefits: tuple[str, ...]
    cta: str | None
    language: str
    reading: Reading
    text: str
    mentions: tuple[Mention, ...]


def read_pitch(brief: Brief) -> Pitch:
    """Read what the brief's prompt is about."""
    song = brief.job_type == "music_video"
    call, rest = (None, brief.prompt) if song else find_call(brief.prompt)
    # A prompt that is nothing but a call is about what it calls for.
    text = rest if words(rest) else brief.prompt
    language = tell_language(brief.prompt)
    artist = find_artist(text) if song else None
    name = find_name(text, artist, language, song=song)
    return Pitch(
        title=find_title(text, name, brief),
        name=name,
        artist=artist,
        descriptor=descriptor(text, name) if name and not song else None,
        benefits=() if song else tuple(find_benefits(text, name, language)),
        cta=brief.cta or call,
        language=language,
        reading=read(text),
        text=text,
        mentions=tuple(mentions(text)),
    )


def tell_language(text: str) -> str:
    """The language by its small words; without any, English if it is written in plain Latin letters."""
    said = set(words(text))
    scores = {language: len(said & small) for language, small in speech.LANGUAGES.items()}
    best = max(scores, key=lambda language: scores[language])
    letters = [character for character in text if character.isalpha()]
    if 2 * sum(ord(character) > 0x24F for character in letters) > len(letters):
        return "other"
    if scores[best] >= 2 and scores[best] > scores["en"]:
        return best
    if not scores["en"] and any(ord(character) > 0x7F for character in letters):
        return best if scores[best] else "other"
    return "en"
