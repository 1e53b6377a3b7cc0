"""What a media file really holds, read with PyAV; and whether that is what was asked for."""

import re
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import av.logging
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from media.encoder import run
from media.errors import EncodingFailed, ProbeFailed, SourceRejected

_BT709 = 1
_COLOUR_NAMES = {_BT709: "bt709"}


@dataclass(frozen=True)
class Probe:
    """A media file as it is. Durations in seconds, keyframes as frame numbers.

    ``width`` and ``height`` are of the coded picture. ``decode_errors`` counts refused packets
    and frames the decoder marked corrupt; it is 0 too when the file was not decoded.
    """

    frames: int
    duration_s: float
    fps: float
    width: int
    height: int
    pixel_format: str
    codec: str
    profile: str
    colour: tuple[str, str, str, str]
    """Primaries, transfer, matrix, range; ``unknown`` where the file does not say."""
    monotonic: bool
    decode_errors: int
    faststart: bool
    keyframes: tuple[int, ...]
    extradata: bytes
    audio_codec: str | None
    audio_rate: int | None
    audio_channels: int | None
    audio_duration_s: float | None


@dataclass(frozen=True)
class Expectation:
    """What a file must be; ``None`` means that it does not matter."""

    frames: int
    width: int
    height: int
    audio: bool | None = None
    faststart: bool = True


def probe(
    path: Path, *, decode: bool = True, on_picture: Callable[[av.VideoFrame], None] | None = None
) -> Probe:
    """Read a video's facts, decoding every frame of picture and sound unless told not to.

    Args:
        on_picture: called with each decoded picture, in the order of showing.

    Raises:
        SourceRejected: the file cannot be opened, or holds no picture.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise SourceRejected(
                    f"{path.name} is not a video", "it holds no video stream", "Give a video file"
                )
            return _probe(path, container, decode, on_picture)
    except (av.error.FFmpegError, OSError) as error:
        raise SourceRejected(
            f"{path.name} cannot be read", str(error), "Check that the file is whole and a video"
        ) from error


def _probe(
    path: Path, container: Any, decode: bool, on_picture: Callable[[av.VideoFrame], None] | None
) -> Probe:
    video: VideoStream = container.streams.video[0]
    audio: AudioStream | None = container.streams.audio[0] if container.streams.audio else None
    video.thread_type = "AUTO"
    tally = _Tally(on_picture)
    streams = [stream for stream in (video, audio) if stream is not None]
    for packet in container.demux(streams):
        tally.take(packet, decode)
    context = video.codec_context
    rate = video.average_rate or Fraction(0)
    return Probe(
        frames=tally.decoded if decode else tally.packets,
        duration_s=float((container.duration or 0) / av.time_base),
        fps=float(rate),
        width=context.width,
        height=context.height,
        pixel_format=context.pix_fmt or "unknown",
        codec=context.name,
        profile=str(context.profile or "unknown"),
        colour=(
            _colour(context.color_primaries),
            _colour(context.color_trc),
            _colour(context.colorspace),
            {1: "tv", 2: "pc"}.get(int(context.color_range), "unknown"),
        ),
        monotonic=tally.monotonic,
        decode_errors=tally.errors,
        faststart=_moov_first(path),
        keyframes=tally.keyframes(),
        extradata=bytes(context.extradata or b""),
        audio_codec=audio.codec_context.name if audio else None,
        audio_rate=audio.codec_context.sample_rate if audio else None,
        audio_channels=audio.codec_context.channels if audio else None,
        audio_duration_s=_audio_seconds(audio, tally) if audio else None,
    )


class _Tally:
    """Counts what passes while a file is read once."""

    def __init__(self, on_picture: Callable[[av.VideoFrame], None] | None) -> None:
        self._on_picture = on_picture
        self.packets = self.decoded = self.errors = self.samples = 0
        self.monotonic = True
        self._last_dts: dict[int, int] = {}
        self._shown: list[int] = []
        self._key_times: list[int] = []

    def take(self, packet: Any, decode: bool) -> None:
        is_video = packet.stream.type == "video"
        if packet.size:
            self._order(packet)
            if is_video:
                self.packets += 1
                self._shown.append(packet.pts)
                if packet.is_keyframe:
                    self._key_times.append(packet.pts)
        if not decode:
            return
        try:
            for frame in packet.decode():
                self.errors += bool(frame.is_corrupt)
                if is_video:
                    self.decoded += 1
                    if self._on_picture:
                        self._on_picture(frame)
                else:
                    self.samples += frame.samples
        except av.error.FFmpegError:
            self.errors += 1

    def _order(self, packet: Any) -> None:
        last = self._last_dts.get(packet.stream.index)
        if packet.dts is None or packet.pts is None or (last is not None and packet.dts <= last):
            self.monotonic = False
        else:
            self._last_dts[packet.stream.index] = packet.dts

    def keyframes(self) -> tuple[int, ...]:
        order = {time: index for index, time in enumerate(sorted(t for t in self._shown if t is not None))}
        return tuple(order[time] for time in self._key_times if time is not None)


def _audio_seconds(stream: AudioStream, tally: _Tally) -> float | None:
    if tally.samples:
        return tally.samples / stream.codec_context.sample_rate
    if stream.duration is None or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)


def _colour(value: int) -> str:
    return _COLOUR_NAMES.get(int(value), "unknown" if int(value) in (0, 2) else str(int(value)))


def _moov_first(path: Path) -> bool:
    """Whether the MP4's index lies before its media data (ISO/IEC 14496-12, 4.2: box headers)."""
    with path.open("rb") as file:
        while len(header := file.read(8)) == 8:
            size, name = struct.unpack(">I4s", header)
            if name in (b"moov", b"mdat"):
                return name == b"moov"
            if size == 1:
                size = struct.unpack(">Q", file.read(8))[0] - 8
            if size < 8:
                return False
            file.seek(size - 8, 1)
    return False


def differences(found: Probe, expected: Expectation) -> list[str]:
    """Every way in which a file is not the house's encoding of what was asked for."""
    facts: list[tuple[str, Any, Any]] = [
        ("frames", found.frames, expected.frames),
        ("width", found.width, expected.width),
        ("height", found.height, expected.height),
        ("codec", found.codec, "h264"),
        ("profile", found.profile, "High"),
        ("pixel format", found.pixel_format, "yuv420p"),
        ("frames per second", round(found.fps, 6), 30.0),
        ("colour", found.colour, ("bt709", "bt709", "bt709", "tv")),
        ("monotonic timestamps", found.monotonic, True),
        ("decode errors", found.decode_errors, 0),
        ("faststart", found.faststart, True if expected.faststart else found.faststart),
    ]
    if expected.audio is not None:
        facts.append(("audio codec", found.audio_codec, "aac" if expected.audio else None))
    if expected.audio:
        facts += [("audio rate", found.audio_rate, 48000), ("audio channels", found.audio_channels, 2)]
    wrong = [f"{name} is {value!r}, not {wanted!r}" for name, value, wanted in facts if value != wanted]
    wanted_s = expected.frames / 30
    for name, seconds in (("duration", found.duration_s), ("audio duration", found.audio_duration_s)):
        if seconds is not None and abs(seconds - wanted_s) > 1 / 30:
            wrong.append(f"{name} is {seconds:.3f} s, not {wanted_s:.3f} s")
    return wrong


def verify(found: Probe, expected: Expectation) -> None:
    """Raise :class:`ProbeFailed` naming every difference, if there is one."""
    if wrong := differences(found, expected):
        raise ProbeFailed(
            "The finished file is not what was asked for",
            "; ".join(wrong),
            "Report it with the timeline: the engine should never write such a file",
        )


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP (ITU-R BS.1770, EBU R 128)."""

    integrated_lufs: float
    true_peak_dbtp: float

    @property
    def silent(self) -> bool:
        """Whether everything lies below the absolute gate of −70 LUFS."""
        return self.integrated_lufs <= -69.9

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def measure_loudness(path: Path, *, deadline_s: float = 300.0) -> Loudness:
    """Measure a file's first audio stream with ffmpeg's ``ebur128``.

    Raises:
        EncodingFailed: the file has no readable sound.
    """
    args = ["-loglevel", "info", "-i", str(path), "-map", "0:a:0", "-af", "ebur128=peak=true:framelog=quiet"]
    finished = run([*args, "-f", "null", "-"], deadline_s=deadline_s)
    _, _, summary = finished.stderr_tail.rpartition("Summary:")
    integrated = re.search(r"I:\s+(\S+) LUFS", summary)
    peak = re.search(r"Peak:\s+(\S+) dBFS", summary)
    if not integrated or not peak:
        raise EncodingFailed(
            "Loudness could not be measured", f"{path.name} gave no summary", "Check that it has sound"
        )
    return Loudness(float(integrated[1].replace("nan", "-inf")), float(peak[1].replace("nan", "-inf")))
