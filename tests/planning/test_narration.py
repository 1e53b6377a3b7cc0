"""Voice-overs: sentences, where they are placed, and where a recording has them."""

import pytest

from planning.narration import (
    GAP,
    LEAD,
    TAIL,
    NarrationTooLong,
    align,
    longest_narration,
    place,
    spoken_sentences,
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four…", ("One.", "Two!", "Three?", "Four…")),
        ("Costs $1,999, e.g. less than Dr. Smith's car.", ("Costs $1,999, e.g. less than Dr. Smith's car.",)),
        ("“Really?” she asked. Yes.", ("“Really?” she asked.", "Yes.")),
        ("One line\nand  another", ("One line", "and another")),
        ("Wait… what? Ok", ("Wait… what?", "Ok")),
        ("Grüße! Ещё раз. Ναι.", ("Grüße!", "Ещё раз.", "Ναι.")),
        ("… — !", ()),
    ],
)
def test_a_text_is_cut_into_sentences_as_they_are_spoken(text: str, sentences: tuple[str, ...]) -> None:
    assert spoken_sentences(text) == sentences


@pytest.mark.parametrize(
    ("lengths", "scenes", "starts"),
    [
        # One sentence a scene begins soon after each cut.
        ([60, 60, 60], [90, 90, 90], (LEAD, 90 + LEAD, 180 + LEAD)),
        # Fewer sentences than scenes are spread.
        ([40, 40], [100, 100, 100, 100], (LEAD, 300 + LEAD)),
        # Two in a scene follow each other.
        ([30, 30], [300], (LEAD, LEAD + 30 + GAP)),
        # Where it is tight, what would end too late is moved up, and runs across the cut.
        ([80, 90], [90, 95], (1, 185 - TAIL - 90)),
        # Exactly full.
        ([92, 92 - GAP - TAIL], [92, 92], (0, 92 + GAP)),
        ([], [90], ()),
    ],
)
def test_sentences_are_spread_over_the_scenes(
    lengths: list[int], scenes: list[int], starts: tuple[int, ...]
) -> None:
    assert place(lengths, scenes) == starts


@pytest.mark.parametrize("seed", range(20))
def test_no_sentence_meets_another_or_the_end(seed: int) -> None:
    lengths = [20 + (seed * 37 + index * 53) % 90 for index in range(3 + seed % 7)]
    scenes = [70 + (seed * 29 + index * 41) % 120 for index in range(len(lengths) + 2)]
    starts = place(lengths, scenes)
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    assert starts[0] >= 0
    assert ends[-1] <= sum(scenes) - TAIL
    assert all(after - end >= GAP for after, end in zip(starts[1:], ends, strict=False))


def test_what_does_not_fit_says_by_how_much() -> None:
    with pytest.raises(NarrationTooLong) as refused:
        place([100, 100], [200])
    assert (refused.value.needed, refused.value.room) == (200 + GAP + TAIL, 200)


@pytest.mark.parametrize(
    ("sentences", "heard", "times"),
    [
        # A pause near the place by length is where the sentence ends.
        (("four", "four"), [(0.2, 1.0), (1.5, 2.4)], ((0.2, 1.0), (1.5, 2.4))),
        # Without one near, the length decides.
        (("four", "four"), [(0.0, 4.0)], ((0.0, 2.0), (2.0, 4.0))),
        (("four", "four"), [(0.0, 0.5), (0.7, 8.2)], ((0.0, 4.2), (4.2, 8.2))),
        # A pause ends one sentence only.
        (("ab", "cd", "ef"), [(0, 1.0), (1.3, 1.9)], ((0, 0.533), (0.533, 1.0), (1.3, 1.9))),
    ],
)
def test_a_recording_s_sentences_end_in_its_pauses(
    sentences: tuple[str, ...], heard: list[tuple[float, float]], times: tuple[tuple[float, float], ...]
) -> None:
    found = align(sentences, heard, near_s=0.3)
    assert [value for pair in found for value in pair] == pytest.approx(
        [value for pair in times for value in pair], abs=0.01
    )


def test_how_much_fits_a_film() -> None:
    assert longest_narration(900) == 450
