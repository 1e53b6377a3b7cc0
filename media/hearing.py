"""A film's music as samples, placed as the film plays it."""

import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.encoder import FPS, run
from media.errors import EncodingFailed, SourceRejected
from media.files import translated_disk_errors

RATE = 48000
"""Samples a second of everything that is heard in a film."""


def hear(
    music: Path, frames: int, folder: Path, *, deadline_s: float, cancel: threading.Event | None = None
) -> NDArray[np.float32]:
    """The music under a film of so many frames, mono at ``RATE``, without fades: sample 0 is at frame 0.

    Trimmed or looped as ``make_sound`` does.

    Raises:
        SourceRejected: the music cannot be read or holds no sound.
        EncodingFailed, DeadlineExceeded, Cancelled, DiskFull: as ``encoder.run``.
    """
    length = frames * RATE // FPS
    raw = folder / f"{music.stem}.{time.monotonic_ns()}.f32"
    with translated_disk_errors(raw):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        run([*decoding(music, length), "-f", "f32le", str(raw)], deadline_s=deadline_s, cancel=cancel)
        stereo = np.fromfile(raw, np.float32).reshape(-1, 2)
    except EncodingFailed as error:
        raise unreadable(music, error) from error
    finally:
        raw.unlink(missing_ok=True)
    if len(stereo) == 0:
        raise empty(music)
    return np.resize(stereo.mean(axis=1, dtype=np.float32), length)


def decoding(music: Path, most: int) -> list[str]:
    """ffmpeg's arguments for the first ``most`` samples of a piece of music, in stereo at ``RATE``.

    Whoever needs to know what is heard when in a film decodes by these: decoders differ in how much of an
    MP3's or AAC's beginning they drop.
    """
    stereo = f"aresample={RATE},aformat=sample_fmts=flt:channel_layouts=stereo"
    return ["-i", str(music), "-map", "0:a:0", "-vn", "-t", f"{most / RATE:.6f}", "-af", stereo]


def unreadable(music: Path, error: EncodingFailed) -> SourceRejected:
    """What is said of music that can't be decoded."""
    return SourceRejected(
        f"The music {music.name} cannot be read", error.cause, "Give an MP3, WAV or M4A file that plays"
    )


def empty(music: Path) -> SourceRejected:
    """What is said of music without a sample."""
    return SourceRejected(f"The music {music.name} is empty", "it holds no samples", "Give a file that plays")
