"""What a file is, by its content alone."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import puremagic

HEAD_BYTES = 4096
# Below this puremagic's matches rest on a byte or two.
LEAST_CONFIDENCE = 0.4
# Pictures that share their container with MP4.
PICTURE_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file that is taken.

    Attributes:
        label: how a sentence calls it, with its article.
        reader: the name by which Pillow, or FFmpeg for sound, knows the format.
    """

    label: str
    extension: str
    content_type: str
    reader: str


PNG = FileType("a PNG picture", "png", "image/png", "PNG")
JPEG = FileType("a JPEG picture", "jpg", "image/jpeg", "JPEG")
WEBP = FileType("a WebP picture", "webp", "image/webp", "WEBP")
MP3 = FileType("MP3 sound", "mp3", "audio/mpeg", "mp3")
WAV = FileType("WAV sound", "wav", "audio/wav", "wav")
M4A = FileType("an MP4 file", "m4a", "audio/mp4", "mov")
AAC = FileType("AAC sound", "aac", "audio/aac", "aac")

PICTURES = frozenset({PNG, JPEG, WEBP})
SOUNDS = frozenset({MP3, WAV, M4A, AAC})


def file_type(head: bytes) -> FileType | None:
    """The type that the first bytes of a file tell of; None for one that is never taken."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return None if head[8:12] in PICTURE_BRANDS else M4A
    if head.startswith(b"ID3"):
        return MP3
    # Eleven or twelve bits of synchronisation, then the layer: III is MP3, none is AAC (ADTS).
    if len(head) > 1 and head[0] == 0xFF:
        if head[1] & 0xE6 == 0xE2:
            return MP3
        if head[1] & 0xF6 == 0xF0:
            return AAC
    return None


def description(path: Path, head: bytes) -> str:
    """What the content is, to end the sentence "its content is …"."""
    if known := file_type(head):
        return known.label
    try:
        matches = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError):
        matches = []
    best = matches[0] if matches and matches[0].confidence >= LEAST_CONFIDENCE else None
    # The first words of a text can pass for a signature; of texts only pictures (SVG) are worth a name.
    if _is_text(head) and not (best and best.mime_type.startswith("image/")):
        return "plain text"
    return f"of the type {best.name.strip()!r}" if best else "of no type we know"


def _is_text(head: bytes) -> bool:
    try:
        # Not final: the head may end within a character.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n\f\ufeff" for character in text)
