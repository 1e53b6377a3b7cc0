"""What the planner takes from a prompt in its own words: promises become captions, the call its last word."""

import pytest

from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from planning.pitch import read_pitch
from planning.vocabulary import read


@pytest.mark.parametrize(
    ("prompt", "benefits", "cta"),
    [
        (
            "Volta, the electric city bike: glide through the morning, arrive fresh. Teal and warm orange."
            " Book a test ride.",
            ("Glide through the morning", "Arrive fresh"),
            "Book a test ride",
        ),
        (
            "Tally, an app that splits bills fairly, no more awkward dinners. Download free.",
            ("Splits bills fairly", "No more awkward dinners"),
            "Download free",
        ),
        (
            "Hiking boots, light on your feet, built to last. Cinematic, golden hour.",
            ("Light on your feet", "Built to last"),
            None,
        ),
        ("Kaffee aus Wien, frisch geröstet. Jetzt bestellen!", ("Frisch geröstet",), "Jetzt bestellen"),
        ("A lamp. Soft pink, warm light, slow motion, 16:9", (), None),
    ],
)
def test_promises_and_call(prompt: str, benefits: tuple[str, ...], cta: str | None) -> None:
    pitch = read_pitch(Brief(prompt=prompt))
    assert pitch.benefits == benefits
    assert pitch.cta == cta


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("product", ["perfume", "watch", "burger", "candle", "phone"])
def test_a_small_product_never_stands_on_a_road(product: str, seed: int) -> None:
    board = BuiltinPlanner().plan(Brief(prompt=f"A {product} brand", seed=seed))
    assert not {read(scene.description).setting for scene in board.scenes} & {"road", "street", "underwater"}


def test_a_prompt_in_another_script_gets_no_english_words() -> None:
    board = BuiltinPlanner().plan(Brief(prompt="宇宙の旅"))
    assert not [text for scene in board.scenes for text in (scene.caption, scene.cta) if text]
