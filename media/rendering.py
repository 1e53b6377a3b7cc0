"""Rendering a film's segments side by side, each into a cache under its address."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from media.encoder import HOUSE, Run, run
from media.files import written_whole
from media.graph import render_arguments
from media.join import Piece
from media.overlays import Layer
from media.segments import Segment, address
from media.timeline import Timeline

WINDOW = replace(HOUSE, threads=1, preset="superfast", crf=20)
"""How segments are rendered: twice as fast as the house's clips, as good to look at, some bits larger."""

_POLL_S = 0.1
_PROGRESS_SHARE = 0.95
T = TypeVar("T")


class Crew:
    """A few threads that stop together: at the first failure, or when the caller cancels.

    Args:
        on_progress: called, from the thread that calls :meth:`finish`, with the share done, 0 to 1.
        total_frames: how many frames will be reported in all.
    """

    def __init__(
        self, cancel: threading.Event | None, on_progress: Callable[[float], None] | None, total_frames: int
    ) -> None:
        self.stop = threading.Event()
        self._cancel, self._on_progress, self._total = cancel, on_progress, total_frames
        self._done: dict[str, int] = {}
        self._reported = 0.0
        self._futures: list[Future] = []
        self._pool = ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2), thread_name_prefix="render")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        future = self._pool.submit(work)
        self._futures.append(future)
        return future

    def render(self, works: Iterable["Work"], clips: Mapping[str, Path], ends: float) -> list[Future[Run]]:
        """Take on the segments that are not in the cache, longest first; those that are alike once."""
        listed = sorted(works, key=lambda work: -work.segment.frames)
        for work in listed:
            if not work.missing and not work.segment.copied:
                self.report(work.address, work.segment.frames)
        missing = {work.address: work for work in listed if work.missing}
        return [self.submit(partial(work.render, clips, ends, self)) for work in missing.values()]

    def report(self, name: str, frames: int) -> None:
        """Say that ``frames`` frames of the piece ``name`` are done; from any thread."""
        self._done[name] = frames

    def finish(self) -> None:
        """Wait for all work; raise the first failure."""
        pending: set[Future] = set(self._futures)
        while pending:
            finished, pending = wait(pending, timeout=_POLL_S, return_when=FIRST_EXCEPTION)
            for future in finished:
                future.result()
            if self._cancel is not None and self._cancel.is_set():
                self.stop.set()
            share = _PROGRESS_SHARE * sum(self._done.values()) / max(1, self._total)
            if self._on_progress is not None and share > self._reported:
                self._reported = share
                self._on_progress(share)


class Work:
    """One segment: where its bytes are, or how to make them."""

    def __init__(self, segment: Segment, timeline: Timeline, layers: Iterable[Layer], folder: Path) -> None:
        self.segment = segment
        self._timeline, self._folder = timeline, folder
        self._layers: Sequence[Layer] = [
            layer for layer in layers if layer.start < segment.end and segment.start < layer.end
        ]
        described = [layer.describe(segment.start) for layer in self._layers]
        self.address = address(segment, timeline, described, HOUSE if segment.copied else WINDOW)
        self._path = folder / f"{self.address}.mp4"
        self.missing = not segment.copied and not self._path.exists()

    def render(self, clips: Mapping[str, Path], ends: float, crew: Crew) -> Run:
        """Render the segment into the cache. ``ends`` is the deadline by the monotonic clock."""
        with written_whole(self._path) as temporary:
            arguments = render_arguments(
                self.segment, self._timeline, clips, self._layers, self._folder, WINDOW, temporary
            )
            finished = run(
                arguments,
                total_frames=self.segment.frames,
                deadline_s=max(0.0, ends - time.monotonic()),
                on_progress=lambda frames: crew.report(self.address, frames),
                cancel=crew.stop,
            )
        crew.report(self.address, self.segment.frames)
        return finished

    def piece(self, clips: Mapping[str, Path]) -> Piece:
        """Where the segment's packets are."""
        if self.segment.copied:
            clip = clips[self._timeline.shots[self.segment.shot].clip]
            return Piece(clip, self.segment.first, self.segment.frames)
        return Piece(self._path, 0, self.segment.frames)
