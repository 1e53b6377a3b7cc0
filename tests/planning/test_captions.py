"""Captions: short enough to be read, one at a time, while the words are heard."""

from itertools import pairwise

import pytest

from planning.brief import Aspect
from planning.captions import APART, LINE, SHORTEST, captions_of, lines_of
from planning.narration import Sentence

LONG = (
    "This is a very long sentence that goes on and on, with a pause in the middle of it, and then another "
    "one that nobody would ever be able to read in one go because it never ends."
)


@pytest.mark.parametrize("aspect", LINE)
@pytest.mark.parametrize("text", [LONG, "Short.", "x" * 100, "Arrive fresh: " + "Donaudampfschifffahrt " * 9])
def test_captions_are_whole_and_can_be_read(aspect: Aspect, text: str) -> None:
    captions = captions_of([Sentence(text, 20, max(20, 2 * len(text)))], 600, aspect)
    assert all(1 <= len(caption.lines) <= 2 for caption in captions)
    assert all(len(line) <= LINE[aspect] <= 42 for caption in captions for line in caption.lines)
    assert " ".join(caption.text for caption in captions).replace(" ", "").replace("\n", "") == text.replace(
        " ", ""
    )
    assert captions[0].start == 20
    for before, after in pairwise(captions):
        assert after.start - before.start - before.frames >= APART


def test_captions_end_at_pauses_where_that_costs_little() -> None:
    captions = captions_of([Sentence(LONG, 0, 330)], 400, "16:9")
    assert captions[0].lines == (
        "This is a very long sentence",
        "that goes on and on,",
    )
    assert len(captions) == 3


def test_a_caption_comes_when_its_word_is_heard() -> None:
    at = LONG.index("with")
    words = ((0, 0), (at, 77), (LONG.index("nobody"), 210))
    captions = captions_of([Sentence(LONG, 30, 330, words)], 400, "16:9")
    assert [caption.start for caption in captions] == [30, 107, 240]


def test_a_short_one_stays_until_it_is_read_or_the_next_one_comes() -> None:
    two = [Sentence("Yes.", 10, 8), Sentence("No, never again.", 60, 20)]
    first, second = captions_of(two, 200, "16:9")
    assert (first.start, first.frames) == (10, SHORTEST)
    assert second.frames == 28
    close = [Sentence("Yes.", 10, 8), Sentence("No.", 24, 20)]
    assert captions_of(close, 200, "16:9")[0].frames == 24 - APART - 10
    assert captions_of([Sentence("Over and out.", 170, 20)], 195, "16:9")[0].frames == 25


def test_lines_are_even() -> None:
    assert lines_of("one two three four five six seven eight nine ten", 42) == (
        "one two three four five",
        "six seven eight nine ten",
    )
