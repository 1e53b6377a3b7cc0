"""A cut list becomes a timeline of exactly its length; a storyboard, orders for clips long enough for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.generation.film import Asset, clip_requests, timeline_of
from flows.generation.renditions import reframed_timeline
from media.timeline import LogoOverlay, Size, TextOverlay
from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from planning.cut_list import CutList, CutScene, cut_list_of
from planning.storyboard import Storyboard

SIZE = Size.for_aspect("9:16")


@pytest.fixture
def storyboard() -> Storyboard:
    brief = Brief(prompt="A calm coffee brand at dawn", duration_s=20, aspect="9:16", cta="Try a cup")
    return BuiltinPlanner().plan(brief)


def addresses(storyboard: Storyboard) -> dict[int, str]:
    return {scene.number: f"address-{scene.number}" for scene in storyboard.scenes}


def test_the_film_is_as_long_as_its_scenes(storyboard: Storyboard) -> None:
    timeline = timeline_of(cut_list_of(storyboard), SIZE, palette=(), addresses=addresses(storyboard))
    assert timeline.frames == 20 * 30
    assert [shot.address for shot in timeline.shots] == list(addresses(storyboard).values())


def test_every_clip_is_ordered_long_enough_for_the_transition_after_it(storyboard: Storyboard) -> None:
    orders = clip_requests(storyboard, SIZE)
    following = [scene.transition_frames for scene in storyboard.scenes[1:]] + [0]
    assert [order.frames for order in orders] == [
        scene.frames + tail for scene, tail in zip(storyboard.scenes, following, strict=True)
    ]
    assert {(order.width, order.height) for order in orders} == {(720, 1280)}


def test_texts_stay_inside_their_scene_and_clear_of_transitions(storyboard: Storyboard) -> None:
    timeline = timeline_of(cut_list_of(storyboard), SIZE, palette=(), addresses=addresses(storyboard))
    texts = [overlay for overlay in timeline.overlays if isinstance(overlay, TextOverlay)]
    assert {text.kind for text in texts} >= {"title", "cta"}
    for text in texts:
        index = max(i for i, start in enumerate(timeline.starts) if start <= text.start)
        shot, start = timeline.shots[index], timeline.starts[index]
        assert text.start >= start + shot.transition.frames
        assert text.start + text.frames <= start + shot.frames


def test_logo_and_music_last_the_whole_film(storyboard: Storyboard) -> None:
    logo = Asset("logo", "sha-of-logo", Path("logo.png"))
    music = Asset("music", "sha-of-music", Path("music.mp3"))
    timeline = timeline_of(
        cut_list_of(storyboard), SIZE, palette=(), addresses=addresses(storyboard), logo=logo, music=music
    )
    (shown,) = [overlay for overlay in timeline.overlays if isinstance(overlay, LogoOverlay)]
    assert (shown.start, shown.frames, shown.address) == (0, 600, "sha-of-logo")
    assert timeline.soundtrack is not None
    assert timeline.soundtrack.address == "sha-of-music"


def test_where_the_film_cuts_a_clip_is_no_part_of_what_is_ordered(storyboard: Storyboard) -> None:
    order = clip_requests(storyboard, SIZE)[0]
    elsewhere = order.model_copy(update={"cuts": (7, 11)})
    another = order.model_copy(update={"seed": order.seed + 1})
    assert elsewhere.address("source/1") == order.address("source/1")
    assert another.address("source/1") != order.address("source/1") != order.address("source/2")


def test_an_edit_shows_what_its_cut_list_says(storyboard: Storyboard) -> None:
    scenes = (
        CutScene(number=3, skip=20, frames=60, caption="Again"),
        CutScene(number=1, frames=40, transition="wipe", transition_frames=10),
        CutScene(number=3, frames=30),
    )
    timeline = timeline_of(CutList(scenes=scenes), SIZE, palette=(), addresses=addresses(storyboard))
    assert [(shot.address, shot.skip, shot.frames) for shot in timeline.shots] == [
        ("address-3", 20, 60),
        ("address-1", 0, 40),
        ("address-3", 0, 30),
    ]
    assert (timeline.shots[1].transition.kind, timeline.shots[1].transition.frames) == ("wipe", 10)
    assert [(overlay.kind, overlay.start, overlay.frames) for overlay in timeline.overlays] == [
        ("caption", 10, 42)
    ]


@pytest.mark.parametrize("frames", [30, 31, 60])
def test_music_fades_within_the_shortest_film(storyboard: Storyboard, frames: int) -> None:
    cut_list = CutList(scenes=(CutScene(number=1, frames=frames),))
    music = Asset("score", "sha", Path("score.wav"))
    timeline = timeline_of(cut_list, SIZE, palette=(), addresses=addresses(storyboard), music=music)
    assert timeline.soundtrack is not None
    assert timeline.soundtrack.fade_in + timeline.soundtrack.fade_out <= frames


def test_in_another_ratio_all_but_the_clips_is_as_it_was(storyboard: Storyboard) -> None:
    logo = Asset("logo", "sha-of-logo", Path("logo.png"))
    timeline = timeline_of(
        cut_list_of(storyboard), SIZE, palette=("#112233",), addresses=addresses(storyboard), logo=logo
    )
    spoken = TextOverlay(kind="subtitle", text="In lines for tall pictures", start=30, frames=30)
    timeline = timeline.model_copy(update={"overlays": (*timeline.overlays, spoken)})
    rebroken = spoken.model_copy(update={"text": "In lines for square pictures"})
    square = reframed_timeline(timeline, Size.for_aspect("1:1"), captions=[rebroken])
    assert (square.size.width, square.size.height) == (720, 720)
    assert square.overlays == (*timeline.overlays[:-1], rebroken)
    assert (square.frames, square.starts, square.palette) == (
        timeline.frames,
        timeline.starts,
        timeline.palette,
    )
    assert not {shot.address for shot in square.shots} & {shot.address for shot in timeline.shots}
    assert len({shot.address for shot in square.shots}) == len(square.shots)


def test_a_draft_says_so_beside_the_logo(storyboard: Storyboard) -> None:
    logo, mark = (Asset(name, f"sha-of-{name}", Path(f"{name}.png")) for name in ("logo", "draft"))
    timeline = timeline_of(
        cut_list_of(storyboard), SIZE, palette=(), addresses=addresses(storyboard), logo=logo, mark=mark
    )
    shown = {o.asset: (o.corner, o.frames) for o in timeline.overlays if isinstance(o, LogoOverlay)}
    assert shown == {"logo": ("top_left", 600), "draft": ("top_right", 600)}
