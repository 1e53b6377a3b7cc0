"""Timeline and clips to finished film: render what changed, copy the rest, check, then publish."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from media.audio import make_sound
from media.errors import Cancelled, TimelineInvalid
from media.files import digest, written_whole
from media.join import Track, join
from media.normalise import clip_index
from media.overlays import Contrast, draw_overlays
from media.probe import Expectation, Probe, probe, verify
from media.rendering import Crew, Work
from media.segments import ClipIndex, Segment, cut
from media.subtitles import make_track
from media.timeline import LogoOverlay, Timeline


@dataclass(frozen=True)
class SegmentCounts:
    """How many segments came from where."""

    copied: int
    rendered: int
    reused: int


@dataclass(frozen=True)
class Composition:
    """A finished film.

    Attributes:
        loudness_lufs: integrated loudness; None for a silent track.
        true_peak_dbtp: None for a silent track.
        ffmpeg: when ffmpeg processes ran, as (start, end) in seconds since the epoch.
        contrast: how readable each text is.
        warnings: what a user should know, in plain sentences.
    """

    probe: Probe
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    segments: SegmentCounts
    ffmpeg: tuple[tuple[float, float], ...]
    contrast: tuple[Contrast, ...]
    warnings: tuple[str, ...]


def compose(
    timeline: Timeline,
    clips: Mapping[str, Path],
    destination: Path,
    *,
    assets: Mapping[str, Path] | None = None,
    workdir: Path,
    on_progress: Callable[[float], None] | None = None,
    deadline_s: float = 1800.0,
    cancel: threading.Event | None = None,
) -> Composition:
    """Make the film. The same input gives the same bytes.

    Args:
        clips: normalised clips by the keys the shots name.
        destination: the MP4; it appears only once it is probed and right.
        assets: logos and music by the keys the timeline names.
        workdir: keeps finished segments by address, so that a later or resumed composition
            renders only what changed. May be shared between films, and deleted at any time.
        on_progress: called with the share done, 0 to 1.

    Raises:
        TimelineInvalid: a clip or asset is missing, of another size, or too short.
        SourceRejected: a clip, logo or music file is unreadable.
        EncodingFailed, DeadlineExceeded, Cancelled, DiskFull: as ``encoder.run``.
        ProbeFailed: the film is not as asked for (and is not kept).
    """
    ends = time.monotonic() + deadline_s
    assets = assets or {}
    indexes = _checked(timeline, clips, assets)
    segments = cut(timeline, indexes)
    with Crew(cancel, on_progress, sum(segment.frames for segment in segments if not segment.copied)) as crew:
        music = crew.submit(
            lambda: make_sound(timeline, assets, workdir, deadline_s=deadline_s, cancel=crew.stop)
        )
        # What no overlay touches is rendered while the overlays are drawn.
        works = {s: Work(s, timeline, (), workdir) for s in segments if not _touched(s, timeline)}
        renders = crew.render(works.values(), clips, ends)
        overlays = draw_overlays(timeline, clips, assets)
        works |= {s: Work(s, timeline, overlays.layers, workdir) for s in segments if s not in works}
        renders += crew.render([works[s] for s in segments if _touched(s, timeline)], clips, ends)
        crew.finish()
    sound = music.result()
    runs = [*sound.runs, *(render.result() for render in renders)]
    tracks = [Track(sound.path), *_subtitle_track(timeline, workdir, ends, cancel)]
    copied = sum(segment.copied for segment in segments)
    with written_whole(destination) as temporary:
        join([works[segment].piece(clips) for segment in segments], tracks, temporary)
        found = probe(temporary)
        size = timeline.size
        verify(found, Expectation(timeline.frames, size.width, size.height, audio=True))
        if cancel is not None and cancel.is_set():
            raise Cancelled(
                "The film was not kept", "the caller cancelled it", "Start it again if it is still wanted"
            )
    if on_progress:
        on_progress(1.0)
    return Composition(
        probe=found,
        loudness_lufs=sound.loudness.integrated_lufs if sound.loudness else None,
        true_peak_dbtp=sound.loudness.true_peak_dbtp if sound.loudness else None,
        segments=SegmentCounts(copied, len(renders), len(segments) - copied - len(renders)),
        ffmpeg=tuple((run.started, run.ended) for run in runs),
        contrast=overlays.contrast,
        warnings=(*overlays.warnings, *sound.warnings),
    )


def _subtitle_track(
    timeline: Timeline, workdir: Path, ends: float, cancel: threading.Event | None
) -> Iterator[Track]:
    if subtitles := timeline.subtitles:
        path = workdir / f"{digest(subtitles.model_dump())}.subtitles.mp4"
        make_track(subtitles, path, deadline_s=max(0.0, ends - time.monotonic()), cancel=cancel)
        yield Track(path, subtitles.language)


def _touched(segment: Segment, timeline: Timeline) -> bool:
    """Whether an overlay is seen in a segment."""
    return any(o.start < segment.end and segment.start < o.start + o.frames for o in timeline.overlays)


def _checked(
    timeline: Timeline, clips: Mapping[str, Path], assets: Mapping[str, Path]
) -> dict[str, ClipIndex]:
    """Index the clips, or say everything that is missing."""
    wrong = [f"clip {shot.clip!r} is missing" for shot in timeline.shots if shot.clip not in clips]
    needed = [overlay.asset for overlay in timeline.overlays if isinstance(overlay, LogoOverlay)]
    needed += [timeline.soundtrack.asset] if timeline.soundtrack else []
    needed += [part.asset for part in timeline.voice]
    wrong += [f"asset {name!r} is missing" for name in needed if name not in assets]
    indexes: dict[str, ClipIndex] = {}
    if not wrong:
        indexes = {
            key: clip_index(clips[key], timeline.size) for key in {shot.clip for shot in timeline.shots}
        }
        for number, shot in enumerate(timeline.shots):
            has, needs = indexes[shot.clip].frames, timeline.clip_frames(number)
            if has < needs:
                wrong.append(f"shot {number} needs {needs} frames of clip {shot.clip!r}, which has {has}")
    if wrong:
        raise TimelineInvalid(
            "The film cannot be made", "; ".join(wrong), "Give every clip and asset the timeline names"
        )
    return indexes
