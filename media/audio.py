"""The film's sound: one track for the whole programme, at −14 LUFS, encoded once.

Music is laid under it, and goes down where somebody speaks (``media.ducking``).

Loudness is set in two passes, measure then apply (EBU R 128), with a constant gain and a true-peak
limiter. ffmpeg's ``loudnorm`` does the same while peaks allow, but beyond that it silently becomes
a compressor; and neither knows what AAC adds to the peaks. So the encoded file is measured, and gain
and ceiling are corrected until it is right.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from media import ducking
from media.ducking import mix
from media.encoder import FPS, Run, run
from media.errors import EncodingFailed, SourceRejected
from media.files import digest, translated_disk_errors, written_whole
from media.hearing import RATE, decoding, empty, unreadable
from media.probe import Loudness, measure_loudness
from media.timeline import Timeline

TARGET_LUFS = -14.0
TOLERANCE_LU = 0.5
CEILING_DBTP = -1.0
_BITRATE = "192k"
_CORRECTIONS = 5
_CLOSE_LU = 0.1
_VERSION = 2


@dataclass(frozen=True)
class Sound:
    """The encoded track. ``loudness`` is None for a silent one."""

    path: Path
    loudness: Loudness | None
    warnings: tuple[str, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class _Mastering:
    gain_db: float
    ceiling_db: float


def make_sound(
    timeline: Timeline,
    assets: Mapping[str, Path],
    folder: Path,
    *,
    deadline_s: float,
    cancel: threading.Event | None = None,
) -> Sound:
    """Make the track of a film, or find it in ``folder`` if it was made before.

    Raises:
        SourceRejected: the music cannot be read or holds no sound.
        EncodingFailed, DeadlineExceeded, Cancelled, DiskFull: as ``encoder.run``.
    """
    facts = timeline.soundtrack.model_dump(exclude={"asset"}) if timeline.soundtrack else None
    voice = [part.model_dump(exclude={"asset"}) for part in timeline.voice]
    name = digest({"sound": facts, "voice": voice, "frames": timeline.frames, "version": _VERSION})
    track, notes = folder / f"{name}.m4a", folder / f"{name}.json"
    if track.exists() and notes.exists():
        return _remembered(track, notes)
    with translated_disk_errors(track):
        folder.mkdir(parents=True, exist_ok=True)
    desk = _Desk(timeline, folder / name, time.monotonic() + deadline_s, cancel)
    try:
        sound = desk.master(assets, track) if timeline.soundtrack or timeline.voice else desk.silence(track)
    finally:
        for left in (desk.bed, desk.looped, desk.music, desk.voice):
            left.unlink(missing_ok=True)
    with written_whole(notes) as temporary:
        loudness = sound.loudness.as_dict() if sound.loudness else None
        temporary.write_text(json.dumps({"loudness": loudness, "warnings": sound.warnings}))
    return sound


def _remembered(track: Path, notes: Path) -> Sound:
    found = json.loads(notes.read_text())
    loudness = Loudness(**found["loudness"]) if found["loudness"] else None
    return Sound(track, loudness, tuple(found["warnings"]), ())


class _Desk:
    """One film's sound in the making."""

    def __init__(self, timeline: Timeline, stem: Path, ends: float, cancel: threading.Event | None) -> None:
        self._timeline, self._ends, self._cancel = timeline, ends, cancel
        self._samples = timeline.frames * RATE // FPS
        self.bed = stem.with_suffix(".bed.wav")
        self.looped = stem.with_suffix(".loop.wav")
        self.music = stem.with_suffix(".music.wav")
        self.voice = stem.with_suffix(".voice.wav")
        self._runs: list[Run] = []

    def silence(self, track: Path, *warnings: str) -> Sound:
        with written_whole(track) as temporary:
            source = f"anullsrc=r={RATE}:cl=stereo,atrim=end_sample={self._samples}"
            self._run(["-f", "lavfi", "-i", source, *_aac(), str(temporary)])
        return Sound(track, None, warnings, tuple(self._runs))

    def master(self, assets: Mapping[str, Path], track: Path) -> Sound:
        measured, warnings = self._lay_bed(assets)
        if measured is None:
            return self.silence(track, *warnings)
        setting = _Mastering(TARGET_LUFS - measured.integrated_lufs, CEILING_DBTP - 0.5)
        heard = self._encode(setting, track)
        for _ in range(_CORRECTIONS):
            if _is_right(heard, _CLOSE_LU):
                break
            setting = _corrected(setting, heard)
            heard = self._encode(setting, track)
        return Sound(track, heard, (*warnings, *_shortfall(heard)), tuple(self._runs))

    def _lay_bed(self, assets: Mapping[str, Path]) -> tuple[Loudness | None, list[str]]:
        """Voice and music as they are mixed, at any level: its loudness, None for silence, and warnings."""
        warnings: list[str] = []
        heard: dict[Path, Loudness] = {}
        if soundtrack := self._timeline.soundtrack:
            self._lay_music(assets[soundtrack.asset], soundtrack.fade_in, soundtrack.fade_out)
            heard[self.music] = self._measure(self.music)
        if self._timeline.voice:
            self._lay_voice(assets)
            heard[self.voice] = self._measure(self.voice)
        for path, name in ((self.music, "music"), (self.voice, "voice")):
            if path in heard and heard[path].silent:
                del heard[path]
                warnings.append(f"the {name} is silent")
        if len(heard) == 2:
            self._mix(heard[self.music], heard[self.voice])
            return self._measure(self.bed), warnings
        if not heard:
            return None, [*warnings, "the film has a silent track"]
        ((path, measured),) = heard.items()
        path.replace(self.bed)
        return measured, warnings

    def _mix(self, music: Loudness, voice: Loudness) -> None:
        with translated_disk_errors(self.bed):
            mix(
                (self.music, ducking.REFERENCE_LUFS - ducking.MUSIC_BELOW_LU - music.integrated_lufs),
                (self.voice, ducking.REFERENCE_LUFS - voice.integrated_lufs),
                self.bed,
            )

    def _encode(self, setting: _Mastering, track: Path) -> Loudness:
        with written_whole(track) as temporary:
            self._run(["-i", str(self.bed), "-af", self._chain(setting), *_aac(), str(temporary)])
            return self._measure(temporary)

    def _lay_music(self, music: Path, fade_in: int, fade_out: int) -> None:
        """The music as the film's exact length of stereo samples, looped or trimmed, and faded."""
        pcm = ["-map_metadata", "-1", "-c:a", "pcm_f32le"]
        try:
            self._run([*decoding(music, self._samples), *pcm, str(self.looped)])
        except EncodingFailed as error:
            raise unreadable(music, error) from error
        if self.looped.stat().st_size < 2048:
            raise empty(music)
        fades = [f"atrim=end_sample={self._samples}"]
        if fade_in:
            fades.append(f"afade=t=in:ns={fade_in * RATE // FPS}")
        if fade_out:
            length = fade_out * RATE // FPS
            fades.append(f"afade=t=out:ss={self._samples - length}:ns={length}")
        self._run(
            ["-stream_loop", "-1", "-i", str(self.looped), "-af", ",".join(fades), *pcm, str(self.music)]
        )

    def _lay_voice(self, assets: Mapping[str, Path]) -> None:
        """What is spoken as the film's exact length of stereo samples, each part in its place."""
        parts = self._timeline.voice
        inputs = [argument for part in parts for argument in ("-i", str(assets[part.asset]))]
        chains = [
            f"[{index}:a:0]aresample={RATE},aformat=sample_fmts=flt:channel_layouts=stereo,"
            f"atrim=end_sample={part.frames * RATE // FPS},adelay={part.start * RATE // FPS}S:all=1[v{index}]"
            for index, part in enumerate(parts)
        ]
        together = "".join(f"[v{index}]" for index in range(len(parts)))
        chains.append(
            f"{together}amix=inputs={len(parts)}:normalize=0,apad=whole_len={self._samples},"
            f"atrim=end_sample={self._samples}[voice]"
        )
        pcm = ["-map_metadata", "-1", "-c:a", "pcm_f32le"]
        try:
            graph = ["-filter_complex", ";".join(chains), "-map", "[voice]"]
            self._run([*inputs, *graph, *pcm, str(self.voice)])
        except EncodingFailed as error:
            raise SourceRejected(
                "The voice cannot be read", error.cause, "Give an MP3, WAV or M4A file that plays"
            ) from error

    def _chain(self, setting: _Mastering) -> str:
        # Limiting at four times the rate holds the peaks between samples too (BS.1770, annex 2).
        ceiling = 10 ** (setting.ceiling_db / 20)
        return (
            f"volume={setting.gain_db:.3f}dB:precision=float,aresample={4 * RATE},"
            f"alimiter=limit={ceiling:.5f}:attack=2:release=60:level=false:latency=true,"
            f"aresample={RATE},atrim=end_sample={self._samples}"
        )

    def _measure(self, path: Path) -> Loudness:
        return measure_loudness(path, deadline_s=self._left())

    def _run(self, args: list[str]) -> None:
        self._runs.append(run(args, deadline_s=self._left(), cancel=self._cancel))

    def _left(self) -> float:
        return max(0.0, self._ends - time.monotonic())


def _aac() -> list[str]:
    return [
        "-c:a",
        "aac",
        "-b:a",
        _BITRATE,
        "-ar",
        str(RATE),
        "-ac",
        "2",
        "-map_metadata",
        "-1",
        "-movflags",
        "+faststart",
    ]


def _is_right(heard: Loudness, tolerance: float) -> bool:
    return abs(heard.integrated_lufs - TARGET_LUFS) <= tolerance and heard.true_peak_dbtp <= CEILING_DBTP


def _corrected(setting: _Mastering, heard: Loudness) -> _Mastering:
    over = heard.true_peak_dbtp - CEILING_DBTP
    corrected = replace(setting, gain_db=setting.gain_db + TARGET_LUFS - heard.integrated_lufs)
    return replace(corrected, ceiling_db=setting.ceiling_db - over - 0.1) if over > 0 else corrected


def _shortfall(heard: Loudness) -> tuple[str, ...]:
    if _is_right(heard, TOLERANCE_LU):
        return ()
    return (
        f"the sound reaches {heard.integrated_lufs:.1f} LUFS and {heard.true_peak_dbtp:.1f} dBTP, "
        f"not {TARGET_LUFS:.0f} and {CEILING_DBTP:.0f}: its peaks are too far above its body",
    )
