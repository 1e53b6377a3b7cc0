"""What users give us: proven to be what it has to be before anything uses it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.uploads.content import HEAD_BYTES, PICTURES, SOUNDS, FileType, description, file_type
from app.uploads.pictures import prove_picture
from app.uploads.refusal import UploadRefused, safe_name, shown
from app.uploads.sounds import prove_sound

__all__ = [
    "LARGEST_BYTES",
    "ProvenUpload",
    "UploadKind",
    "UploadRefused",
    "prove_upload",
    "refuse_larger",
    "safe_name",
]

UploadKind = Literal["logo", "image", "music", "audio"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class ProvenUpload:
    """A file that can be used.

    Attributes:
        extension: that of its content, without a dot.
        sha256: in hex, of the file.
        width, height: pixels of a picture as it is to be seen, turned by its EXIF orientation.
        orientation: EXIF's, 1 (upright) to 8; None for sound.
        duration_s: length of a piece of sound.
    """

    content_type: str
    extension: str
    size_bytes: int
    sha256: str
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Demand:
    """What a use asks of a file; `words` are its types with their article."""

    types: frozenset[FileType]
    words: str
    limit_bytes: int


_PICTURE = _Demand(PICTURES, "a PNG, JPEG or WebP picture", 50 * _MIB)
_SOUND = _Demand(SOUNDS, "an MP3, WAV, M4A or AAC file", 100 * _MIB)
_DEMANDS: dict[UploadKind, _Demand] = {"logo": _PICTURE, "image": _PICTURE, "music": _SOUND, "audio": _SOUND}

LARGEST_BYTES = max(demand.limit_bytes for demand in _DEMANDS.values())
"""The size of the largest file of any kind."""


def prove_upload(path: Path, *, filename: str, kind: UploadKind) -> ProvenUpload:
    """Decodes the file once, whole. Its content decides what it is; its name is only shown.

    Raises:
        UploadRefused: it can't be used; says so in one sentence that a user can act on.
    """
    name, demand = shown(filename), _DEMANDS[kind]
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                raise UploadRefused("empty", f"{name} is empty", "it has 0 bytes", _give(demand))
            refuse_larger(size, filename, kind)
            head = file.read(HEAD_BYTES)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found = file_type(head)
        if found is None or found not in demand.types:
            raise _wrong_type(name, demand, description(path, head))
        if found in PICTURES:
            facts = prove_picture(path, name, found)
            return ProvenUpload(
                found.content_type,
                found.extension,
                size,
                digest,
                facts.width,
                facts.height,
                facts.orientation,
            )
        duration_s = prove_sound(path, name, found)
    except OSError as error:
        raise UploadRefused(
            "unreadable", f"{name} can't be read", (error.strerror or str(error)).lower(), "Check the path"
        ) from error
    return ProvenUpload(found.content_type, found.extension, size, digest, duration_s=duration_s)


def refuse_larger(size: int, filename: str, kind: UploadKind) -> None:
    """To be asked while a file comes in.

    Raises:
        UploadRefused: `size` bytes are more than one of this kind may have.
    """
    demand = _DEMANDS[kind]
    if size > demand.limit_bytes:
        raise UploadRefused(
            "too_large",
            f"{shown(filename)} is too large",
            f"it has more than the {demand.limit_bytes // _MIB} MB that are allowed",
            _give(demand),
        )


def _wrong_type(name: str, demand: _Demand, content: str) -> UploadRefused:
    return UploadRefused(
        "wrong_type", f"{name} is not {demand.words}", f"its content is {content}", _give(demand)
    )


def _give(demand: _Demand) -> str:
    return f"Give {demand.words} of at most {demand.limit_bytes // _MIB} MB"
