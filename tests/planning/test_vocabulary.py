from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.lexicon import TABLES, journeys, nouns, shots
from planning.shots import Shot, describe, own_noun, reads_back
from planning.vocabulary import LIGHT_IDS, MOOD_IDS, SETTING_IDS, SUBJECT_IDS, read

READINGS = [
    ("Trainers on the peaks at first light", {"subject": "sneaker", "setting": "mountains", "light": "dawn"}),
    ("An EV on a coastal road", {"subject": "car", "setting": "road"}),
    ("a golden retriever on a meadow", {"subject": "dog", "setting": "meadow", "light": None}),
    ("a beach, no people, without any rain", {"setting": "beach", "weather": None}),
    ("not a car but a bicycle", {"subject": "bicycle"}),
    ("not only a car", {"subject": "car"}),
    (
        "Wanderschuhe in den Alpen bei Sonnenaufgang",
        {"subject": "sneaker", "setting": "mountains", "light": "dawn"},
    ),
    ("un vélo dans la ville, la nuit", {"subject": "bicycle", "setting": "city", "light": "night"}),
    ("una taza en la playa al atardecer", {"subject": "cup", "setting": "beach", "light": "golden"}),
    ("Slow push-in on a carpet", {"subject": None, "camera": "push_in"}),
    ("teal and burnt orange, then #F51", {"colors": ("#0f8b8d", "#cc5500", "#ff5511")}),
    ('with the words "RUN FAR" standing in the scene', {"lettering": "RUN FAR", "subject": None}),
    ("we see a chat app without pain, pastel tones", {"subject": "phone"}),
    ("自転車", {"setting": None, "subject": None, "colors": ()}),
]


@pytest.mark.parametrize(("text", "expected"), READINGS)
def test_reads(text: str, expected: dict):
    reading = read(text)
    assert {key: getattr(reading, key) for key in expected} == expected


def test_every_table_speaks_of_known_ids_only():
    for aspect, (first, *others) in TABLES.items():
        for table in others:
            assert set(table) <= set(first), aspect


def test_every_id_can_be_put_into_words():
    assert set(shots.PLACES) == set(journeys.NEIGHBOURS) == set(SETTING_IDS)
    assert set(shots.SUBJECT_WORDS) == set(journeys.WORLDS) == set(SUBJECT_IDS)
    assert set(journeys.WORLDS_BY_MOOD) == set(journeys.LIGHT_BY_MOOD) == set(MOOD_IDS)


@pytest.mark.parametrize("subject", SUBJECT_IDS)
def test_every_noun_that_a_prompt_may_keep_reads_back(subject: str):
    nouns_of = f"{nouns.COUNTED.get(subject, '')},{nouns.POURED.get(subject, ('', ''))[1]}"
    for index, noun in enumerate(filter(None, map(str.strip, nouns_of.split(",")))):
        thing = own_noun(f"Our {noun}, freshly made", subject)
        assert thing, noun
        light, mood = LIGHT_IDS[index % len(LIGHT_IDS)], MOOD_IDS[index % len(MOOD_IDS)]
        shot = Shot("studio", subject, "mid", light, None, "orbit", mood, thing=thing)
        text = describe(shot, Random(index))
        assert reads_back(text, shot), text
        assert read(text).colors == (), text


@given(st.text())
def test_any_text_can_be_read(text: str):
    read(text)


@given(
    shot=st.builds(
        Shot,
        setting=st.sampled_from(SETTING_IDS),
        subject=st.none() | st.sampled_from(SUBJECT_IDS),
        size=st.sampled_from(["wide", "mid", "close"]),
        light=st.sampled_from(list(shots.LIGHTS)),
        weather=st.none() | st.sampled_from(list(shots.AIRS)),
        camera=st.sampled_from(list(shots.CAMERA_MOVES)),
        mood=st.sampled_from(list(shots.FEELINGS)),
        words=st.none() | st.just("RUN FAR"),
    ),
    seed=st.integers(0, 1000),
)
def test_a_described_shot_reads_back(shot: Shot, seed: int):
    text = describe(shot, Random(seed))
    assert reads_back(text, shot), text
    assert read(text).lettering == shot.words
    # A colour word would repaint the product: it changes from scene to scene.
    assert read(text).colors == ()
