"""A stream has the film's own pictures, cut at its keyframes, and its subtitles beside it."""

from pathlib import Path

import av
import numpy as np

from media.compose import compose
from media.hls import MASTER, make_stream
from media.timeline import Cue, Subtitles
from tests.media.films import film

SUBTITLES = Subtitles(language="eng", cues=(Cue(text="Hello", start=30, frames=60),))


def pictures(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [hash(frame.to_ndarray().tobytes()) for frame in container.decode(video=0)]


def test_a_stream_shows_and_sounds_like_the_film(clips, assets, tmp_path: Path) -> None:
    video = tmp_path / "film.mp4"
    timeline = film(subtitles=SUBTITLES)
    compose(timeline, clips, video, assets=assets, workdir=tmp_path / "work")
    files = make_stream(video, tmp_path / "hls", subtitles=SUBTITLES, frames=timeline.frames)
    names = [file.name for file in files]
    assert names[-1] == MASTER
    assert names[:2] == ["init.mp4", "segment_000.m4s"]
    assert [file.content_type for file in files if file.name.endswith("m3u8")] == [
        "application/vnd.apple.mpegurl"
    ] * 3
    assert pictures(tmp_path / "hls" / MASTER) == pictures(video)
    with av.open(str(tmp_path / "hls" / "film.m3u8")) as stream, av.open(str(video)) as source:
        heard, meant = (
            np.concatenate([frame.to_ndarray()[0] for frame in one.decode(audio=0)])
            for one in (stream, source)
        )
    # Without an edit list the encoder's priming is heard, too: 1024 samples of nothing.
    assert np.abs(heard[1024:200_000] - meant[: 200_000 - 1024]).max() < 1e-4
    master = (tmp_path / "hls" / MASTER).read_text()
    assert 'CODECS="avc1.640' in master
    assert 'SUBTITLES="subtitles"' in master
    assert 'LANGUAGE="eng"' in master
    assert (
        "MPEGTS:6000,LOCAL:00:00:00.000\n\n00:00:01.000 -->" in (tmp_path / "hls/subtitles.vtt").read_text()
    )


def test_without_subtitles_none_are_offered(clips, tmp_path: Path) -> None:
    video = tmp_path / "film.mp4"
    compose(film(soundtrack=None), clips, video, workdir=tmp_path / "work")
    names = [file.name for file in make_stream(video, tmp_path / "hls", frames=215)]
    assert "subtitles.m3u8" not in names
    assert "SUBTITLES" not in (tmp_path / "hls" / MASTER).read_text()
