"""A sound that has arrived from elsewhere, decoded whole and kept without loss."""

import threading
from pathlib import Path
from typing import Literal

import av
import av.error

from media.encoder import run
from media.errors import EncodingFailed, SourceRejected
from media.files import written_whole

# What a container says of its length may be off by a block or two of its codec.
MISSING_S = 0.5
_CODECS = {"wav": "pcm_s16le", "flac": "flac"}


def keep_sound(
    arrived: Path,
    destination: Path,
    *,
    form: Literal["wav", "flac"],
    channels: int,
    deadline_s: float,
    cancel: threading.Event | None = None,
) -> float:
    """Decodes a file's first sound into another file, whole or not at all; returns its length in seconds.

    Raises:
        SourceRejected: it can't be decoded, is empty, or ends before it says that it does.
        DeadlineExceeded, Cancelled, DiskFull: as `encoder.run`.
    """
    told_s = _seconds(arrived)
    with written_whole(destination) as temporary:
        sound = ["-map", "0:a:0", "-vn", "-ac", str(channels), "-c:a", _CODECS[form], "-f", form]
        try:
            run(["-i", str(arrived), *sound, str(temporary)], deadline_s=deadline_s, cancel=cancel)
        except EncodingFailed as fault:
            raise _rejected(arrived, f"it can't be decoded: {fault.cause}") from fault
        seconds = _seconds(temporary)
        if seconds == 0:
            raise _rejected(arrived, "it holds no samples")
        if told_s - seconds > MISSING_S:
            raise _rejected(arrived, f"it ends after {seconds:.1f} s, and says that it lasts {told_s:.1f} s")
    return seconds


def _seconds(path: Path) -> float:
    try:
        with av.open(str(path)) as container:
            return (container.duration or 0) / av.time_base
    except av.error.FFmpegError as error:
        raise _rejected(path, f"it can't be opened: {error}") from error


def _rejected(path: Path, cause: str) -> SourceRejected:
    return SourceRejected(
        f"The sound {path.name} can't be used", cause, "Give an MP3, WAV or M4A file that plays"
    )
