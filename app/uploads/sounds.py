"""Proof that a piece of sound can be used: it is decoded whole, and is as long as it says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition

from app.uploads.content import MP3, WAV, FileType
from app.uploads.refusal import UploadRefused

# Films last three minutes; this bounds the work on a file of 100 MB that declares a day of silence.
LONGEST_S = 3600
# Priming, padding and edit lists move the length by some frames of 1152 samples; a cut costs more.
TOLERANCE_S = 0.25

# ISO/IEC 11172-3, 2.4.2.3, and 13818-3, 2.4.2.3: kbit/s of layer III by the header's index.
_MPEG1_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_UNKNOWN_RIFF_SIZES = (0, 0xFFFFFFFF)


def prove_sound(path: Path, name: str, kind: FileType) -> float:
    """Decodes the sound and returns its length in seconds.

    An MP3 or ADTS file without a header of its length that was cut exactly between two frames can't be told
    from a whole one.

    Raises:
        UploadRefused: it is damaged or cut short, has no sound or pictures too, or lasts more than an hour.
    """
    if kind is WAV and _riff_is_cut(path):
        raise _truncated(name, "it is shorter than its header says")
    try:
        # The format is given, so that no playlist is followed to other files or hosts.
        with av.open(str(path), format=kind.reader, metadata_errors="replace") as container:
            _refuse_other_media(container, name)
            stream = container.streams.audio[0]
            declared = stream.duration * stream.time_base if stream.duration and stream.time_base else None
            decoded, last_packet = _decode(container, name)
    except FFmpegError as error:
        raise UploadRefused(
            "damaged",
            f"{name} can't be decoded",
            "it is damaged or cut short",
            "Copy or export it again, whole",
        ) from error
    if kind is MP3:
        if _frame_is_cut(last_packet):
            raise _truncated(name, "its last frame is not complete")
        # Without such a header FFmpeg guesses the length from the size of the file.
        declared = declared if _declares_length(path) else None
    if decoded == 0:
        raise _no_sound(name, "it has a length of 0 s")
    if declared and decoded < declared - TOLERANCE_S:
        raise _truncated(name, f"it says {float(declared):.1f} s and has {float(decoded):.1f} s")
    return float(decoded)


def _refuse_other_media(container: InputContainer, name: str) -> None:
    # A cover is a picture, and counts as a stream of video.
    if any(not stream.disposition & Disposition.attached_pic for stream in container.streams.video):
        raise UploadRefused(
            "video",
            f"{name} is a video",
            "only the sound of it could be used",
            "Give its sound alone as MP3 or M4A",
        )
    if not container.streams.audio:
        raise _no_sound(name, "it has no track of sound")


def _decode(container: InputContainer, name: str) -> tuple[Fraction, bytes]:
    """The length in seconds, and the last packet."""
    length, last = Fraction(0), b""
    for packet in container.demux(audio=0):
        if packet.size:
            last = bytes(packet)
        for frame in packet.decode():
            assert isinstance(frame, av.AudioFrame)
            length += Fraction(frame.samples, frame.sample_rate)
        if length > LONGEST_S:
            raise UploadRefused(
                "too_long",
                f"{name} is too long",
                f"it lasts more than {LONGEST_S // 60} minutes",
                "Cut out the part you want to hear",
            )
    return length, last


def _riff_is_cut(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(8)
    size = int.from_bytes(head[4:8], "little")
    # RF64 and encoders that write to a pipe leave the size open.
    return size not in _UNKNOWN_RIFF_SIZES and path.stat().st_size < size + 8


def _declares_length(path: Path) -> bool:
    """Whether an MP3's first frame is a Xing, Info or VBRI header."""
    with path.open("rb") as file:
        head = file.read(10)
        tag = 0
        if head.startswith(b"ID3"):
            # ID3v2 writes its size in four bytes of seven bits.
            for byte in head[6:10]:
                tag = tag << 7 | byte & 0x7F
            tag += 10
        file.seek(tag)
        frame = file.read(192)
    return any(word in frame for word in (b"Xing", b"Info", b"VBRI"))


def _frame_is_cut(frame: bytes) -> bool:
    """Whether an MP3's frame is shorter than its header says (ISO/IEC 11172-3, 2.4.3.1)."""
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
        return False
    version, index, rate_index, padding = (
        (frame[1] >> 3) & 3,
        frame[2] >> 4,
        (frame[2] >> 2) & 3,
        (frame[2] >> 1) & 1,
    )
    if index in (0, 15) or rate_index == 3 or version == 1:
        return False
    # Version 3 is MPEG-1; 2 halves its rates, and 0 (MPEG-2.5) quarters them.
    rate = (44_100, 48_000, 32_000)[rate_index] // {3: 1, 2: 2, 0: 4}[version]
    kbits = (_MPEG1_KBITS if version == 3 else _MPEG2_KBITS)[index]
    return len(frame) < (144 if version == 3 else 72) * kbits * 1000 // rate + padding


def _truncated(name: str, cause: str) -> UploadRefused:
    return UploadRefused("truncated", f"{name} is not complete", cause, "Copy or export it again, whole")


def _no_sound(name: str, cause: str) -> UploadRefused:
    return UploadRefused(
        "no_sound", f"{name} has no sound", cause, "Give an MP3, WAV or M4A file with sound in it"
    )
