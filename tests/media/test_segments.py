"""Cutting the film: what is copied, what is rendered, and what decides an address."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.overlays import draw_overlays
from media.rendering import Work
from media.segments import MAXIMUM_RENDER, MINIMUM_COPY, ClipIndex, cut
from media.timeline import Shot, TextOverlay, Timeline, Transition
from tests.media.films import SIZE, film


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    shots = []
    for index in range(draw(st.integers(1, 6))):
        frames = draw(st.integers(1, 400))
        kind = draw(st.sampled_from(["cut", "crossfade", "wipe", "dip"])) if index and frames >= 2 else "cut"
        length = draw(st.integers(2, min(40, frames))) if kind != "cut" else 0
        transition = Transition.model_validate({"kind": kind, "frames": length})
        skip = draw(st.integers(0, 90))
        shots.append(
            Shot(clip=f"c{index}", address=f"a{index}", skip=skip, frames=frames, transition=transition)
        )
    total = sum(shot.frames for shot in shots)
    overlays = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, total - 1))
        frames = draw(st.integers(1, total - start))
        overlays.append(TextOverlay(kind="caption", text="x", start=start, frames=frames))
    return Timeline(size=SIZE, shots=tuple(shots), overlays=tuple(overlays))


@given(timelines())
def test_segments_cover_the_film_once(timeline: Timeline) -> None:
    segments = cut(timeline)
    assert [s.start for s in segments[1:]] == [s.end for s in segments[:-1]]
    assert (segments[0].start, segments[-1].end) == (0, timeline.frames)
    for segment in segments:
        begins = timeline.starts[segment.shot]
        assert begins <= segment.start < segment.end <= begins + timeline.shots[segment.shot].frames
        assert segment.first == timeline.shots[segment.shot].skip + segment.start - begins
        assert segment.copied or segment.frames <= MAXIMUM_RENDER + MINIMUM_COPY + 40


@given(timelines())
def test_only_plain_frames_are_copied_and_no_transition_is_divided(timeline: Timeline) -> None:
    segments = cut(timeline)
    shown = [frame for o in timeline.overlays for frame in range(o.start, o.start + o.frames)]
    for segment in segments:
        if segment.copied:
            assert not set(range(segment.start, segment.end)) & set(shown)
        if segment.transition:
            assert not segment.copied
            assert segment.transition.frames <= segment.frames
    moving = [n for n, shot in enumerate(timeline.shots) if shot.transition.frames]
    assert [segment.shot for segment in segments if segment.transition] == moving


@given(timelines())
@settings(max_examples=60)
def test_clips_with_the_wanted_keyframes_are_cut_as_planned(timeline: Timeline) -> None:
    clips = {
        shot.clip: ClipIndex(timeline.clip_frames(n), timeline.keyframes(n), copyable=True)
        for n, shot in enumerate(timeline.shots)
    }
    assert cut(timeline, clips) == cut(timeline)


def test_what_cannot_be_copied_is_rendered() -> None:
    timeline = film(overlays=())
    clips = {shot.clip: ClipIndex(60, (0, 20, 40), copyable=True) for shot in timeline.shots}
    clips["pink"] = ClipIndex(60, (0, 30), copyable=False)
    copied = [(s.shot, s.first, s.frames) for s in cut(timeline, clips) if s.copied]
    assert copied == [(0, 0, 40), (1, 20, 20), (2, 20, 20), (3, 20, 20)]


def test_a_trimmed_clip_is_copied_between_its_own_keyframes() -> None:
    shots = (
        Shot(clip="long", address="l", skip=25, frames=100),
        Shot(clip="late", address="e", skip=40, frames=50, transition=Transition(kind="wipe", frames=10)),
    )
    timeline = Timeline(size=SIZE, shots=shots)
    clips = {
        "long": ClipIndex(140, (0, 30, 90), copyable=True),
        "late": ClipIndex(90, (0, 50), copyable=True),
    }
    found = [(s.start, s.first, s.frames, s.copied) for s in cut(timeline, clips)]
    assert found == [
        (0, 25, 5, False),
        (5, 30, 60, True),
        (65, 90, 35, False),
        (100, 40, 10, False),
        (110, 50, 40, True),
    ]
    assert cut(timeline, clips)[3].previous_first == 125


def _addresses(timeline: Timeline, clips: dict[str, Path], folder: Path) -> list[tuple[int, str]]:
    layers = draw_overlays(timeline, clips, {}).layers
    return [(s.start, Work(s, timeline, layers, folder).address) for s in cut(timeline)]


def _overlay(index: int, **changes: object) -> Callable[[Timeline], Timeline]:
    def change(timeline: Timeline) -> Timeline:
        overlays = list(timeline.overlays)
        overlays[index] = overlays[index].model_copy(update=changes)
        return timeline.model_copy(update={"overlays": tuple(overlays)})

    return change


def _shot(index: int, **changes: object) -> Callable[[Timeline], Timeline]:
    def change(timeline: Timeline) -> Timeline:
        shots = list(timeline.shots)
        shots[index] = shots[index].model_copy(update=changes)
        return timeline.model_copy(update={"shots": tuple(shots)})

    return change


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        pytest.param(lambda t: t, [], id="nothing"),
        pytest.param(lambda t: t.model_copy(update={"soundtrack": None}), [], id="music"),
        pytest.param(_overlay(0, text="Fast morning"), [0], id="title text"),
        pytest.param(_overlay(1, text="No cup"), [135], id="caption text"),
        pytest.param(lambda t: t.model_copy(update={"palette": ("#1f7a5c",)}), [0, 185], id="brand colour"),
        pytest.param(_shot(1, address="g2"), [50, 60, 95], id="clip, and the transition out of it"),
        pytest.param(_shot(2, transition=Transition(kind="dip", frames=12)), [95], id="transition kind"),
        pytest.param(_shot(0, address="r2"), [0, 34, 50], id="first clip"),
        pytest.param(_shot(4, clip="pink-renamed"), [], id="a clip's name"),
        pytest.param(_shot(1, skip=3), [50, 60, 95], id="what is left out, and the transition out of it"),
    ],
)
def test_an_address_changes_only_for_what_decides_the_bytes(
    change: Callable[[Timeline], Timeline], changed: list[int], clips: dict[str, Path], tmp_path: Path
) -> None:
    named = clips | {"pink-renamed": clips["pink"]}
    before = _addresses(film(), named, tmp_path)
    after = _addresses(change(film()), named, tmp_path)
    assert [start for (start, old), (_, new) in zip(before, after, strict=True) if old != new] == changed
