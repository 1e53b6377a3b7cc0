"""Any arriving video becomes a clip in the house's encoding, fitted and never stretched."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from media.encoder import FPS, HOUSE, TAG_COLOUR, encode_frames, run
from media.errors import EncodingFailed, SourceRejected
from media.files import written_whole
from media.probe import Expectation, Probe, differences, probe, verify
from media.segments import ClipIndex
from media.timeline import Size

HOLD = 15
"""A source that is at most this many frames short holds its last picture; a shorter one is refused."""


def normalise(
    source: Path,
    destination: Path,
    *,
    size: Size,
    frames: int,
    keyframes: Collection[int] = (),
    fit: Literal["crop", "pad"] = "crop",
    deadline_s: float = 300.0,
    on_progress: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Probe:
    """Write ``source`` as exactly ``frames`` frames at 30 per second, without sound.

    A source that is already a clip as wanted is copied. Rotation and non-square pixels are
    honoured; ``crop`` fills the picture, ``pad`` keeps all of it on black.

    Args:
        keyframes: the frames at which the timeline cuts the clip (``Timeline.keyframes``).

    Raises:
        SourceRejected: the source is unreadable, or more than :data:`HOLD` frames short.
        DeadlineExceeded, Cancelled, DiskFull: as ``encoder.run``.
        ProbeFailed: the result is not as asked for.
    """
    arrived = probe(source, decode=False)
    expected = Expectation(frames=frames, width=size.width, height=size.height, audio=False)
    ready = _is_ready(arrived, expected, keyframes)
    with written_whole(destination) as temporary:
        if ready:
            shutil.copyfile(source, temporary)
        else:
            picture = ["-i", str(source), "-map", "0:v:0", "-an", "-sn", "-dn"]
            picture += ["-vf", _fit_chain(arrived, size, frames, fit)]
            try:
                run(
                    [*picture, *HOUSE.arguments(keyframes), str(temporary)],
                    total_frames=frames,
                    deadline_s=deadline_s,
                    on_progress=on_progress,
                    cancel=cancel,
                )
            except EncodingFailed as error:
                raise SourceRejected(
                    f"{source.name} cannot be decoded",
                    error.cause,
                    "Check that the file is whole and a video",
                ) from error
        made = probe(temporary)
        if made.frames < frames:
            raise SourceRejected(
                f"{source.name} is too short",
                f"it gives {made.frames - HOLD} of {frames} frames",
                "Make the clip longer or the shot shorter",
            )
        verify(made, expected)
        return made


def _is_ready(arrived: Probe, expected: Expectation, keyframes: Collection[int]) -> bool:
    return (
        not differences(arrived, expected)
        and set(keyframes) <= set(arrived.keyframes)
        and arrived.extradata == house_headers(expected.width, expected.height)
    )


def _fit_chain(arrived: Probe, size: Size, frames: int, fit: Literal["crop", "pad"]) -> str:
    width, height = size.width, size.height
    square = "scale=w='max(2,trunc(iw*sar/2)*2)':h='max(2,trunc(ih/2)*2)',setsar=1"
    way = "increase" if fit == "crop" else "decrease"
    # Untagged video is BT.601 in standard definition and BT.709 above (ITU-R BT.601-7, BT.709-6).
    guess = "bt709" if max(arrived.width, arrived.height) > 1024 else "bt601"
    matrix = "" if arrived.colour[2] != "unknown" else f":in_color_matrix={guess}"
    scale = f"scale={width}:{height}:flags=lanczos:force_original_aspect_ratio={way}:force_divisible_by=2"
    colour = f"{matrix}:out_color_matrix=bt709:out_range=tv"
    frame = f"crop={width}:{height}" if fit == "crop" else f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:black"
    timing = f"setpts=PTS-STARTPTS,fps={FPS},tpad=stop={HOLD}:stop_mode=clone,trim=end_frame={frames}"
    return f"{timing},{square},{scale}{colour},format=yuv420p,{frame},{TAG_COLOUR}"


@cache
def house_headers(width: int, height: int) -> bytes:
    """The H.264 headers of the house's encoding at a size, read from a one-frame film."""
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "headers.mp4"
        grey = np.full((height * 3 // 2, width), 128, np.uint8)
        encode_frames([grey], width=width, height=height, pixel_format="yuv420p", destination=sample)
        return probe(sample, decode=False).extradata


def clip_index(path: Path, size: Size) -> ClipIndex:
    """What cutting needs to know of a normalised clip.

    Raises:
        SourceRejected: the file is unreadable.
    """
    found = probe(path, decode=False)
    copyable = found.monotonic and found.extradata == house_headers(size.width, size.height)
    return ClipIndex(frames=found.frames, keyframes=found.keyframes, copyable=copyable)
