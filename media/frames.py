"""Single pictures out of a video."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from media.encoder import FPS
from media.errors import SourceRejected

_LEAP = 60
"""Frames further ahead than this are sought."""


def frames_at(path: Path, numbers: Sequence[int]) -> list[NDArray[np.uint8]]:
    """The frames with these numbers, each once and in rising order, as ``(height, width, 3)`` RGB.

    Raises:
        SourceRejected: the file is unreadable or has no such frame.
    """
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            return list(_picked(container, stream, numbers, path))
    except (av.error.FFmpegError, IndexError) as error:
        raise SourceRejected(f"{path.name} cannot be read", str(error), "Make the clip again") from error


def _picked(
    container: InputContainer, stream: VideoStream, numbers: Sequence[int], path: Path
) -> Iterator[NDArray[np.uint8]]:
    """Decode forward, and leap only where decoding through would take longer."""
    position, decoded = -_LEAP, container.decode(stream)
    for number in sorted(numbers):
        if number >= position + _LEAP:
            container.seek(round(number * av.time_base / FPS))
            decoded = container.decode(stream)
        frame = next((f for f in decoded if round((f.time or 0.0) * FPS) >= number), None)
        if frame is None:
            raise SourceRejected(
                f"{path.name} is too short", f"it has no frame {number}", "Make the clip longer"
            )
        position = number
        yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
