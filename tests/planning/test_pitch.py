"""What is read from a prompt: its call to action, promises, names and language."""

import pytest

from planning.brief import read_brief
from planning.builtin import BuiltinPlanner
from planning.calls import find_call
from planning.naming import LIMIT
from planning.pitch import Pitch, read_pitch, tell_language


def pitch(prompt: str, **fields) -> Pitch:
    return read_pitch(read_brief({"prompt": prompt, **fields}))


CALLS = [
    ("A city bike. Book a test ride.", "Book a test ride"),
    ("Sneakers for runners. Shop now", "Shop now"),
    ("A note-taking app! Join the waitlist.", "Join the waitlist"),
    ("Fresh bread every day. Order today!", "Order today"),
    ("An electric car. Pre-order yours", "Pre-order yours"),
    ("Save money without thinking. Try it free.", "Try it free"),
    ("Pizza from the oven. Reserve a table. Warm light, 9:16", "Reserve a table"),
    ("Kaffee aus Wien. Jetzt bestellen!", "Jetzt bestellen"),
    ("Du café bio. Découvrez la gamme.", "Découvrez la gamme"),
    ("Café de finca. Pide el tuyo hoy.", "Pide el tuyo hoy"),
    ("京都の静かなカフェ。今すぐ予約", "今すぐ予約"),
    ('A lamp. CTA: "Light it up"', "Light it up"),
    ("A lamp. CTA: Bring it home.", "Bring it home"),
    ("Fast, fair and free – sign up today", "Sign up today"),
    ("A candle. Order now and get 10% off your very first box", "Order now"),
    ("Meridian watches. Discover the collection.", "Discover the collection"),
    ("A book about a fox", None),
    ("Feel the road. A car.", None),
    ("Start with a wide shot of the sea", None),
    ("Run free.", None),
]


@pytest.mark.parametrize(("prompt", "call"), CALLS)
def test_the_call_is_found_and_taken_out(prompt: str, call: str | None):
    found, rest = find_call(prompt)
    assert found == call
    assert (rest == prompt) if call is None else (call.casefold() not in rest.casefold())


BENEFITS = [
    (
        "Volta, the electric city bike: glide through the morning, arrive fresh. Teal and warm orange.",
        ["Glide through the morning", "Arrive fresh"],
    ),
    ("A fintech app that helps you save money without thinking", ["Save money without thinking"]),
    ("A burger joint: two patties, no apologies", ["Two patties, no apologies"]),
    ("Leave the shore behind and wake up somewhere new", ["Leave the shore behind", "Wake up somewhere new"]),
    ("Shoes made from recycled ocean plastic, with no glue", ["Made from recycled ocean plastic", "No glue"]),
    ("Yoga by the sea. Breathe in, let go.", ["Breathe in, let go"]),
    ("A trail shoe. Grip that never quits.", ["Grip that never quits"]),
    ('A shoe with the slogan "Outrun the rain"', ["Outrun the rain"]),
    ("A car. Cinematic, warm light, 9:16, 30 seconds, Teal and warm orange", []),
    ("A tea. Soft pastel tones. Calm music. Warm browns, navy blue and gold", []),
    ("A runner ties her shoes. We see the city wake up. Make it feel calm.", []),
    ("Wanderschuhe aus den Alpen. Leicht wie eine Feder, warme Farben.", ["Leicht wie eine Feder"]),
    ("京都の静かなカフェ。朝の一杯のコーヒー、心ほどける時間", ["朝の一杯のコーヒー", "心ほどける時間"]),
]


@pytest.mark.parametrize(("prompt", "benefits"), BENEFITS)
def test_promises_are_captions_and_looks_are_not(prompt: str, benefits: list[str]):
    assert list(pitch(prompt).benefits) == benefits


TITLES = [
    ("Orbital Forge builds rockets for everyone.", "Orbital Forge"),
    ("30 second ad for a fintech app called Pennywise that saves", "Pennywise"),
    ("A luxurious perfume in the desert", "Perfume"),
    ("SUMMER SALE! ICE COLD LEMONADE", "Summer sale"),
    ("Dog food made from real chicken", "Dog food"),
    ("The headphones are called Murmur. They last.", "Murmur"),
    ("Trail running shoes for rainy mornings", "Trail running shoes"),
    ("Skateboard brand KICKLINE: fall seven times", "KICKLINE"),
    ("luxury watch ad, underwater", "Watch"),
    ("x", "X"),
]


@pytest.mark.parametrize(("prompt", "title"), TITLES)
def test_a_title_is_a_name_or_a_short_phrase(prompt: str, title: str):
    assert pitch(prompt).title == title


def test_a_rambling_prompt_has_a_short_title():
    assert len(pitch("we would like to see something really nice about " * 40).title) <= LIMIT


LANGUAGES = [
    ("Werbung für die Manufaktur", "de"),
    ("Un café pour le matin", "fr"),
    ("Una taza para el mar", "es"),
    ("Scarpe per il mare, leggere e belle", "it"),
    ("Реклама кофейни", "other"),
    ("Hiking boots in the alps", "en"),
    ("x", "en"),
]


@pytest.mark.parametrize(("text", "language"), LANGUAGES)
def test_languages(text: str, language: str):
    assert tell_language(text) == language


@pytest.mark.parametrize("prompt", ["Реклама кофейни", "京都のカフェ", "Scarpe per il mare, leggere e belle"])
def test_a_language_that_we_do_not_write_gets_no_words_of_ours(prompt: str):
    board = BuiltinPlanner().plan(read_brief({"prompt": prompt}))
    texts = {text for scene in board.scenes for text in (scene.caption, scene.cta) if text}
    assert all(text.casefold() in prompt.casefold() for text in texts)
    assert board.scenes[-1].cta is None
