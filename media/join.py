"""Joining segments by copying packets: no picture is decoded, none is lost.

Every piece starts at a keyframe and ends before one (closed groups of pictures), so a range of
packets in decoding order is exactly a range of frames. Timestamps are not carried over but
written anew from the frame numbers; what could go wrong is a difference in the stream headers,
which are compared byte by byte.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.packet import Packet

from media.encoder import FPS, HOUSE
from media.errors import EncodingFailed
from media.files import translated_disk_errors

_TICK = HOUSE.timescale // FPS
_TIME_BASE = Fraction(1, HOUSE.timescale)
# B-frames with a pyramid need two frames of delay between decoding and showing.
_REORDER = 2


@dataclass(frozen=True)
class Piece:
    """Frames ``[first, first + frames)`` of a house-encoded file; a keyframe lies at both edges."""

    path: Path
    first: int
    frames: int


@dataclass(frozen=True)
class Track:
    """A file whose only stream goes beside the picture; ``language`` as ISO 639-2 has it."""

    path: Path
    language: str | None = None


def join(pieces: Sequence[Piece], tracks: Sequence[Track], destination: Path) -> None:
    """Write the pieces one after the other, with the tracks' packets, as a fast-start MP4.

    Raises:
        EncodingFailed: headers differ, or a piece's edge is not a keyframe.
        DiskFull: there is no room.
    """
    options = {"movflags": "+faststart", "video_track_timescale": str(HOUSE.timescale)}
    with translated_disk_errors(destination), av.open(str(destination), "w", options=options) as output:
        with av.open(str(pieces[0].path)) as first:
            template = first.streams.video[0]
            headers = bytes(template.codec_context.extradata or b"")
            video = output.add_stream_from_template(template)
        video.time_base = _TIME_BASE
        beside = [_Beside(track, output) for track in tracks]
        done = 0
        for piece in pieces:
            for order, packet in enumerate(_packets(piece, headers)):
                shown = _frame_number(packet) - piece.first
                packet.dts = (done + order - _REORDER) * _TICK
                packet.pts = (done + shown) * _TICK
                packet.duration = _TICK
                packet.time_base = _TIME_BASE
                packet.stream = video
                output.mux(packet)
            done += piece.frames
            for track in beside:
                track.mux_until(done / FPS)
        for track in beside:
            track.mux_until(float("inf"))
            track.close()


def _packets(piece: Piece, headers: bytes) -> Iterator[Packet]:
    """The piece's packets in decoding order."""
    with av.open(str(piece.path)) as source:
        stream = source.streams.video[0]
        if bytes(stream.codec_context.extradata or b"") != headers:
            raise _not_joinable(piece, "its H.264 headers differ from the first piece's")
        if piece.first:
            source.seek(piece.first * _TICK, stream=stream)
        shown: list[int] = []
        for packet in source.demux(stream):
            if not packet.size:
                continue
            number = _frame_number(packet)
            if number < piece.first and not shown:
                continue
            if number >= piece.first + piece.frames and packet.is_keyframe:
                break
            if not shown and not packet.is_keyframe:
                raise _not_joinable(piece, f"frame {number} is not a keyframe")
            shown.append(number)
            yield packet
    if sorted(shown) != list(range(piece.first, piece.first + piece.frames)):
        raise _not_joinable(
            piece, f"frames {piece.first} to {piece.first + piece.frames - 1} are not whole groups"
        )


def _frame_number(packet: Packet) -> int:
    return round(float((packet.pts or 0) * (packet.time_base or _TIME_BASE)) * FPS)


def _not_joinable(piece: Piece, why: str) -> EncodingFailed:
    return EncodingFailed(
        f"{piece.path.name} cannot be joined", why, "Normalise the clip for this timeline again"
    )


class _Beside:
    """Copies a track's packets, interleaved with the picture."""

    def __init__(self, track: Track, output: OutputContainer) -> None:
        self._source = av.open(str(track.path))
        stream = self._source.streams[0]
        self._output = output
        self._stream = output.add_stream_from_template(stream)
        if track.language:
            self._stream.metadata["language"] = track.language
        self._packets = (packet for packet in self._source.demux(stream) if packet.size)
        self._next: Packet | None = next(self._packets, None)

    def mux_until(self, seconds: float) -> None:
        while (packet := self._next) is not None and float(
            (packet.pts or 0) * (packet.time_base or 0)
        ) < seconds:
            packet.stream = self._stream
            self._output.mux(packet)
            self._next = next(self._packets, None)

    def close(self) -> None:
        self._source.close()
