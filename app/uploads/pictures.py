"""Proof that a picture can be used: it is decoded once, whole."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image

from app.uploads.content import FileType
from app.uploads.refusal import UploadRefused

# As many as the cameras of telephones have; decoded 200 MB.
MOST_PIXELS = 50_000_000
# EXIF orientations that turn the picture on its side.
SIDEWAYS = {5, 6, 7, 8}

_DECODING_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    KeyError,
    EOFError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """The size in pixels as the picture is to be seen, and its EXIF orientation: 1 (upright) to 8."""

    width: int
    height: int
    orientation: int


def prove_picture(path: Path, name: str, kind: FileType) -> PictureFacts:
    """Decodes the picture.

    Raises:
        UploadRefused: it is damaged, cut short, animated, or has too many pixels.
    """
    try:
        with Image.open(path, formats=[kind.reader]) as image:
            _refuse_what_is_too_much(image, name)
            image.load()
            orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
            width, height = image.size
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(name, "far more than that") from error
    except _DECODING_ERRORS as error:
        raise _damaged(name, error) from error
    if orientation in SIDEWAYS:
        width, height = height, width
    return PictureFacts(width, height, orientation if orientation in range(1, 9) else 1)


def _refuse_what_is_too_much(image: Image.Image, name: str) -> None:
    # Known from the header, before anything is decoded.
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels(name, f"{width}x{height}")
    # A JPEG of several frames (MPO) is a still with a preview or a depth map.
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format in ("PNG", "WEBP"):
        raise UploadRefused(
            "animated", f"{name} is an animation", f"it has {frames} frames", "Give a still picture"
        )


def _too_many_pixels(name: str, size: str) -> UploadRefused:
    return UploadRefused(
        "too_many_pixels",
        f"{name} has too many pixels",
        f"it is {size}, and {MOST_PIXELS // 1_000_000} megapixels are allowed",
        "Scale it down; 4096 pixels on the longer side are plenty",
    )


def _damaged(name: str, error: Exception) -> UploadRefused:
    if "truncated" in str(error).lower():
        return UploadRefused(
            "truncated", f"{name} is not complete", "the picture ends early", "Copy or export it again, whole"
        )
    return UploadRefused(
        "damaged",
        f"{name} can't be decoded",
        "the picture is damaged",
        "Open it in an editor and export it again",
    )
