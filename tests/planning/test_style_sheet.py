"""What every shot is told alike, and which shots are drawn by a picture of another."""

import pytest

from planning.brief import read_brief
from planning.builtin import BuiltinPlanner
from planning.storyboard import Storyboard
from planning.style_sheet import colour_word, style_sheet

BRIEF = read_brief(
    {
        "prompt": "Volta, the red electric city bike: glide home at night",
        "brand_colors": ["#0fb5ae"],
        "seed": 3,
    }
)
BOARD = BuiltinPlanner().plan(BRIEF)
SHEET = style_sheet(BRIEF, BOARD.mood, BOARD.palette)


def styled() -> Storyboard:
    return BOARD.model_copy(update={"style": SHEET})


def test_the_subject_is_one_phrase_in_every_shot_that_shows_it() -> None:
    board = styled()
    told = {scene.number: board.style_of(scene)[0] for scene in board.scenes}
    showing = [n for n, scene in enumerate(board.scenes, 1) if SHEET.shows_subject(scene.description)]
    assert len(showing) > 1
    assert SHEET.subject == "a city bike in red"
    assert {told[n].split(". ")[0] for n in showing} == {
        f"The subject is {SHEET.subject}, the same in every shot"
    }
    assert all("The subject" not in words for n, words in told.items() if n not in showing)


def test_palette_lens_and_light_are_told_alike() -> None:
    endings = {styled().style_of(scene)[0].partition("Palette: ")[2] for scene in BOARD.scenes}
    (ending,) = endings
    assert "(#0fb5ae)" in ending
    assert SHEET.lens in ending
    assert SHEET.light in ending


def test_letters_are_unwanted_but_where_a_shot_is_described_with_them() -> None:
    assert SHEET.unwanted("a bike by the sea").startswith("text, letters")
    allowed = SHEET.unwanted('a bike below the words "ride on"')
    assert "letters" not in allowed
    assert "blur" in allowed


@pytest.mark.parametrize(
    ("value", "word"), [("#d7263d", "red"), ("#ff7e51", "coral"), ("#0b3d91", "cobalt"), ("#ffffff", "white")]
)
def test_a_colour_has_the_nearest_word(value: str, word: str) -> None:
    assert colour_word(value) == word


def test_a_film_without_a_subject_names_none() -> None:
    brief = read_brief({"prompt": "Slow clouds", "seed": 1})
    sheet = style_sheet(brief, "unheard of", BOARD.palette)
    assert (sheet.subject, sheet.shows_subject("a wide sky")) == (None, False)
    assert "Lens: 50 mm" in sheet.words("a wide sky")


def test_shots_follow_the_first_that_shows_the_subject() -> None:
    followers = styled().followers()
    first = min(set(followers.values()))
    assert set(followers.values()) == {first}
    assert all(number > first for number in followers)
    assert BOARD.followers() == {}


def test_a_reference_stays_with_its_scene() -> None:
    board = styled().with_references({2: "ab" * 32})
    assert [scene.reference for scene in board.scenes[:3]] == [None, "ab" * 32, None]
    assert Storyboard.model_validate(board.model_dump(mode="json")) == board
    assert board.without_references() == styled()
