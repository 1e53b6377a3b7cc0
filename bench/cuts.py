"""How near a film changes its scenes to the downbeats of its music, and what of the paid footage is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bench.harness import Result, publish, result
from bench.tracks import Track, tracks
from listening.listen import listen
from planning import track as heard
from planning.beat_cuts import Change, lead_in
from planning.brief import FPS, Brief
from planning.builtin import BuiltinPlanner
from planning.music_cut import cut_to_music
from scoring.instruments import RATE

FILM_S = 60
LENGTHS = {"of 5 or 10 s": (5, 10), "of 2 to 12 s": tuple(range(2, 13))}
"""Clips as they are sold, in whole seconds."""
CLIPS = (10, 15)
"""Twenty scenes would be more than a minute at 60 bpm has bars."""


@dataclass(frozen=True)
class _Cut:
    """A film's changes of scene, seen at these frames."""

    changes: tuple[Change, ...]

    def thrown_away_s(self, bought: Callable[[int], int]) -> float:
        ends = [Change(0), *self.changes, Change(FILM_S * FPS)]
        clips = [end.start - begin.start + end.transition_frames for begin, end in pairwise(ends)]
        return sum(bought(clip) - clip for clip in clips) / FPS

    def errors_s(self, downbeats: Sequence[float]) -> list[float]:
        played = np.array(downbeats)
        return [float(np.abs(played - change.frame / FPS).min()) for change in self.changes]


def bought_of(seconds: Sequence[int]) -> Callable[[int], int]:
    """What is paid for a clip, in frames: the next length, or several clips where none is long enough."""
    lengths = [length * FPS for length in seconds]

    def bought(frames: int) -> int:
        whole, rest = divmod(frames, lengths[-1])
        return whole * lengths[-1] + (next(length for length in lengths if length >= rest) if rest else 0)

    return bought


def _ours(track: heard.Track, clips: int, bought: Callable[[int], int]) -> _Cut:
    brief = Brief(prompt="Night drive", job_type="music_video", duration_s=FILM_S, clip_count=clips)
    board = cut_to_music(BuiltinPlanner().plan(brief), track, "music_video", bought)
    return _Cut(
        tuple(
            Change(start + scene.transition_frames // 2, scene.transition, scene.transition_frames)
            for start, scene in zip(board.cuts, board.scenes[1:], strict=True)
        )
    )


def _even(track: heard.Track, clips: int, *, snapped: bool) -> _Cut:
    """Scenes of one length, as they are or moved to the nearest downbeat; led in as ours would be."""
    seconds = [FILM_S * number / clips for number in range(1, clips)]
    if snapped:
        seconds = [min(track.downbeats, key=lambda at, second=second: abs(at - second)) for second in seconds]
    changes = []
    for second in sorted(set(seconds)):
        kind, length = lead_in(track.energy_at(second), opens=False, beat_s=0.5)
        changes.append(Change(round(second * FPS), kind, length))
    return _Cut(tuple(changes))


def _accuracy(known: Track, track: heard.Track) -> tuple[list[Result], list[float]]:
    """The rows of one track, and its errors in seconds."""
    bought = bought_of(LENGTHS["of 5 or 10 s"])
    errors = [e for clips in CLIPS for e in _ours(track, clips, bought).errors_s(known.downbeats)]
    even = [e for clips in CLIPS for e in _even(track, clips, snapped=False).errors_s(known.downbeats)]
    mean = float(np.mean(errors))
    rows = [
        result(
            f"{known.name}: off the downbeat",
            mean * 1000,
            "ms",
            baseline=float(np.mean(even)) * 1000,
            target="< 33.3",
            met=mean < 1 / FPS,
        ),
        result(f"{known.name}: the worst", max(errors) * FPS, "frames"),
    ]
    return rows, errors


def _waste(films: Sequence[heard.Track]) -> list[Result]:
    rows = []
    for name, seconds in LENGTHS.items():
        bought = bought_of(seconds)
        for clips in CLIPS:
            ours = sum(_ours(track, clips, bought).thrown_away_s(bought) for track in films)
            even = sum(_even(track, clips, snapped=False).thrown_away_s(bought) for track in films)
            snapped = sum(_even(track, clips, snapped=True).thrown_away_s(bought) for track in films)
            what = f"thrown away, {clips} clips {name}"
            rows.append(result(what, ours / len(films), "s a film", baseline=even / len(films)))
            rows.append(
                result(
                    f"{what}: beside an even split on downbeats",
                    ours / len(films),
                    "s a film",
                    baseline=snapped / len(films),
                    target="less",
                    met=ours < snapped,
                )
            )
    return rows


def main() -> None:
    """Runs the benchmark and publishes it as ``cuts``."""
    rows: list[Result] = []
    errors: list[float] = []
    films: list[heard.Track] = []
    spent = 0.0
    listen(np.zeros(RATE * 5, np.float32) + 1e-3, RATE)  # what is imported and compiled once
    for known in tracks():
        started = time.perf_counter()
        films.append(listen(known.samples[: FILM_S * RATE], RATE))
        spent += time.perf_counter() - started
        more, found = _accuracy(known, films[-1])
        rows += more
        errors += found
    mean = float(np.mean(errors))
    rows.append(result("all five: off the downbeat", mean * 1000, "ms", target="< 33.3", met=mean < 1 / FPS))
    rows.append(result("all five, in frames", mean * FPS, "frames", target="< 1", met=mean * FPS < 1))
    rows += _waste(films)
    rows.append(result("listening to a minute of music", spent / len(films), "s"))
    publish("cuts", rows)


if __name__ == "__main__":
    main()
