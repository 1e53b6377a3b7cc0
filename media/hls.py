"""A film as a stream: HTTP Live Streaming (RFC 8216) in fragmented MP4, by copying packets.

No picture is encoded again: segments begin at the film's own keyframes, which lie at its cuts.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

from media.encoder import FPS, run
from media.subtitles import webvtt
from media.timeline import Subtitles

MASTER = "master.m3u8"
SEGMENT_S = 4
"""A segment ends at the first keyframe after so many seconds; no film goes longer than ten without one."""

_FILM, _SUBTITLES, _TEXT = "film.m3u8", "subtitles.m3u8", "subtitles.vtt"
# A fragmented MP4 keeps no edit list: the film begins with the delay that B-frames need.
_DELAY_FRAMES = 2
_MPEG_CLOCK = 90_000


@dataclass(frozen=True)
class StreamFile:
    """A file of a stream, by the name that its playlists use."""

    path: Path
    content_type: str

    @property
    def name(self) -> str:
        return self.path.name


_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt",
}


def make_stream(
    video: Path,
    folder: Path,
    *,
    subtitles: Subtitles | None = None,
    frames: int,
    deadline_s: float = 300.0,
    cancel: threading.Event | None = None,
) -> tuple[StreamFile, ...]:
    """Write a film's stream into an empty folder; its playlists come last, the master playlist at the end.

    Args:
        video: the finished MP4, ``frames`` frames long.
        subtitles: offered beside the film, to be switched on.

    Raises:
        EncodingFailed, DeadlineExceeded, Cancelled, DiskFull: as ``encoder.run``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    muxer = ["-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_playlist_type", "vod"]
    muxer += ["-hls_flags", "independent_segments", "-hls_segment_type", "fmp4"]
    muxer += [
        "-hls_fmp4_init_filename",
        "init.mp4",
        "-hls_segment_filename",
        str(folder / "segment_%03d.m4s"),
    ]
    source = ["-i", str(video), "-map", "0:v:0", "-map", "0:a:0", "-c", "copy"]
    run(
        [*source, *muxer, "-master_pl_name", MASTER, str(folder / _FILM)],
        deadline_s=deadline_s,
        cancel=cancel,
    )
    if subtitles:
        _add_subtitles(folder, subtitles, frames)
    found = sorted(
        folder.iterdir(), key=lambda path: (path.name == MASTER, path.suffix == ".m3u8", path.name)
    )
    return tuple(StreamFile(path, _TYPES[path.suffix]) for path in found)


def _add_subtitles(folder: Path, subtitles: Subtitles, frames: int) -> None:
    """One segment of text as long as the film, named by the master playlist."""
    clock = f"X-TIMESTAMP-MAP=MPEGTS:{_DELAY_FRAMES * _MPEG_CLOCK // FPS},LOCAL:00:00:00.000"
    text = webvtt(subtitles).replace("WEBVTT\n", f"WEBVTT\n{clock}\n", 1)
    (folder / _TEXT).write_text(text, encoding="utf-8")
    seconds = frames / FPS
    (folder / _SUBTITLES).write_text(
        "#EXTM3U\n#EXT-X-VERSION:7\n"
        f"#EXT-X-TARGETDURATION:{-(-frames // FPS)}\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        f"#EXTINF:{seconds:.6f},\n{_TEXT}\n#EXT-X-ENDLIST\n"
    )
    media = (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="{subtitles.language}",'
        f'LANGUAGE="{subtitles.language}",DEFAULT=NO,AUTOSELECT=YES,URI="{_SUBTITLES}"\n'
    )
    master = folder / MASTER
    offered = master.read_text().replace(
        "#EXT-X-STREAM-INF:", f'{media}#EXT-X-STREAM-INF:SUBTITLES="subtitles",'
    )
    master.write_text(offered)
