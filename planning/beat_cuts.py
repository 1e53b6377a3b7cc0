"""Where a film changes its scene: with the music, and with little paid footage thrown away."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.brief import FPS
from planning.storyboard import Transition
from planning.track import Track

Array = NDArray[np.floating[Any]]

QUIET, LOUD = 0.35, 0.55
"""Energies below which a film dissolves, and from which on it changes scene only by cuts."""

_CROSSFADE = (12, 20)
_DIP = 20
_SHORTER = 12
"""Frames of the dissolve that is taken where a longer one needs another length of clip."""
_LOUDEST_PACE = 2.5
"""How many times as many scenes a second has at full energy as at none."""

# What counts how much, in seconds of footage thrown away.
_PACE_S = 0.8
_SECTION_S = 1.0
_SHORTER_S = 0.1
_CUT_INSTEAD_S = 0.8
_OFF_THE_BAR_S = 1e6
"""More than everything else together: as few changes as can be are off the downbeat."""


class NoBeatCuts(ValueError):
    """The film can't be cut on the beats of this track; says why, and what could be done."""


@dataclass(frozen=True)
class Change:
    """A change of scene, seen at a frame: a transition is in its middle there, and begins so much before."""

    frame: int
    transition: Transition = "cut"
    transition_frames: int = 0
    downbeat: bool = True
    against_s: float = 0.0
    """What speaks against it, in seconds of footage: it is not what the music there asks for."""

    @property
    def start(self) -> int:
        """The frame at which the new scene begins."""
        return self.frame - self.transition_frames // 2


@dataclass(frozen=True)
class Scenes:
    """What the scenes ask for, one entry each.

    Attributes:
        shares: how long each should be beside the others, 1 being the mean.
        least: its fewest frames.
        driven: whether the music's energy sets the pace: a second of full energy then counts for more
            scenes than a quiet one.
    """

    shares: Sequence[float]
    least: Sequence[int]
    driven: bool = True


def place_changes(
    track: Track, frames: int, scenes: Scenes, bought: Callable[[int], int]
) -> tuple[Change, ...]:
    """The changes into each scene but the first, in order: the best there are, found exactly.

    On downbeats; on other beats only where there is no way, and then as few as can be. What is least is the
    sum of footage bought and not shown, of how far scenes are from their share of the film, and of the
    track's sections that begin within a scene. The same input gives the same changes.

    Args:
        frames: length of the film.
        bought: how many frames are paid for, for a clip that must hold so many.

    Raises:
        NoBeatCuts: the track has too few beats for so many scenes.
    """
    changes = _changes(track, frames)
    for choice in ([change for change in changes if change.downbeat], changes):
        found = _best(track, frames, choice, scenes, bought)
        if found is not None:
            return found
    beats = len({change.frame for change in changes})
    raise NoBeatCuts(
        f"A film of {frames / FPS:.0f} s can't be cut into {len(scenes.shares)} scenes on its music's beats: "
        f"{beats} of them were heard, and a scene takes {min(scenes.least) / FPS:.1f} s at least. "
        "Choose fewer scenes, or music with a clear beat throughout."
    )


def lead_in(energy: float, *, opens: bool, beat_s: float) -> tuple[Transition, int]:
    """How a scene begins while the music is so: cuts where much goes on, and dissolves where little does.

    ``opens`` says that a part of the track begins there, ``beat_s`` how long its beat is, in seconds.
    """
    if energy >= LOUD or (energy >= QUIET and opens):
        return "cut", 0
    if opens:
        return "dip", _DIP
    # Between quiet and loud dissolves are the shorter the more goes on.
    quiet = min(1.0, (LOUD - energy) / (LOUD - QUIET))
    low, high = _CROSSFADE
    return "crossfade", round(min(max(low, quiet * beat_s * FPS), high))


def _changes(track: Track, frames: int) -> list[Change]:
    """A change at every beat within the film, as the music there asks for."""
    sections = np.round(np.array(track.sections) * FPS)
    changes: dict[int, Change] = {}
    for beat, tempo in zip(track.beats, (*track.tempos, *track.tempos[-1:]), strict=False):
        frame = round(beat.at_s * FPS)
        if not 0 < frame < frames:
            continue
        opens = bool(np.any(np.abs(sections - frame) <= 1))
        # What comes counts, not what was: a chorus cuts in.
        energy = track.energy_at(beat.at_s + 60 / tempo * track.metre / 2)
        kind, length = lead_in(energy, opens=opens, beat_s=60 / tempo)
        changes.setdefault(frame, Change(frame, kind, length, downbeat=beat.place == 0))
    return [variant for change in changes.values() for variant in _variants(change)]


def _variants(change: Change) -> Iterator[Change]:
    """A change as it should be, and what could stand for it where it would cost another length of clip."""
    yield change
    if change.transition_frames > _SHORTER:
        yield replace(change, transition_frames=_SHORTER, against_s=_SHORTER_S)
    if change.transition_frames:
        yield replace(change, transition="cut", transition_frames=0, against_s=_CUT_INSTEAD_S)


def _best(
    track: Track, frames: int, changes: Sequence[Change], scenes: Scenes, bought: Callable[[int], int]
) -> tuple[Change, ...] | None:
    """The cheapest way from the film's first frame to its end with so many scenes; None if there is none.

    ``reach[j]`` is the least cost of the scenes so far when the last of them ends at change j.
    """
    count = len(scenes.shares)
    if len(changes) < count - 1:
        return None
    nodes = [Change(0), *changes, Change(frames)]
    lengths, cost = _edges(track, nodes, bought)
    course = _course(track, frames, scenes)[[node.frame for node in nodes]]
    passed = course[None, :] - course[:, None]
    reach = np.full(len(nodes), np.inf)
    reach[0] = 0.0
    origins = []
    for share, least in zip(scenes.shares, scenes.least, strict=True):
        scene = cost + _PACE_S * ((passed - share) / max(share, 1e-9)) ** 2
        scene = np.where(lengths >= least, scene, np.inf)
        total = reach[:, None] + scene
        origins.append(total.argmin(axis=0))
        reach = total.min(axis=0)
    if not np.isfinite(reach[-1]):
        return None
    at, path = len(nodes) - 1, []
    for origin in reversed(origins):
        at = int(origin[at])
        path.append(nodes[at])
    return tuple(reversed(path[:-1]))


def _edges(track: Track, nodes: Sequence[Change], bought: Callable[[int], int]) -> tuple[Array, Array]:
    """For a scene from each node to each other: its frames, and what it costs whichever scene it is.

    A clip runs on below the transition that follows it; a transition takes at most half of both its scenes.
    """
    starts = np.array([node.start for node in nodes])
    leads = np.array([node.transition_frames for node in nodes])
    lengths = starts[None, :] - starts[:, None]
    # Two ways to change at one frame are no scene.
    frames = np.array([node.frame for node in nodes])
    fits = (
        (frames[None, :] > frames[:, None])
        & (lengths > 0)
        & (np.maximum(leads[:, None], leads[None, :]) <= lengths // 2)
    )
    clips = np.where(fits, lengths + leads[None, :], 0)
    thrown = np.array([0] + [bought(held) - held for held in range(1, int(clips.max()) + 1)])
    cost = thrown[clips] / FPS + _SECTION_S * _sections_within(track, nodes)
    cost += np.array([node.against_s + _OFF_THE_BAR_S * (not node.downbeat) for node in nodes])[None, :]
    return lengths, np.where(fits, cost, np.inf)


def _sections_within(track: Track, nodes: Sequence[Change]) -> Array:
    """How many parts of the track begin between two nodes, and not at one of them."""
    frames = np.array([node.frame for node in nodes])
    sections = np.round(np.array(track.sections) * FPS)
    after = (frames[:, None] + 1 < sections[None, :]).astype(float)
    before = (sections[None, :] < frames[:, None] - 1).astype(float)
    return after @ before.T


def _course(track: Track, frames: int, scenes: Scenes) -> Array:
    """How many scenes should have passed at each frame, (frames + 1,), from 0 to all of them."""
    pace = np.ones(frames)
    if scenes.driven:
        pace += (_LOUDEST_PACE - 1) * np.array([track.energy_at(frame / FPS) for frame in range(frames)])
    return np.concatenate([[0.0], np.cumsum(pace)]) * sum(scenes.shares) / pace.sum()
