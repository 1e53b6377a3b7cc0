"""The voice-over: which sentences are spoken, and when each begins."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

Language = Literal[
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it",
    "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "tr", "uk",
]  # fmt: skip
Captions = Literal["none", "burned", "track", "both"]

THREE_LETTERS: dict[Language, str] = {
    "bg": "bul", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa",
    "et": "est", "fi": "fin", "fr": "fra", "hr": "hrv", "hu": "hun", "it": "ita", "lt": "lit",
    "lv": "lav", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus",
    "sk": "slk", "sl": "slv", "sv": "swe", "tr": "tur", "uk": "ukr",
}  # fmt: skip
"""ISO 639-2/T, as MP4 files name a track's language."""

CHARACTERS_PER_SECOND = 15
"""Of speech without haste: 150 words of six characters a minute. What is longer does not fit a film."""

LEAD, GAP, TAIL = 10, 6, 8
"""Frames from a cut to the first word after it, between sentences, and from the last word to the end."""

_END = re.compile(r"(?<=[.!?…])([\"”»’)]*)\s+(?=[^\s])|\s*\n+\s*")
_ABBREVIATED = re.compile(r"(?:^|\s)(?:[A-Za-z]|Mrs?|Ms|Drs?|St|No|Nr|vs|etc|approx|ca|z\.B|e\.g|i\.e)\.$")


@dataclass(frozen=True)
class Sentence:
    """A sentence as it is heard, from film frame ``start`` for ``frames`` frames.

    ``words`` has the character of the text at which a word begins, and after how many frames it is heard;
    it is empty where nobody knows.
    """

    text: str
    start: int
    frames: int
    words: tuple[tuple[int, int], ...] = ()

    @property
    def end(self) -> int:
        return self.start + self.frames


class NarrationTooLong(ValueError):
    """A voice-over takes ``needed`` frames and its film has ``room``."""

    def __init__(self, needed: int, room: int) -> None:
        super().__init__(needed, room)
        self.needed, self.room = needed, room


def longest_narration(frames: int, fps: int = 30) -> int:
    """The most characters that can be spoken during a film."""
    return frames * CHARACTERS_PER_SECOND // fps


def spoken_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text with their punctuation, each on one line; a line break ends one, too."""
    found: list[str] = []
    begin = 0
    for end in _END.finditer(text):
        head = text[begin : end.start()] + (end[1] or "")
        goes_on = text[end.end() : end.end() + 1].islower()
        if "\n" not in end[0] and (goes_on or _ABBREVIATED.search(head)):
            continue
        found.append(head)
        begin = end.end()
    found.append(text[begin:])
    lines = (" ".join(sentence.split()) for sentence in found)
    return tuple(line for line in lines if any(character.isalnum() for character in line))


def place(lengths: Sequence[int], scenes: Sequence[int]) -> tuple[int, ...]:
    """The film frame at which each sentence begins, spread over the scenes.

    A sentence is of the scene that would run in its middle, if speech were stretched over the whole film,
    and the first one to the first; in a scene one begins soon after the cut, the others follow. Where that is
    too late for the rest, they are moved up.

    Args:
        lengths: of the sentences in frames.
        scenes: lengths of the scenes in frames.

    Raises:
        NarrationTooLong: not even one straight after the other.
    """
    film, speech = sum(scenes), sum(lengths)
    needed = speech + GAP * max(0, len(lengths) - 1) + TAIL
    if needed > film:
        raise NarrationTooLong(needed, film)
    begins = [0, *accumulate(scenes[:-1])]
    starts: list[int] = []
    free = spoken = 0
    for length in lengths:
        scene = bisect_right(begins, (spoken + length / 2) / speech * film) - 1 if spoken else 0
        starts.append(max(begins[scene] + LEAD, free))
        free, spoken = starts[-1] + length + GAP, spoken + length
    latest = film - TAIL + GAP
    for index in reversed(range(len(lengths))):
        latest = min(starts[index], latest - GAP - lengths[index])
        starts[index] = latest
    return tuple(starts)


def align(
    sentences: Sequence[str], heard: Sequence[tuple[float, float]], *, near_s: float = 0.7
) -> tuple[tuple[float, float], ...]:
    """When each sentence of a recording is spoken, as ``(start, end)`` in seconds.

    Every sentence gets the share of the time spoken that it has of the characters; its end is put into the
    pause within ``near_s`` of it, if there is one.

    Args:
        heard: the stretches of the recording in which somebody speaks, in order; at least one.
    """
    total = sum(map(len, sentences))
    spoken_s = sum(end - start for start, end in heard)
    pauses = [(before[1], after[0]) for before, after in pairwise(heard)]
    edges: list[tuple[float, float]] = []
    for characters in list(accumulate(map(len, sentences)))[:-1]:
        moment = _at(heard, spoken_s * characters / total)
        # Each pause ends one sentence: those before the last one taken are gone.
        open_ = [pause for pause in pauses if not edges or pause[0] > edges[-1][1]]
        nearest = min(open_, key=lambda pause: _distance(pause, moment), default=None)
        close = nearest is not None and _distance(nearest, moment) <= near_s
        edges.append(nearest if nearest and close else (moment, moment))
    starts = [heard[0][0], *(after for _, after in edges)]
    ends = [*(before for before, _ in edges), heard[-1][1]]
    return tuple(zip(starts, ends, strict=True))


def _at(heard: Sequence[tuple[float, float]], spoken_s: float) -> float:
    """The moment of a recording by which so much of it has been spoken."""
    for start, end in heard:
        if spoken_s <= end - start:
            return start + spoken_s
        spoken_s -= end - start
    return heard[-1][1]


def _distance(pause: tuple[float, float], moment: float) -> float:
    return max(0.0, pause[0] - moment, moment - pause[1])
