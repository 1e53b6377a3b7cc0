"""Storyboards that are cut to music."""

import pytest

from planning.beat_cuts import NoBeatCuts
from planning.brief import Brief, JobType
from planning.builtin import BuiltinPlanner
from planning.music_cut import cut_to_music
from planning.storyboard import Storyboard
from planning.track import Beat, Track


def storyboard(job_type: JobType, seconds: int) -> Storyboard:
    brief = Brief(prompt="Volta, the electric city bike", job_type=job_type, duration_s=seconds, seed=3)
    return BuiltinPlanner().plan(brief)


def track(seconds: int, bpm: float) -> Track:
    beat = 60 / bpm
    return Track(
        beats=tuple(
            Beat(at_s=0.2 + number * beat, place=number % 4, energy=0.2 if number * beat < 20 else 0.9)
            for number in range(int(seconds / beat))
        ),
        metre=4,
        sections=(0.2 + 40 * beat,),
    )


@pytest.mark.parametrize(
    ("job_type", "seconds", "bpm"),
    [("music_video", 60, 60), ("music_video", 180, 180), ("ad_creative", 30, 100), ("ad_creative", 15, 128)],
)
def test_scenes_change_on_the_beat_and_keep_all_else(job_type: JobType, seconds: int, bpm: float) -> None:
    planned, music = storyboard(job_type, seconds), track(seconds, bpm)
    cut = cut_to_music(planned, music, job_type, lambda frames: frames)
    assert cut.frames == planned.frames
    assert [scene.description for scene in cut.scenes] == [scene.description for scene in planned.scenes]
    seen = [
        start + scene.transition_frames // 2 for start, scene in zip(cut.cuts, cut.scenes[1:], strict=True)
    ]
    beats = {round(beat.at_s * 30) for beat in music.beats}
    assert set(seen) <= beats
    assert {scene.transition for scene in cut.scenes} <= {"cut", "crossfade", "dip"}
    assert all(scene.frames >= 73 for scene in cut.scenes if scene.title or scene.caption or scene.cta)


def test_an_ad_keeps_its_proportions() -> None:
    planned = storyboard("ad_creative", 60)
    cut = cut_to_music(planned, track(60, 120), "ad_creative", lambda frames: frames)
    for before, after in zip(planned.scenes, cut.scenes, strict=True):
        assert after.frames == pytest.approx(before.frames, rel=0.3)


def test_music_without_beats_is_refused() -> None:
    with pytest.raises(NoBeatCuts, match="0 of them were heard"):
        cut_to_music(storyboard("ad_creative", 15), Track(beats=(), metre=4), "ad_creative", lambda n: n)
