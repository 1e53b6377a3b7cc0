"""A clip in another aspect ratio: looked at, cropped or set on a backdrop, and encoded as a clip again."""

import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import av
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray

from media.encoder import encode_frames
from media.errors import SourceRejected
from media.frames import frames_at
from media.probe import Expectation, probe, verify
from media.reframe import EVERY, Framing, plan_framing
from media.saliency import look
from media.timeline import Size

Plane = NDArray[np.uint8]

_DIM = 0.55
"""How bright a backdrop is beside the picture it is made of."""

_SOFT = 0.06
"""How far a backdrop is blurred, as a share of its longer side."""

_ABOVE = 0.3
"""How much of a tall frame's backdrop lies above the picture: what is written stands below it then."""

_BLACK, _NO_COLOUR = 16, 128
"""What luma and chroma are in black, in limited range."""


def reframe(
    source: Path,
    destination: Path,
    *,
    target: Size,
    keyframes: Collection[int] = (),
    deadline_s: float = 300.0,
    on_progress: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Framing:
    """Write a normalised clip as one of another aspect ratio, and say how it was cropped.

    Args:
        keyframes: the frames at which the film cuts the clip.

    Raises:
        SourceRejected: the clip is unreadable.
        DeadlineExceeded, Cancelled, DiskFull: as ``encoder.run``.
        ProbeFailed: the result is not as asked for.
    """
    frames = probe(source, decode=False).frames
    framing = framing_of(source, target)
    encode_frames(
        _reframed(source, framing, target),
        width=target.width,
        height=target.height,
        pixel_format="yuv420p",
        destination=destination,
        keyframes=keyframes,
        total_frames=frames,
        deadline_s=deadline_s,
        on_progress=on_progress,
        cancel=cancel,
    )
    verify(probe(destination), Expectation(frames, target.width, target.height, audio=False))
    return framing


def framing_of(source: Path, target: Size) -> Framing:
    """The crop of a clip for a target, from a look at every few of its frames.

    Raises:
        SourceRejected: the clip is unreadable.
    """
    found = probe(source, decode=False)
    numbers = sorted({*range(0, found.frames, EVERY), found.frames - 1})
    size = Size(width=found.width, height=found.height)
    return plan_framing(look(frames_at(source, numbers)), found.frames, size, target)


def _reframed(source: Path, framing: Framing, target: Size) -> Iterator[Plane]:
    """The clip's frames as the target shows them, as ``yuv420p`` arrays."""
    try:
        with av.open(str(source)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for frame, offset in zip(container.decode(stream), framing.offsets, strict=False):
                picture = frame.to_ndarray(format="yuv420p").astype(np.uint8, copy=False)
                yield reframed_picture(picture, framing, offset, target)
    except av.error.FFmpegError as error:
        raise SourceRejected(f"{source.name} cannot be read", str(error), "Make the clip again") from error


def reframed_picture(picture: Plane, framing: Framing, offset: float, target: Size) -> Plane:
    """One ``yuv420p`` picture ``(height * 3 // 2, width)`` as the target shows it, in the same layout."""
    rows, width = picture.shape
    height = rows * 2 // 3
    luma, chroma = picture[:height], picture[height:].reshape(2, height // 2, width // 2)
    planes = [
        _plane(luma, framing, offset, target, 1, _BLACK),
        *(_plane(part, framing, offset, target, 2, _NO_COLOUR) for part in chroma),
    ]
    return np.concatenate([plane.reshape(-1) for plane in planes]).reshape(-1, target.width)


def _plane(plane: Plane, framing: Framing, offset: float, target: Size, coarse: int, zero: int) -> Plane:
    """One plane, of which a pixel is ``coarse`` of the picture's wide; ``zero`` is its value in black."""
    width, height = target.width // coarse, target.height // coarse
    # Laid on its side where rows are cut, so that it is always columns.
    shape = (width, height) if framing.along == "x" else (height, width)
    plane = plane if framing.along == "x" else np.ascontiguousarray(plane.T)
    window, start = framing.window // coarse, offset / coarse
    if framing.padded:
        tall = framing.along == "x" and target.height > target.width
        above = _ABOVE if tall else 0.5
        made = _on_backdrop(plane[:, int(start) : int(start) + window], shape, coarse, zero, above)
    else:
        made = _cropped(plane, start, window, shape)
    return np.ascontiguousarray(made.T) if framing.along == "y" else made


def _cropped(plane: Plane, start: float, window: float, shape: tuple[int, int]) -> Plane:
    """Columns from ``start`` on, to a fraction of a pixel, so that a slow crop doesn't jerk."""
    if start == int(start) and (window, plane.shape[0]) == shape:
        return plane[:, int(start) : int(start) + shape[0]]
    across, down = window / shape[0], plane.shape[0] / shape[1]
    # Pixels are squares: their centres lie half a pixel in.
    places = np.array([[across, 0, start + (across - 1) / 2], [0, down, (down - 1) / 2]], np.float64)
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(plane, places, shape, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _on_backdrop(part: Plane, shape: tuple[int, int], coarse: int, zero: int, above: float) -> Plane:
    """A part that is too wide for the frame, whole, over a blurred and darkened copy that fills it."""
    width, height = shape
    # Whole pairs of the picture's rows, above it and of it: its colours are half as fine.
    tall = 2 * round(part.shape[0] * width / part.shape[1] * coarse / 2) // coarse
    top = 2 * round((height - tall) * coarse * above / 2) // coarse
    filling = part.shape[0] * width / height
    left = (part.shape[1] - filling) / 2
    small = (max(2, width // 8), max(2, height // 8))
    blurred = cv2.GaussianBlur(_cropped(part, left, filling, small), (0, 0), _SOFT * max(small))
    backdrop = cv2.resize(blurred, shape, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    made = (zero + (backdrop - zero) * _DIM).round().astype(np.uint8)
    made[top : top + tall] = cv2.resize(part, (width, tall), interpolation=cv2.INTER_AREA)
    return made
