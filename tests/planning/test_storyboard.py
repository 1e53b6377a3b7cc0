import pytest
from pydantic import ValidationError

from planning.brief import read_brief
from planning.storyboard import Scene, Storyboard, StoryboardError

PALETTE = ("#111111", "#222222", "#333333", "#444444", "#555555")


def scene(number: int, **fields) -> Scene:
    return Scene.model_validate(
        {"number": number, "description": "A sea", "frames": 150, "seed": 1, **fields}
    )


def board(*scenes: Scene) -> Storyboard:
    return Storyboard(title="Film", mood="calm", palette=PALETTE, scenes=scenes)


def test_cuts_and_length():
    film = board(scene(1), scene(2), scene(3))
    assert (film.frames, film.cuts) == (450, (150, 300))
    assert film.require(read_brief({"prompt": "x", "duration_s": 15, "clip_count": 3})) is film


@pytest.mark.parametrize(
    ("scenes", "says"),
    [
        ((scene(2),), "numbered"),
        ((scene(1, transition="wipe", transition_frames=9),), "begin with a cut"),
        ((scene(1), scene(2, frames=40, transition="dip", transition_frames=21)), "may take 20"),
    ],
)
def test_scenes_that_do_not_join_are_refused(scenes: tuple[Scene, ...], says: str):
    with pytest.raises(ValidationError, match=says):
        board(*scenes)


def test_a_cut_takes_no_time():
    with pytest.raises(ValidationError, match="a cut takes 0 frames"):
        scene(2, transition_frames=5)


@pytest.mark.parametrize("brief", [{"duration_s": 16, "clip_count": 3}, {"duration_s": 15, "clip_count": 4}])
def test_a_storyboard_for_another_brief_is_refused(brief: dict):
    with pytest.raises(StoryboardError, match="plan the film again"):
        board(scene(1), scene(2), scene(3)).require(read_brief({"prompt": "x", **brief}))
