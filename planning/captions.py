"""Captions: what is spoken, cut into pieces that can be read while it is heard.

Lengths and times are those that broadcasters and Netflix's Timed Text Style Guide ask for: at most two lines
of 42 characters, five sixths of a second to seven seconds, two frames between captions.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planning.brief import Aspect
from planning.narration import Sentence

LINE: dict[Aspect, int] = {"16:9": 42, "1:1": 32, "9:16": 26}
"""Characters of the longest line, of which there are two at most."""

MOST_LINES = 2
SHORTEST, LONGEST = 25, 210
"""Frames for which a caption is seen, if the next one leaves it the time."""

READING = 17
"""Characters that are read in a second."""

APART = 2
"""Frames between captions that follow each other at once."""

_FPS = 30
_PAUSES = (".", "!", "?", "…", ",", ";", ":", "–", "—")


@dataclass(frozen=True)
class Caption:
    """Lines of text over the film from frame ``start`` for ``frames`` frames."""

    lines: tuple[str, ...]
    start: int
    frames: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def captions_of(sentences: Sequence[Sentence], film: int, aspect: Aspect) -> tuple[Caption, ...]:
    """The captions of a voice-over, in order and one at a time.

    Args:
        film: its length in frames.
    """
    begun = [piece for sentence in sentences for piece in _pieces(sentence, LINE[aspect])]
    made: list[Caption] = []
    for index, (text, start, heard_until) in enumerate(begun):
        following = begun[index + 1][1] if index + 1 < len(begun) else film + APART
        wanted = max(heard_until - start, SHORTEST, round(len(text) * _FPS / READING))
        frames = max(1, min(wanted, LONGEST, following - APART - start, film - start))
        made.append(Caption(lines_of(text, LINE[aspect]), start, frames))
    return tuple(made)


def lines_of(text: str, width: int) -> tuple[str, ...]:
    """A text in as few lines as it needs, as even as they can be; the upper one is not the longer."""
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    for narrower in range(width - 1, 0, -1):
        tried = textwrap.wrap(text, narrower, break_on_hyphens=False)
        if len(tried) != len(lines) or max(map(len, text.split()), default=0) > narrower:
            break
        lines = tried
    return tuple(lines)


def _pieces(sentence: Sentence, width: int) -> Iterator[tuple[str, int, int]]:
    """A sentence's captions: text, first frame, and the frame by which it is spoken."""
    parts = _divide(sentence.text, width)
    starts = [sentence.start + _heard(sentence, at) for at, _ in parts]
    for (_, text), start, end in zip(parts, starts, [*starts[1:], sentence.end], strict=True):
        yield text, start, end


def _heard(sentence: Sentence, at: int) -> int:
    """After how many frames the character ``at`` is spoken."""
    if at == 0:
        return 0
    known = next((frame for character, frame in sentence.words if character >= at), None)
    return round(sentence.frames * at / len(sentence.text)) if known is None else known


def _divide(text: str, width: int) -> list[tuple[int, str]]:
    """As few parts as there must be, each short enough for a caption, with their first characters.

    They are even in length, and end at a pause where that costs little: the cheapest way to cut, by
    dynamic programming over the words.
    """
    # A word that no line holds is broken; no language spoken here has one.
    words = [word[at : at + width] for word in text.split() for at in range(0, len(word), width)]
    places = [len(" ".join(words[:index])) + (index > 0) for index in range(len(words))]
    parts = -(-len(text) // (width * MOST_LINES))
    even = len(text) / parts
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        choices: list[tuple[float, int]] = []
        for begin in range(end - 1, -1, -1):
            part = " ".join(words[begin:end])
            if begin < end - 1 and len(textwrap.wrap(part, width, break_on_hyphens=False)) > MOST_LINES:
                break
            pause = part.endswith(_PAUSES) or end == len(words)
            cost = (len(part) / even - 1) ** 2 + (0.0 if pause else 0.3)
            # Ten: no evenness is worth another caption.
            choices.append((best[begin][0] + 10 + cost, begin))
        best.append(min(choices))
    cuts, end = [], len(words)
    while end:
        begin = best[end][1]
        cuts.append((places[begin], " ".join(words[begin:end])))
        end = begin
    return cuts[::-1]
