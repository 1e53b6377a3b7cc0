"""Running ffmpeg: progress, deadline, cancellation, and the house's encoding parameters."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Literal

import imageio_ffmpeg
import numpy as np

from media.errors import Cancelled, DeadlineExceeded, EncodingFailed, MediaError
from media.files import disk_full, written_whole

FPS = 30
"""Frames per second of everything the engine writes."""

_POLL_S = 0.05
_TERMINATE_GRACE_S = 0.4
_STDERR_LINES = 200
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@cache
def ffmpeg_binary() -> str:
    """The path of the ffmpeg executable that comes with the ``imageio-ffmpeg`` wheel."""
    return imageio_ffmpeg.get_ffmpeg_exe()


@dataclass(frozen=True)
class Encoding:
    """The one set of parameters every clip and segment is encoded with.

    Streams of equal size made with it share their H.264 headers, whatever their content
    (``stitchable``), and every keyframe starts a closed group of pictures: therefore ranges
    between keyframes can be joined by copying packets.
    """

    crf: int = 18
    preset: str = "veryfast"
    level: str = "3.1"
    keyint: int = 300
    references: int = 1
    b_frames: int = 3
    timescale: int = 15360
    threads: int = 2

    def options(self, keyframes: Iterable[int] = ()) -> dict[str, Any]:
        """Output options by name without dash; ``keyframes`` are frame numbers to start a group at."""
        forced = "+".join(f"eq(n,{n})" for n in sorted({0, *keyframes}))
        x264 = (
            f"stitchable=1:open-gop=0:scenecut=40:keyint={self.keyint}:min-keyint=1"
            f":ref={self.references}:bframes={self.b_frames}:threads={self.threads}"
        )
        return {
            "c:v": "libx264",
            "preset": self.preset,
            "crf": self.crf,
            "profile:v": "high",
            "level:v": self.level,
            "pix_fmt": "yuv420p",
            "colorspace": "bt709",
            "color_primaries": "bt709",
            "color_trc": "bt709",
            "color_range": "tv",
            "x264-params": x264,
            "force_key_frames": f"expr:{forced}",
            "forced-idr": 1,
            "fps_mode": "passthrough",
            "video_track_timescale": self.timescale,
            "movflags": "+faststart",
            "map_metadata": -1,
        }

    def arguments(self, keyframes: Iterable[int] = ()) -> list[str]:
        """:meth:`options` as command line arguments."""
        return [part for name, value in self.options(keyframes).items() for part in (f"-{name}", str(value))]

    def describe(self) -> dict[str, Any]:
        """All that decides the bytes, for addresses."""
        return asdict(self)


HOUSE = Encoding()


@dataclass(frozen=True)
class Run:
    """One finished ffmpeg process. ``started`` and ``ended`` are seconds since the epoch."""

    seconds: float
    started: float
    ended: float
    stderr_tail: str


def run(
    args: Sequence[str],
    *,
    total_frames: int | None = None,
    deadline_s: float,
    on_progress: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
    stdin_frames: Iterable[bytes | np.ndarray] | None = None,
) -> Run:
    """Run ffmpeg to its end in a process group of its own.

    Args:
        args: ffmpeg's arguments without the binary; inputs, filters and outputs.
        total_frames: caps the frame count given to ``on_progress``.
        deadline_s: seconds after which the group is killed.
        on_progress: called with the number of frames written so far.
        cancel: when set, the group is killed within a second.
        stdin_frames: raw frames to write to standard input, drawn lazily.

    Raises:
        EncodingFailed: ffmpeg ended with an error.
        DeadlineExceeded: the deadline passed.
        Cancelled: ``cancel`` was set.
        DiskFull: ffmpeg had no room to write.
    """
    command = [ffmpeg_binary(), "-hide_banner", "-nostats", "-loglevel", "warning", "-y"]
    command += ["-progress", "pipe:1", "-stats_period", "0.25"]
    command += [] if stdin_frames is not None else ["-nostdin"]
    started, clock = time.time(), time.monotonic()
    process = subprocess.Popen(
        [*command, *args],
        stdin=subprocess.PIPE if stdin_frames is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_die_with(os.getpid()),
    )
    tail: deque[str] = deque(maxlen=_STDERR_LINES)
    feeder = _Feeder(process, stdin_frames)
    progress = _Progress(process.stdout, total_frames, on_progress)
    readers = [progress, threading.Thread(target=_drain, args=(process.stderr, tail), daemon=True)]
    try:
        for thread in (*readers, feeder):
            thread.start()
        while any(reader.is_alive() for reader in readers):
            next((reader for reader in readers if reader.is_alive()), feeder).join(_POLL_S)
            progress.report()
            if cancel is not None and cancel.is_set():
                raise Cancelled(
                    "Encoding was stopped", "the caller cancelled it", "Start it again if it is still wanted"
                )
            if time.monotonic() - clock > deadline_s:
                raise DeadlineExceeded(
                    "Encoding was stopped",
                    f"it took longer than its deadline of {deadline_s:.0f} s",
                    "Raise the deadline or give the machine more cores",
                )
            if feeder.error is not None:
                raise feeder.error
        code = process.wait()
        progress.report()
        feeder.join()
    finally:
        _kill_group(process)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    stderr = "\n".join(tail)
    if feeder.error is not None:
        raise feeder.error
    if code != 0:
        raise _failure(code, stderr, Path(args[-1]))
    seconds = time.monotonic() - clock
    return Run(seconds=seconds, started=started, ended=started + seconds, stderr_tail=stderr)


def _failure(code: int, stderr: str, output: Path) -> MediaError:
    lowered = stderr.lower()
    if "no space left" in lowered or "file too large" in lowered or "disk quota" in lowered:
        return disk_full(output, "no space left on the device")
    if code == -signal.SIGXFSZ:
        return disk_full(output, "the file size limit of the process was reached")
    reason = stderr.strip().splitlines()
    return EncodingFailed(
        "ffmpeg failed",
        " | ".join(reason[-4:]) if reason else f"it ended with exit code {code} and no message",
        "Check that the inputs are readable media files",
    )


def _die_with(parent: int) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    libc = _LIBC

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the request took effect
            os._exit(1)

    return ask_kernel


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    for sign, grace in ((signal.SIGTERM, _TERMINATE_GRACE_S), (signal.SIGKILL, 5.0)):
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            continue


class _Progress(threading.Thread):
    """Parses ``-progress`` lines; reports from the caller's thread, so that its errors reach it."""

    def __init__(
        self, stdout: IO[bytes] | None, total_frames: int | None, on_progress: Callable[[int], None] | None
    ) -> None:
        super().__init__(daemon=True)
        self._stdout, self._total, self._on_progress = stdout, total_frames, on_progress
        self._latest = self._reported = 0

    def run(self) -> None:
        for line in self._stdout or ():
            key, _, value = line.decode(errors="replace").strip().partition("=")
            # out_time_ms is in microseconds and may be N/A.
            if key == "frame" and value.isdigit():
                self._latest = max(self._latest, int(value))
            elif key == "out_time_ms" and value.isdigit():
                self._latest = max(self._latest, int(value) * FPS // 1_000_000)

    def report(self) -> None:
        latest = self._latest if self._total is None else min(self._latest, self._total)
        if self._on_progress is not None and latest > self._reported:
            self._reported = latest
            self._on_progress(latest)


def _drain(stderr: IO[bytes], tail: deque[str]) -> None:
    for line in stderr:
        tail.append(line.decode(errors="replace").rstrip()[:500])


class _Feeder(threading.Thread):
    """Writes raw frames to the process; keeps the error of the frames' maker for the caller."""

    def __init__(self, process: subprocess.Popen[bytes], frames: Iterable[bytes | np.ndarray] | None) -> None:
        super().__init__(daemon=True)
        self._pipe, self._frames = process.stdin, frames
        self.error: BaseException | None = None

    def run(self) -> None:
        if self._pipe is None or self._frames is None:
            return
        try:
            for frame in self._frames:
                if not self._write(frame):
                    return
            self._close()
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
            self.error = error

    def _write(self, frame: bytes | np.ndarray) -> bool:
        assert self._pipe is not None
        try:
            self._pipe.write(np.ascontiguousarray(frame).data if isinstance(frame, np.ndarray) else frame)
        except (BrokenPipeError, ValueError):
            return False  # ffmpeg ended first: its own message says why
        return True

    def _close(self) -> None:
        assert self._pipe is not None
        with suppress(BrokenPipeError, ValueError):
            self._pipe.close()


def encode_frames(
    frames: Iterable[np.ndarray],
    *,
    width: int,
    height: int,
    fps: int = FPS,
    pixel_format: Literal["bgr24", "yuv420p"] = "bgr24",
    destination: Path,
    keyframes: Iterable[int] = (),
    encoding: Encoding = HOUSE,
    total_frames: int | None = None,
    deadline_s: float = 600.0,
    on_progress: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Run:
    """Encode raw pictures into a house-encoded MP4 without sound.

    Args:
        frames: ``uint8`` arrays, ``(height, width, 3)`` for ``bgr24`` or the planar
            ``(height * 3 // 2, width)`` for ``yuv420p`` (bt709, limited range).
        destination: the MP4; it appears only when it is whole.
        keyframes: frame numbers at which the timeline will cut the clip.

    Raises:
        EncodingFailed, DeadlineExceeded, Cancelled, DiskFull: as :func:`run`, and whatever
            ``frames`` raises.
    """
    source = ["-f", "rawvideo", "-pixel_format", pixel_format, "-video_size", f"{width}x{height}"]
    source += ["-framerate", str(fps), "-i", "pipe:0"]
    picture = "format=yuv420p" if pixel_format == "yuv420p" else f"{TO_HOUSE_COLOUR},format=yuv420p"
    with written_whole(destination) as temporary:
        return run(
            [
                *source,
                "-vf",
                f"{picture},{TAG_COLOUR}",
                "-an",
                *encoding.arguments(keyframes),
                str(temporary),
            ],
            total_frames=total_frames,
            deadline_s=deadline_s,
            on_progress=on_progress,
            cancel=cancel,
            stdin_frames=frames,
        )


TO_HOUSE_COLOUR = "scale=out_color_matrix=bt709:out_range=tv"
TAG_COLOUR = "setsar=1,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
