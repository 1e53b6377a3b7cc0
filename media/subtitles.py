"""Subtitles as text: a WebVTT file, and a track for the MP4."""

import html
import threading
from pathlib import Path

from media.encoder import FPS, run
from media.files import written_whole
from media.timeline import Subtitles


def webvtt(subtitles: Subtitles) -> str:
    """The subtitles as WebVTT (W3C), which browsers read beside a video."""
    blocks = [
        f"{_moment(cue.start)} --> {_moment(cue.start + cue.frames)}\n{html.escape(cue.text, quote=False)}"
        for cue in subtitles.cues
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def make_track(
    subtitles: Subtitles, destination: Path, *, deadline_s: float, cancel: threading.Event | None = None
) -> None:
    """Write an MP4 with nothing but the subtitles, as 3GPP timed text (ffmpeg's ``mov_text``).

    Raises:
        EncodingFailed, DeadlineExceeded, Cancelled, DiskFull: as ``encoder.run``.
    """
    text = destination.with_suffix(".vtt")
    with written_whole(destination) as temporary:
        text.write_text(webvtt(subtitles), encoding="utf-8")
        try:
            run(
                ["-i", str(text), "-c:s", "mov_text", "-map_metadata", "-1", str(temporary)],
                deadline_s=deadline_s,
                cancel=cancel,
            )
        finally:
            text.unlink()


def _moment(frame: int) -> str:
    """``HH:MM:SS.mmm`` of a film frame."""
    milliseconds = round(frame * 1000 / FPS)
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{thousandths:03d}"
