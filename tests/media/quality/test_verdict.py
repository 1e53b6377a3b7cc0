"""What a clip may be like, case by case."""

from dataclasses import replace

import pytest

from media.quality.measures import Measures
from media.quality.thresholds import Thresholds
from media.quality.verdict import Wanted, judge

GOOD = Measures(
    decode_errors=0,
    frames=150,
    width=1280,
    height=720,
    black=0.0,
    frozen=0.0,
    sharpness=0.5,
    palette_distance=0.02,
    lettering=0.0,
    style=(0.5,) * 11,
    milliseconds=900.0,
)
WANTED = Wanted(frames=150, width=1280, height=720)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"frames": 135}, []),
        ({"frames": 134}, ["short"]),
        ({"frames": 400}, []),
        ({"decode_errors": 1, "black": 1.0}, ["corrupt"]),
        ({"frames": 0, "decode_errors": 1}, ["corrupt"]),
        ({"width": 640, "height": 360}, []),
        ({"width": 1280, "height": 340}, ["small"]),
        ({"black": 0.3}, []),
        ({"black": 0.31}, ["black"]),
        ({"black": 1.0, "frozen": 1.0, "sharpness": None, "palette_distance": None}, ["black", "frozen"]),
        ({"sharpness": None}, ["blank"]),
        ({"frozen": 0.6}, ["frozen"]),
        ({"sharpness": 0.09}, ["blurred"]),
        ({"palette_distance": 0.15}, ["off_palette"]),
        ({"palette_distance": None}, []),
        ({"lettering": 0.01}, ["lettered"]),
        ({"lettering": None}, []),
        ({"style": (0.5,) * 9 + (3.0, 0.5)}, ["stranger"]),
        ({"frozen": 0.9, "sharpness": 0.01}, ["frozen", "blurred"]),
    ],
)
def test_verdict(changes: dict[str, object], faults: list[str]) -> None:
    verdict = judge(replace(GOOD, **changes), WANTED, Thresholds(), [GOOD.style])
    assert [fault.name for fault in verdict.faults] == faults
    assert verdict.accepted == (not faults)
    assert verdict.usable == (not {"corrupt", "short"} & set(faults))


def test_letters_that_were_ordered_are_no_fault() -> None:
    assert judge(replace(GOOD, lettering=0.1), replace(WANTED, letters=True), Thresholds()).accepted


def test_a_clip_is_a_stranger_only_if_it_is_like_neither_neighbour() -> None:
    other = (0.9,) * 11
    assert judge(GOOD, WANTED, Thresholds(), [other]).faults[0].name == "stranger"
    assert judge(GOOD, WANTED, Thresholds(), [other, GOOD.style]).accepted
    assert judge(GOOD, WANTED, Thresholds(), []).accepted


def test_severity_grows_with_the_excess() -> None:
    good, little, much = (
        judge(replace(GOOD, black=black), WANTED, Thresholds()).severity for black in (0.1, 0.4, 0.9)
    )
    assert 0 == good < little < much


def test_a_fault_says_what_was_found_and_the_limit() -> None:
    verdict = judge(replace(GOOD, black=0.5, lettering=0.012), WANTED, Thresholds())
    assert verdict.cause == (
        "50% of it is black, and 30% may be; letters cover 1.2% of its picture, and 0.2% may be"
    )
