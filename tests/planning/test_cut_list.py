"""Cut lists: what a storyboard's is, and what can't be cut, told with its place and a remedy."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from planning.cut_list import CutList, CutScene, Music, check, cut_list_of

CLIPS = {1: 150, 2: 120, 3: 90}


def scene(number: int, frames: int, **fields: Any) -> dict[str, Any]:
    return {"number": number, "frames": frames, **fields}


def cut_list(*scenes: dict[str, Any], **music: Any) -> CutList:
    return CutList.model_validate({"scenes": scenes, "music": music})


@pytest.mark.parametrize(
    "brief",
    [
        Brief(prompt="A calm coffee brand at dawn", duration_s=15, clip_count=5, cta="Try a cup"),
        Brief(prompt="Rain on glass, by Mira", job_type="music_video", duration_s=60, clip_count=20),
    ],
)
def test_a_storyboards_cut_list_is_the_film_as_planned_and_can_be_cut(brief: Brief) -> None:
    storyboard = BuiltinPlanner().plan(brief)
    planned = cut_list_of(storyboard)
    assert planned.frames == storyboard.frames
    assert planned.music == Music(kind="score")
    own = {"description", "seed", "left_out", "reference"}
    assert [s.model_dump(exclude={"skip"}) for s in planned.scenes] == [
        s.model_dump(exclude=own) for s in storyboard.scenes
    ]
    tails = [s.transition_frames for s in storyboard.scenes[1:]] + [0]
    holds = {s.number: s.frames + tail for s, tail in zip(storyboard.scenes, tails, strict=True)}
    assert check(planned, holds) == []


def test_a_film_with_an_upload_keeps_it() -> None:
    storyboard = BuiltinPlanner().plan(Brief(prompt="A red kettle", duration_s=15))
    music = cut_list_of(storyboard, UUID(int=7)).music
    assert (music.kind, music.asset_id) == ("upload", UUID(int=7))


@pytest.mark.parametrize(
    "possible",
    [
        cut_list(scene(1, 150)),
        cut_list(scene(3, 60, skip=30), scene(1, 40), scene(3, 30)),
        cut_list(scene(1, 100, skip=30), scene(2, 120, transition="dip", transition_frames=20)),
        cut_list(scene(1, 15), scene(2, 15, transition="wipe", transition_frames=7)),
        cut_list(scene(1, 33, title="Slow", caption="mornings"), kind="none"),
    ],
)
def test_what_can_be_cut(possible: CutList) -> None:
    assert check(possible, CLIPS) == []


@pytest.mark.parametrize(
    ("impossible", "pointer", "cause", "remedy"),
    [
        (
            cut_list(scene(1, 90), scene(4, 90)),
            "/scenes/1/number",
            "there is no clip 4",
            "Choose one of 1, 2, 3",
        ),
        (
            cut_list(scene(1, 90), scene(2, 100, skip=21)),
            "/scenes/1/frames",
            "clip 2 holds 120 frames and 121",
            "Show 99 frames of it",
        ),
        (
            cut_list(scene(3, 40, skip=90)),
            "/scenes/0/frames",
            "clip 3 holds 90 frames and 130",
            "Leave out fewer frames",
        ),
        (
            cut_list(scene(1, 140), scene(2, 90, transition="wipe", transition_frames=12)),
            "/scenes/0/frames",
            "the 12 of the transition into the next scene are too many",
            "Show 138 frames of it, or begin the next scene with a cut",
        ),
        (
            cut_list(scene(1, 90), scene(2, 31, transition="dip", transition_frames=16)),
            "/scenes/1/transition_frames",
            "the dip takes 16 frames and may take 15",
            "Make it 15 frames",
        ),
        (
            cut_list(scene(1, 3), scene(2, 60, transition="dip", transition_frames=2)),
            "/scenes/1/transition_frames",
            "may take 1",
            "Make it a cut",
        ),
        (
            cut_list(scene(1, 90, transition="crossfade", transition_frames=9)),
            "/scenes/0/transition",
            "no scene before it",
            "begin with a cut",
        ),
        (cut_list(scene(1, 29)), "/scenes", "would last 29 frames", "Make scenes longer or shorter"),
        (
            cut_list(scene(1, 5400), scene(1, 1)),
            "/scenes",
            "would last 5401 frames",
            "longer or shorter",
        ),
        (
            cut_list(scene(1, 32, caption="Every cup")),
            "/scenes/0/frames",
            "its text can't be read in 32 frames",
            "Show the scene for 33 frames",
        ),
    ],
)
def test_what_cannot_be_cut(impossible: CutList, pointer: str, cause: str, remedy: str) -> None:
    found = next(misfit for misfit in check(impossible, CLIPS) if misfit.pointer == pointer)
    assert cause in found.cause
    assert remedy in found.remedy


def test_everything_that_is_wrong_is_told() -> None:
    wrong = cut_list(scene(9, 10, transition="wipe", transition_frames=4), scene(3, 91))
    assert [misfit.pointer for misfit in check(wrong, CLIPS)] == [
        "/scenes/0/transition",
        "/scenes/0/number",
        "/scenes/1/frames",
    ]


@pytest.mark.parametrize(
    ("fields", "place", "says"),
    [
        ({"transition": "wipe"}, "transition_frames", "A wipe takes at least 2 frames"),
        ({"transition": "dip", "transition_frames": 1}, "transition_frames", "at least 2 frames"),
        ({"transition_frames": 5}, "transition_frames", "A cut takes no time"),
        ({"transition": "fold"}, "transition", "'cut', 'crossfade', 'wipe' or 'dip'"),
        ({"number": 0}, "number", "greater than or equal to 1"),
        ({"frames": 0}, "frames", "greater than or equal to 1"),
        ({"skip": -1}, "skip", "greater than or equal to 0"),
        ({"title": "x" * 81}, "title", "at most 80"),
        ({"caption": "x" * 81}, "caption", "at most 80"),
        ({"cta": "x" * 41}, "cta", "at most 40"),
        ({"title": "a\x00b"}, "title", "control character U"),
        ({"colour": "red"}, "colour", "not permitted"),
    ],
)
def test_a_scene_that_is_none_is_refused_at_its_place(fields: dict[str, Any], place: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says) as refused:
        cut_list(scene(1, 90) | fields)
    assert [error["loc"] for error in refused.value.errors()] == [("scenes", 0, place)]


@pytest.mark.parametrize(("count", "says"), [(0, "no scene"), (21, "at most 20")])
def test_a_film_has_some_scenes_and_not_too_many(count: int, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        cut_list(*[scene(1, 90)] * count)


@pytest.mark.parametrize(
    ("music", "says"),
    [
        ({"kind": "upload"}, "name its asset_id"),
        ({"kind": "score", "asset_id": str(UUID(int=1))}, "leave asset_id out"),
        ({"kind": "none", "asset_id": str(UUID(int=1))}, "leave asset_id out"),
    ],
)
def test_an_upload_is_named_and_nothing_else(music: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says) as refused:
        cut_list(scene(1, 90), **music)
    assert [error["loc"] for error in refused.value.errors()] == [("music", "asset_id")]


def test_texts_are_one_line_or_none() -> None:
    made = CutScene.model_validate(scene(1, 90, title="  Slow\n mornings ", caption=" \t "))
    assert (made.title, made.caption) == ("Slow mornings", None)


def test_json_round_trip() -> None:
    edited = cut_list(scene(2, 60, skip=4, cta="Go"), kind="upload", asset_id=str(UUID(int=3)))
    assert CutList.model_validate(edited.model_dump(mode="json")) == edited
    assert CutList.model_validate_json(edited.model_dump_json()) == edited


@pytest.mark.parametrize(
    ("shown", "begins"), [([1, 2, 3], None), ([2, 3], 2), ([1, 3], 3), ([3], 3), ([1], None)]
)
def test_a_film_without_some_of_its_scenes_can_be_cut(shown: list[int], begins: int | None) -> None:
    """The clips are as long as in the whole film; what comes after a gap begins with a cut."""
    brief = Brief(prompt="A calm coffee brand at dawn", duration_s=15, clip_count=3, seed=2)
    whole = BuiltinPlanner().plan(brief)
    planned = cut_list_of(whole.showing(shown))
    everything = cut_list_of(whole)
    holds = {
        scene.number: scene.frames
        + sum(after.transition_frames for after in everything.scenes[index + 1 : index + 2])
        for index, scene in enumerate(everything.scenes)
    }
    assert [scene.number for scene in planned.scenes] == shown
    assert check(planned, holds) == []
    kept = {scene.number: scene.transition for scene in everything.scenes}
    assert {s.number: s.transition for s in planned.scenes} == {
        number: "cut" if number == begins else kept[number] for number in shown
    }
