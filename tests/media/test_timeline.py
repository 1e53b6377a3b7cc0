"""The film as data: what is refused, and what follows from what is given."""

import pytest
from pydantic import ValidationError

from media.timeline import LogoOverlay, Shot, Size, Soundtrack, TextOverlay, Timeline, Transition
from tests.media.films import film

SHOT = Shot(clip="a", address="a", frames=30)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shots": ()}, "at least 1"),
        (
            {"shots": (Shot(clip="a", address="a", frames=9, transition=Transition(kind="dip", frames=4)),)},
            "first",
        ),
        (
            {
                "shots": (
                    SHOT,
                    Shot(clip="b", address="b", frames=9, transition=Transition(kind="wipe", frames=10)),
                )
            },
            "longer than the shot's 9",
        ),
        ({"overlays": (TextOverlay(kind="title", text="x", start=200, frames=16),)}, "ends at frame 216"),
        ({"overlays": (LogoOverlay(asset="l", address="l", start=0, frames=999),)}, "past the film's 215"),
        ({"soundtrack": Soundtrack(asset="m", address="m", fade_in=200, fade_out=100)}, "fades are longer"),
        ({"palette": ("red",)}, "pattern"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        film(**changes)


@pytest.mark.parametrize(("kind", "frames"), [("cut", 5), ("crossfade", 0), ("wipe", 1), ("fold", 5)])
def test_transition_lengths_fit_their_kind(kind: str, frames: int) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"kind": kind, "frames": frames})


def test_json_round_trip() -> None:
    timeline = film(
        overlays=(LogoOverlay(asset="l", address="l", start=0, frames=99, corner="bottom_right"),)
    )
    assert Timeline.model_validate_json(timeline.model_dump_json()) == timeline


def test_clips_hold_the_next_transition_too() -> None:
    timeline = film()
    assert timeline.frames == 215
    assert timeline.starts == (0, 50, 95, 135, 185)
    assert [timeline.clip_frames(n) for n in range(5)] == [60, 57, 51, 50, 30]


def test_what_a_shot_leaves_out_its_clip_holds_all_the_same() -> None:
    whole, shots = film(), list(film().shots)
    shots[1] = shots[1].model_copy(update={"skip": 30})
    timeline = film(shots=tuple(shots))
    assert (timeline.frames, timeline.starts) == (whole.frames, whole.starts)
    assert [timeline.clip_frames(n) for n in range(5)] == [60, 87, 51, 50, 30]
    assert timeline.keyframes(1) == (30, 40, 75)
    assert timeline.keyframes(0) == whole.keyframes(0)


def test_keyframes_lie_where_the_film_cuts() -> None:
    timeline = film()
    # Shot 0: copied from the title's end, left at 50. Shot 1: crossfade ends at 10, left at 45.
    assert timeline.keyframes(0) == (0, 34, 50)
    assert timeline.keyframes(1) == (0, 10, 45)
    assert timeline.keyframes(3) == (0, 29)


@pytest.mark.parametrize(
    ("aspect", "size"), [("16:9", (1280, 720)), ("9:16", (720, 1280)), ("1:1", (720, 720))]
)
def test_sizes(aspect, size: tuple[int, int]) -> None:
    made = Size.for_aspect(aspect)
    assert (made.width, made.height) == size
    assert made.aspect == aspect
