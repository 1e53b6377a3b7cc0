"""A film's clips → the same film in another aspect ratio; nothing is ordered for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait
from prefect.tasks import exponential_backoff

from flows.generation.composition import Film, Rendition
from flows.generation.faults import transient
from flows.generation.film import burned, clip_name
from flows.generation.narration import narration_of
from flows.generation.production import ENCODING_DEADLINE_S, Production
from media.compose import compose
from media.files import digest
from media.reframe import REFRAME_VERSION, Framing
from media.reframing import framing_of, reframe
from media.timeline import Overlay, Size, Timeline
from planning.brief import Aspect
from planning.cut_list import CutList

# How much of a rendition's time goes into its clips; the rest is composing them.
_REFRAMING = 0.6


def compose_renditions(film: Production, made: Film) -> Film:
    """The film with what else was asked for of it, each in a task of its own.

    Raises:
        Cancelled: the film is no longer wanted.
        media.errors.MediaError: one of them can't be composed; says why.
    """
    done = RenditionsDone(film, others_of(film, made.cut_list))
    tasks = [compose_rendition.submit(film, made, aspect, done) for aspect in done.shares]
    wait(tasks)
    return replace(made, renditions=tuple(each.result() for each in tasks))


def others_of(film: Production, cut_list: CutList) -> list[Aspect]:
    """The aspect ratios that a version is to be made in besides the film's own."""
    return [aspect for aspect in cut_list.also if aspect != film.brief.aspect]


class RenditionsDone:
    """How far the renditions are, told as a part of composing: the film itself is the first share of it."""

    def __init__(self, film: Production, aspects: Sequence[Aspect]) -> None:
        self.shares = dict.fromkeys(aspects, 0.0)
        self._progress = film.progress

    def tell(self, aspect: Aspect, done: float) -> None:
        """One of them is `done` (0 to 1)."""
        self.shares[aspect] = done
        self._progress.part("composition", (1 + sum(self.shares.values())) / (1 + len(self.shares)))


@task(
    name="compose rendition",
    task_run_name="compose {aspect}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
)
def compose_rendition(film: Production, made: Film, aspect: Aspect, done: RenditionsDone) -> Rendition:
    """The film in another aspect ratio: each of its clips reframed, then composed as the film was.

    Clips and segments that an earlier, killed attempt has made are used again.
    """
    with film.working():
        folder = film.workdir / aspect.replace(":", "x")
        narration = narration_of(film, made.cut_list, aspect)
        timeline = reframed_timeline(
            made.timeline,
            Size.for_aspect(aspect, draft=film.brief.draft),
            captions=burned(narration) if narration else [],
        )
        framings: dict[str, Framing] = {}
        # By its address, so that a clip that was made again meanwhile is not taken for the one before.
        clips = {shot.clip: folder / f"{shot.address}.mp4" for shot in timeline.shots}
        for number, (name, cuts) in enumerate(_cuts(timeline).items(), 1):
            framings[name] = _reframed(film, name, clips[name], timeline.size, cuts)
            done.tell(aspect, _REFRAMING * number / len(clips))
        video = folder / "film.mp4"
        composition = compose(
            timeline,
            clips,
            video,
            assets=made.assets,
            workdir=film.workdir / "segments",
            on_progress=lambda share: done.tell(aspect, _REFRAMING + (1 - _REFRAMING) * share),
            deadline_s=ENCODING_DEADLINE_S,
            cancel=film.cancel,
        )
        film.stopwatch.add(composition.ffmpeg)
    numbers = {clip_name(scene.number): scene.number for scene in made.cut_list.scenes}
    return Rendition(
        aspect=aspect,
        video=video,
        timeline=timeline,
        composition=composition,
        padded=tuple(sorted(numbers[name] for name, each in framings.items() if each.padded)),
        following=tuple(sorted(numbers[name] for name, each in framings.items() if not each.still)),
    )


def _reframed(film: Production, name: str, destination: Path, size: Size, cuts: set[int]) -> Framing:
    """How a clip is cropped, which it is once the destination is there."""
    source = film.workdir / f"{name}.mp4"
    if destination.exists():
        return framing_of(source, size)
    return reframe(
        source,
        destination,
        target=size,
        keyframes=cuts,
        deadline_s=ENCODING_DEADLINE_S,
        cancel=film.cancel,
    )


def reframed_timeline(timeline: Timeline, size: Size, *, captions: Sequence[Overlay] = ()) -> Timeline:
    """The timeline of a film in another size: all is as it was, but its clips are others.

    Args:
        captions: what is drawn of a voice-over, broken into lines for the size.
    """
    shots = tuple(
        shot.model_copy(update={"address": digest([shot.address, size.model_dump(), REFRAME_VERSION])})
        for shot in timeline.shots
    )
    overlays = (*(overlay for overlay in timeline.overlays if overlay.kind != "subtitle"), *captions)
    return timeline.model_copy(update={"size": size, "shots": shots, "overlays": overlays})


def _cuts(timeline: Timeline) -> Mapping[str, set[int]]:
    """The clips that a film shows, with the frames at which it cuts them."""
    cuts: dict[str, set[int]] = {}
    for index, shot in enumerate(timeline.shots):
        cuts.setdefault(shot.clip, set()).update(timeline.keyframes(index))
    return cuts
