"""What a recording of a voice holds: how long it is, and when somebody speaks."""

from pathlib import Path

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from media.ducking import BLOCK_S, speaking
from media.errors import SourceRejected

_RATE = 16000
_PAUSE_S = 0.25
"""Shorter pauses are those within a sentence."""


def voice_seconds(path: Path) -> float:
    """The length of a recording.

    Raises:
        SourceRejected: it cannot be read, or is empty.
    """
    return len(_samples(path)) / _RATE


def spoken_parts(path: Path) -> tuple[tuple[float, float], ...]:
    """The stretches ``(start, end)``, in seconds, in which somebody speaks; all of it if nobody is heard.

    Raises:
        SourceRejected: as :func:`voice_seconds`.
    """
    samples = _samples(path)
    heard = speaking(samples, _RATE)
    if not heard.any():
        return ((0.0, len(samples) / _RATE),)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], heard, [False])).astype(np.int8)))
    parts: list[tuple[float, float]] = []
    for start, end in edges.reshape(-1, 2) * BLOCK_S:
        if parts and start - parts[-1][1] < _PAUSE_S:
            parts[-1] = (parts[-1][0], float(end))
        else:
            parts.append((float(start), float(end)))
    return tuple(parts)


def _samples(path: Path) -> NDArray[np.float32]:
    """The first audio stream, mono at 16 kHz."""
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE)
            # None at the end brings out what the resampler still holds.
            frames = (*container.decode(audio=0), None)
            found = [part.to_ndarray()[0] for frame in frames for part in resampler.resample(frame)]
    except (av.error.FFmpegError, IndexError) as error:
        raise SourceRejected(
            f"The recording {path.name} cannot be read",
            str(error),
            "Give an MP3, WAV or M4A file that plays",
        ) from error
    if not found:
        raise SourceRejected(
            f"The recording {path.name} is empty", "it holds no samples", "Give a file that plays"
        )
    return np.concatenate(found)
