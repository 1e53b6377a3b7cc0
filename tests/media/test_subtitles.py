"""Subtitles: as a track that says when and in which language, and drawn where nothing else stands."""

from pathlib import Path

import av
import numpy as np
import pytest
from pydantic import ValidationError

from media.compose import compose
from media.contrast import MINIMUM
from media.frames import frames_at
from media.lettering import letter
from media.plates import plate
from media.safe_area import Box, safe_area
from media.subtitles import webvtt
from media.timeline import Cue, Size, Subtitles, TextOverlay
from tests.media.films import film

SUBTITLES = Subtitles(
    language="deu",
    cues=(
        Cue(text="Grüße & <Küsse>", start=10, frames=30),
        Cue(text="Zwei\nZeilen", start=60, frames=45),
        Cue(text="Ende", start=170, frames=45),
    ),
)


def read_back(path: Path) -> list[tuple[float, float, str]]:
    """Begin and end in seconds, and the text, of every subtitle that is not empty."""
    found: list[tuple[float, float, str]] = []
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        for packet in container.demux(stream):
            data = bytes(packet)
            if not packet.size or packet.pts is None:
                continue
            # 3GPP TS 26.245: two bytes of length, then UTF-8; styles may follow.
            length = int.from_bytes(data[:2], "big")
            if length:
                start = float(packet.pts * (stream.time_base or 0))
                end = start + float((packet.duration or 0) * (stream.time_base or 0))
                found.append((start, end, data[2 : 2 + length].decode()))
    return found


def test_the_track_has_every_cue_at_its_time_in_its_language(clips, assets, tmp_path: Path) -> None:
    composed = compose(
        film(subtitles=SUBTITLES), clips, tmp_path / "film.mp4", assets=assets, workdir=tmp_path / "work"
    )
    assert composed.segments.copied == 4
    assert composed.probe.monotonic
    with av.open(str(tmp_path / "film.mp4")) as container:
        (stream,) = container.streams.subtitles
        assert (stream.codec_context.name, stream.metadata["language"]) == ("mov_text", "deu")
        assert [found.type for found in container.streams] == ["video", "audio", "subtitle"]
    times = [(cue.start / 30, (cue.start + cue.frames) / 30, cue.text) for cue in SUBTITLES.cues]
    for found, wanted in zip(read_back(tmp_path / "film.mp4"), times, strict=True):
        assert found[:2] == pytest.approx(wanted[:2], abs=0.002)
        assert found[2] == wanted[2]


def test_webvtt_is_escaped_and_read_by_ffmpeg(tmp_path: Path) -> None:
    text = webvtt(SUBTITLES)
    assert text.startswith("WEBVTT\n\n00:00:00.333 --> 00:00:01.333\nGrüße &amp; &lt;Küsse&gt;\n\n")
    (tmp_path / "film.vtt").write_text(text)
    with av.open(str(tmp_path / "film.vtt")) as container:
        packets = [packet for packet in container.demux() if packet.size]
    assert [float((packet.pts or 0) * (packet.time_base or 0)) for packet in packets] == [0.333, 2.0, 5.667]


def test_another_subtitle_renders_only_what_it_is_seen_on(clips, assets, tmp_path: Path) -> None:
    def with_subtitle(text: str) -> list[TextOverlay]:
        return [*film().overlays, TextOverlay(kind="subtitle", text=text, start=145, frames=25)]  # pyright: ignore

    work = tmp_path / "work"
    counts = [
        compose(
            film(overlays=with_subtitle(text)), clips, tmp_path / "film.mp4", assets=assets, workdir=work
        ).segments
        for text in ("First", "Second")
    ]
    assert counts[1].rendered == 1
    assert counts[1].reused == counts[0].rendered - 1
    (shown, hidden) = frames_at(tmp_path / "film.mp4", [150, 180])
    dark = [int((picture[110:135, 100:156] < 70).all(axis=2).sum()) for picture in (shown, hidden)]
    assert dark[0] > 200 > dark[1]


@pytest.mark.parametrize("aspect", ["16:9", "9:16", "1:1"])
def test_a_plate_is_in_the_safe_area_readable_and_clear_of_other_words(aspect) -> None:
    size = Size.for_aspect(aspect)
    alone = plate("Glide through the morning, and arrive fresh.", size=size)
    assert alone.warnings == ()
    assert alone.legibility is not None
    assert alone.legibility.ratio >= MINIMUM
    assert safe_area(size).contains(alone.box)
    ground = np.full((1, size.height, size.width, 3), 90, np.uint8)
    button = letter("cta", "Book a test ride", size=size, ground=ground)
    beside = plate("Glide through the morning, and arrive fresh.", size=size, occupied=[button.box])
    assert not beside.box.overlaps(button.box)
    assert safe_area(size).contains(beside.box)


def test_a_plate_without_a_letter_that_can_be_drawn_says_so() -> None:
    drawn = plate("\U000f0000", size=Size.for_aspect("1:1"))
    assert drawn.pictures == ()
    assert "no font has" in drawn.warnings[0]
    assert isinstance(drawn.box, Box)


def test_cues_come_one_at_a_time_and_end_with_the_film() -> None:
    first = Cue(text="One", start=0, frames=30)
    with pytest.raises(ValidationError, match="begins before the one before it ends"):
        Subtitles(language="eng", cues=(first, first))
    late = Subtitles(language="eng", cues=(Cue(text="Late", start=200, frames=30),))
    with pytest.raises(ValidationError, match="the subtitle at frame 200 ends at frame 230"):
        film(subtitles=late)
