"""The film cut into segments: those copied from a clip and those that must be rendered.

A segment never crosses a shot's start. Frames under a transition or an overlay are rendered;
the others are copied, unless too few to be worth a keyframe of their own. Every segment has an
*address*: the hash of all that decides its bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from media.encoder import Encoding
from media.files import digest
from media.timeline import Shot, Timeline, Transition

ENGINE_VERSION = 1
"""Raised whenever the engine draws or encodes the same timeline differently."""

MINIMUM_COPY = 12
"""Plain runs shorter than this are rendered with their neighbours: a keyframe costs more."""

MAXIMUM_RENDER = 150
"""Longer rendered runs are divided, so that all cores work and little is lost by a kill."""


@dataclass(frozen=True)
class Segment:
    """Film frames ``[start, end)``, all of them in shot ``shot``'s slot.

    Attributes:
        first: the frame of the shot's clip shown at ``start``.
        copied: whether the clip's packets are used as they are.
        transition: the transition that begins here, if any; it is never divided.
        previous_first: the frame of the previous clip at which the transition begins.
    """

    start: int
    frames: int
    shot: int
    first: int
    copied: bool
    transition: Transition | None = None
    previous_first: int = 0

    @property
    def end(self) -> int:
        return self.start + self.frames


@dataclass(frozen=True)
class ClipIndex:
    """What the cutting needs to know of a real clip."""

    frames: int
    keyframes: tuple[int, ...]
    copyable: bool
    """Whether its headers are the house's, so that its packets may be joined with others."""


def cut(timeline: Timeline, clips: Mapping[str, ClipIndex] | None = None) -> tuple[Segment, ...]:
    """Cut a timeline into segments, in film order and without gaps.

    Args:
        clips: the real clips by key. What cannot be copied from them, for want of a keyframe
            or of house headers, is rendered. Without it every clip is taken to be as asked for.
    """
    segments: list[Segment] = []
    covered = _covered(timeline)
    for index, (shot, start) in enumerate(zip(timeline.shots, timeline.starts, strict=True)):
        render = covered[start : start + shot.frames]
        _absorb_short(render)
        if clips is not None:
            _respect_keyframes(render, clips[shot.clip], shot.skip)
        position = 0
        for rendered, run in groupby(render):
            length = len(list(run))
            lead = shot.transition.frames if position == 0 else 0
            parts = _divide(length, lead) if rendered else [length]
            for part in parts:
                segments.append(_segment(timeline, index, position, part, copied=not rendered))
                position += part
    return tuple(segments)


def _covered(timeline: Timeline) -> list[bool]:
    covered = [False] * timeline.frames
    for shot, start in zip(timeline.shots, timeline.starts, strict=True):
        covered[start : start + shot.transition.frames] = [True] * shot.transition.frames
    for overlay in timeline.overlays:
        covered[overlay.start : overlay.start + overlay.frames] = [True] * overlay.frames
    return covered


def _absorb_short(render: list[bool]) -> None:
    """Render plain runs too short to copy, but keep a shot that is plain throughout."""
    if not any(render):
        return
    position = 0
    for rendered, run in [(key, len(list(group))) for key, group in groupby(render)]:
        if not rendered and run < MINIMUM_COPY:
            render[position : position + run] = [True] * run
        position += run


def _respect_keyframes(render: list[bool], clip: ClipIndex, skip: int) -> None:
    """Shrink every plain run to whole groups of pictures of the clip, shown from ``skip`` on, in place."""
    starts = [frame - skip for frame in (*clip.keyframes, clip.frames)]
    position = 0
    for rendered, length in [(key, len(list(group))) for key, group in groupby(render)]:
        end = position + length
        if not rendered:
            inside = [n for n in starts if position <= n <= end] if clip.copyable else []
            first, last = (inside[0], inside[-1]) if len(inside) > 1 else (end, end)
            render[position:first] = [True] * (first - position)
            render[last:end] = [True] * (end - last)
        position = end


def _divide(length: int, lead: int) -> list[int]:
    """Divide a rendered run into about equal parts, the first of which holds the transition."""
    count = -(-length // MAXIMUM_RENDER)
    edges = [round(length * part / count) for part in range(count + 1)]
    edges = [0, *(edge for edge in edges[1:-1] if edge >= lead), length]
    return [after - before for before, after in pairwise(edges)]


def _segment(timeline: Timeline, shot: int, position: int, frames: int, *, copied: bool) -> Segment:
    shown = timeline.shots[shot]
    transition = shown.transition
    begins = position == 0 and transition.kind != "cut"
    return Segment(
        start=timeline.starts[shot] + position,
        frames=frames,
        shot=shot,
        first=shown.skip + position,
        copied=copied,
        transition=transition if begins else None,
        previous_first=_end(timeline.shots[shot - 1]) if begins else 0,
    )


def _end(shot: Shot) -> int:
    """The frame of a shot's clip that would come after its slot."""
    return shot.skip + shot.frames


def address(segment: Segment, timeline: Timeline, layers: list[dict[str, Any]], encoding: Encoding) -> str:
    """The hash of all that decides a segment's bytes.

    Args:
        layers: what lies over the picture, as described by the graph: pixels' hashes, places and times.
    """
    shot = timeline.shots[segment.shot]
    facts: dict[str, Any] = {
        "clip": [shot.address, segment.first, segment.frames],
        "copied": segment.copied,
        "encoding": encoding.describe(),
        "engine": ENGINE_VERSION,
        "layers": layers,
        "size": timeline.size.model_dump(),
    }
    if segment.transition is not None:
        previous = timeline.shots[segment.shot - 1]
        facts["transition"] = segment.transition.model_dump()
        facts["previous"] = [previous.address, segment.previous_first]
    return digest(facts)
