"""Where films change their scenes: a table of cases, and the best way against all the others."""

from collections.abc import Callable
from itertools import combinations, pairwise

import pytest

from planning import beat_cuts
from planning.beat_cuts import Change, NoBeatCuts, Scenes, lead_in, place_changes
from planning.track import Beat, Track


def track(
    seconds: float,
    *,
    bpm: float = 120,
    metre: int = 4,
    pickup: int = 0,
    energy: Callable[[float], float] = lambda _: 0.8,
    sections: tuple[float, ...] = (),
) -> Track:
    beat = 60 / bpm
    beats = [
        Beat(at_s=number * beat, place=(number - pickup) % metre, energy=energy(number * beat))
        for number in range(int(seconds / beat) + 1)
    ]
    return Track(beats=tuple(beats), metre=metre, sections=sections)


def scenes(count: int, least: int = 30) -> Scenes:
    return Scenes([1.0] * count, [least] * count)


def whole(frames: int) -> int:
    return frames


def slots(*seconds: int) -> Callable[[int], int]:
    """Clips come in these lengths; a longer one is made of several of the longest and one more."""
    frames = [30 * each for each in seconds]

    def bought(held: int) -> int:
        many, rest = divmod(held - 1, frames[-1])
        return many * frames[-1] + next(each for each in frames if each > rest)

    return bought


@pytest.mark.parametrize(
    ("music", "seconds", "count", "bought", "expected"),
    [
        pytest.param(track(40), 24, 4, whole, [180, 360, 540], id="even where nothing else counts"),
        pytest.param(track(40, pickup=1), 24, 4, whole, [195, 375, 555], id="a pickup moves all changes"),
        pytest.param(track(40, bpm=90, metre=3), 24, 4, whole, [180, 360, 540], id="three beats a bar"),
        pytest.param(
            track(40, energy=lambda second: 1.0 if second < 6 else 0.7), 16, 2, slots(6, 10), [180],
            id="lengths that are sold whole: 6 and 10 rather than 8 and 8",
        ),
        pytest.param(track(40, sections=(8.0,)), 24, 4, whole, [240, 360, 540], id="a section opens a scene"),
    ],
)  # fmt: skip
def test_changes(
    music: Track, seconds: int, count: int, bought: Callable[[int], int], expected: list[int]
) -> None:
    found = place_changes(music, seconds * 30, scenes(count), bought)
    assert [change.frame for change in found] == expected


def _cost(music: Track, frames: int, asked: Scenes, bought: Callable[[int], int], chosen: tuple) -> float:
    """The sum that is to be least, written out for one choice; infinite where a scene does not fit."""
    ends = [Change(0), *chosen, Change(frames)]
    course = beat_cuts._course(music, frames, asked)
    total = 0.0
    for (begin, end), share, least in zip(pairwise(ends), asked.shares, asked.least, strict=True):
        length = end.start - begin.start
        if length < least or max(begin.transition_frames, end.transition_frames) > length // 2:
            return float("inf")
        clip = length + end.transition_frames
        inside = sum(begin.frame + 1 < round(30 * at) < end.frame - 1 for at in music.sections)
        passed = course[end.frame] - course[begin.frame]
        total += (bought(clip) - clip) / 30 + end.against_s + inside + 0.8 * ((passed - share) / share) ** 2
    return total


@pytest.mark.parametrize("bought", [whole, slots(5, 10), slots(2, 3, 4, 5, 6, 8)])
@pytest.mark.parametrize("energy", [lambda _: 0.9, lambda second: 0.1 if second < 12 else 0.9])
def test_no_other_choice_is_better(bought: Callable[[int], int], energy: Callable[[float], float]) -> None:
    music = track(30, bpm=110, energy=energy, sections=(60 / 110 * 4 * 5,))
    asked = Scenes([0.8, 1.2, 1.0], [60, 30, 75])
    frames = 24 * 30
    found = place_changes(music, frames, asked, bought)
    downbeats = [change for change in beat_cuts._changes(music, frames) if change.downbeat]
    best = min(_cost(music, frames, asked, bought, chosen) for chosen in combinations(downbeats, 2))
    assert _cost(music, frames, asked, bought, found) == pytest.approx(best)
    assert found == place_changes(music, frames, asked, bought)


def test_where_much_goes_on_scenes_are_short_and_cut() -> None:
    music = track(70, energy=lambda second: 0.1 if second < 32 else 0.95)
    found = place_changes(music, 64 * 30, scenes(14), whole)
    quiet = [change for change in found if change.frame < 31 * 30]
    loud = [change for change in found if change.frame > 33 * 30]
    assert len(quiet) * 1.5 <= len(loud)
    assert {change.transition for change in quiet} == {"crossfade"}
    assert {change.transition for change in loud} == {"cut"}


def test_only_as_many_changes_as_must_be_are_off_the_downbeat() -> None:
    music = track(20, bpm=60)
    found = place_changes(music, 15 * 30, scenes(5), whole)
    assert sum(change.downbeat for change in found) == 3


@pytest.mark.parametrize(
    ("music", "count"),
    [(Track(beats=(), metre=4), 3), (track(4, bpm=60), 10), (track(60), 40)],
    ids=["no beats", "too few beats", "scenes too short"],
)
def test_what_can_not_be_cut_so_is_refused(music: Track, count: int) -> None:
    with pytest.raises(NoBeatCuts, match=f"into {count} scenes .* Choose fewer scenes"):
        place_changes(music, 30 * 30, scenes(count), whole)


@pytest.mark.parametrize(
    ("energy", "opens", "beat_s", "expected"),
    [
        (0.9, False, 0.5, ("cut", 0)),
        (0.9, True, 0.5, ("cut", 0)),
        (0.45, True, 0.5, ("cut", 0)),
        (0.45, False, 0.5, ("crossfade", 12)),
        (0.1, False, 0.5, ("crossfade", 15)),
        (0.1, False, 1.0, ("crossfade", 20)),
        (0.1, False, 0.3, ("crossfade", 12)),
        (0.1, True, 0.5, ("dip", 20)),
    ],
)
def test_lead_in(energy: float, opens: bool, beat_s: float, expected: tuple[str, int]) -> None:
    assert lead_in(energy, opens=opens, beat_s=beat_s) == expected
