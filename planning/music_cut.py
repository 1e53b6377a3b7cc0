"""A storyboard cut to a track: the same scenes, as long and led into as the music asks."""

from collections.abc import Callable
from itertools import pairwise

from planning.beat_cuts import Change, Scenes, place_changes
from planning.brief import JobType
from planning.cut_list import SHORTEST_TEXT, TEXT_LEAD, TEXT_TAIL
from planning.storyboard import Scene, Storyboard
from planning.track import Track

SHORTEST_SCENE = 30
_LONGEST_LEAD = 20
_READING = 30
"""Frames for which words are seen beyond the fewest."""


def cut_to_music(
    storyboard: Storyboard, track: Track, job_type: JobType, bought: Callable[[int], int]
) -> Storyboard:
    """The storyboard with its scenes changed on the track's downbeats; its length stays.

    A music video's pace is the music's; an ad keeps the proportions that it was planned with, as near as the
    bars allow.

    Args:
        bought: how many frames are paid for, for a clip that must hold so many.

    Raises:
        planning.beat_cuts.NoBeatCuts: the track has too few beats for so many scenes.
    """
    mean = storyboard.frames / len(storyboard.scenes)
    song = job_type == "music_video"
    scenes = Scenes(
        shares=[1.0 if song else scene.frames / mean for scene in storyboard.scenes],
        least=[_least(scene) for scene in storyboard.scenes],
        driven=song,
    )
    changes = [Change(0), *place_changes(track, storyboard.frames, scenes, bought), Change(storyboard.frames)]
    cut = [
        scene.model_copy(
            update={
                "frames": end.start - begin.start,
                "transition": begin.transition,
                "transition_frames": begin.transition_frames,
            }
        )
        for scene, (begin, end) in zip(storyboard.scenes, pairwise(changes), strict=True)
    ]
    return Storyboard.model_validate(storyboard.model_dump() | {"scenes": [s.model_dump() for s in cut]})


def _least(scene: Scene) -> int:
    if not any((scene.title, scene.caption, scene.cta)):
        return SHORTEST_SCENE
    return max(TEXT_LEAD, _LONGEST_LEAD) + SHORTEST_TEXT + _READING + TEXT_TAIL
