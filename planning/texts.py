"""The words on screen: overlays of each scene, and lettering that stands in one."""

from collections.abc import Iterator, Sequence
from random import Random

from planning.arcs import Beat
from planning.brief import Brief
from planning.lexicon import slogans
from planning.pitch import Pitch

Overlays = dict[str, str | None]

_LETTERING_WORDS = 2
_LETTERING_LIMIT = 14


def write_texts(
    brief: Brief, pitch: Pitch, subject: str | None, mood: str, arc: Sequence[Beat], rng: Random
) -> tuple[list[Overlays], dict[int, str]]:
    """The overlays of each scene, and the lettering by index of its scene.

    A music video shows its title and artist; an ad speaks in every scene. A word never stands in a scene
    while a title or call lies over it, and the name never next to the scene that is titled with it.
    """
    if brief.job_type == "music_video":
        texts: list[Overlays] = [{} for _ in arc]
        texts[0] = {"title": pitch.title, "caption": pitch.artist}
        texts[-1] = {"cta": brief.cta}
        return texts, _lettering(pitch, texts, 2, rng)
    captions = _captions(pitch, subject, mood, rng)
    titled = 1 if len(arc) > 3 else 0
    # With promises enough, some films let the name stand in the first picture instead of being laid over one.
    opens_with_name = bool(_word(pitch)) and len(pitch.benefits) > 1 and len(arc) > 3 and rng.random() < 0.34
    texts = []
    for index, beat in enumerate(arc):
        if beat.role == "call":
            texts.append({"cta": _call(pitch, subject)})
        elif index == titled and not opens_with_name:
            texts.append({"title": pitch.title, "caption": pitch.descriptor})
            if len(arc) == 3 and not pitch.descriptor:
                texts[index]["caption"] = next(captions, None)
        else:
            texts.append({"caption": next(captions, None)})
    if opens_with_name:
        return texts, {0: _word(pitch)}
    return texts, _lettering(pitch, texts, 1, rng)


def _captions(pitch: Pitch, subject: str | None, mood: str, rng: Random) -> Iterator[str]:
    """Captions that never repeat: the prompt's promises, then lines of ours if we have its language."""
    by_subject = list(slogans.CAPTIONS_BY_SUBJECT.get(subject or "", ()))
    by_mood = list(slogans.CAPTIONS_BY_MOOD[mood])
    if pitch.language != "en":
        by_subject, by_mood = [], list(slogans.FOREIGN_CAPTIONS.get(pitch.language, ()))
    rng.shuffle(by_subject)
    rng.shuffle(by_mood)
    call = (pitch.cta or "").casefold()
    taken = {pitch.title.casefold(), call, (pitch.descriptor or "").casefold()}
    for line in (*pitch.benefits, *by_subject, *by_mood):
        if line.casefold() not in taken and line.casefold() not in call:
            taken.add(line.casefold())
            yield line


def _call(pitch: Pitch, subject: str | None) -> str | None:
    """The prompt's call, else one in its language, else none."""
    if pitch.cta:
        return pitch.cta
    if pitch.language != "en":
        return slogans.FOREIGN_CTA.get(pitch.language)
    return slogans.CTA_BY_SUBJECT.get(subject or "", slogans.DEFAULT_CTA)


def _word(pitch: Pitch) -> str:
    """The word that may stand in a scene: what the prompt quotes, else the name; empty if too long."""
    quoted = pitch.reading.lettering
    spoken = {line.casefold() for line in (*pitch.benefits, pitch.cta or "")}
    word = (quoted if quoted and quoted.casefold() not in spoken else pitch.name) or ""
    fits = len(word.split()) <= _LETTERING_WORDS and len(word) <= _LETTERING_LIMIT and '"' not in word
    return word.upper() if fits else ""


def _lettering(pitch: Pitch, texts: Sequence[Overlays], count: int, rng: Random) -> dict[int, str]:
    word = _word(pitch)
    titled = {index for index, text in enumerate(texts) if text.get("title")}
    beside = {index + step for index in titled for step in (-1, 1)} if word == pitch.title.upper() else set()
    busy = {index for index, text in enumerate(texts) if text.get("cta")}
    free = [index for index in range(len(texts)) if index not in titled | beside | busy]
    return dict.fromkeys(rng.sample(free, min(count, len(free))), word) if word else {}
