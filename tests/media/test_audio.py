"""The film's sound: loudness and true peak after encoding, whatever the music."""

from pathlib import Path

import av
import pytest

from media.audio import RATE, make_sound
from media.encoder import FPS, run
from media.errors import SourceRejected
from media.probe import measure_loudness
from media.timeline import Soundtrack, Timeline
from tests.media.films import film

LENGTH = 215 * RATE // FPS
BEAT = "0.5*sin(110*2*PI*t)*exp(-6*mod(t,0.5))+0.2*sin(880*2*PI*t)*exp(-20*mod(t,0.25))"


def music(path: Path, expression: str, *, rate: int = 44100, seconds: float = 9.0) -> Path:
    """Sound from one expression per channel, joined by ``|``."""
    run(["-f", "lavfi", "-i", f"aevalsrc='{expression}':s={rate}:d={seconds}", str(path)], deadline_s=60)
    return path


def samples(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


@pytest.mark.parametrize(
    ("name", "expression", "rate", "seconds"),
    [
        ("stereo.mp3", f"{BEAT}|{BEAT}", 44100, 9.0),
        ("mono-and-short.wav", BEAT, 22050, 0.7),
        ("quiet.wav", f"0.002*({BEAT})|0.002*({BEAT})", 48000, 9.0),
        ("hot.m4a", "1.4*sin(997*2*PI*t)+0.5*random(0)|1.4*sin(997*2*PI*t)", 48000, 9.0),
        ("ninety-six.wav", f"{BEAT}|{BEAT}", 96000, 3.0),
        ("peaks.wav", "0.9*sin(60*2*PI*t)*exp(-30*mod(t,1))+0.04*sin(500*2*PI*t)", 48000, 9.0),
    ],
)
def test_loudness_and_peak_after_encoding(
    tmp_path: Path, name: str, expression: str, rate: int, seconds: float
) -> None:
    source = music(tmp_path / name, expression, rate=rate, seconds=seconds)
    sound = make_sound(film(), {"music": source}, tmp_path, deadline_s=60)
    heard = measure_loudness(sound.path)
    assert heard.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert heard.true_peak_dbtp <= -1.0
    assert sound.loudness == heard
    assert sound.warnings == ()
    # AAC comes in blocks of 1024 samples; the container's edit list trims the last one.
    assert LENGTH <= samples(sound.path) < LENGTH + 1024
    with av.open(str(sound.path)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.codec_context.channels) == ("aac", RATE, 2)


def test_silent_music_is_silence_and_a_warning(tmp_path: Path) -> None:
    sound = make_sound(film(), {"music": music(tmp_path / "silent.wav", "0|0")}, tmp_path, deadline_s=60)
    assert sound.loudness is None
    assert "silent" in sound.warnings[0]
    assert LENGTH <= samples(sound.path) < LENGTH + 1024


def test_fades_begin_and_end_in_silence(tmp_path: Path) -> None:
    steady = music(tmp_path / "steady.wav", "0.3*sin(440*2*PI*t)", rate=48000)
    soundtrack = Soundtrack(asset="music", address="s", fade_in=30, fade_out=60)
    sound = make_sound(film(soundtrack=soundtrack), {"music": steady}, tmp_path, deadline_s=60)
    with av.open(str(sound.path)) as container:
        blocks = [float(abs(frame.to_ndarray()).max()) for frame in container.decode(audio=0)]
    middle = len(blocks) // 2
    assert blocks[1] < 0.2 * blocks[middle]
    assert blocks[-3] < 0.2 * blocks[middle]
    assert blocks[middle - 40] == pytest.approx(blocks[middle], rel=0.1)


def test_made_once_is_not_made_again(tmp_path: Path) -> None:
    source = music(tmp_path / "music.wav", BEAT)
    first = make_sound(film(), {"music": source}, tmp_path, deadline_s=60)
    again = make_sound(film(), {"music": source}, tmp_path, deadline_s=60)
    assert (again.path, again.loudness, again.runs) == (first.path, first.loudness, ())
    louder = Timeline.model_validate(
        film().model_dump() | {"soundtrack": {"asset": "music", "address": "new"}}
    )
    assert make_sound(louder, {"music": source}, tmp_path, deadline_s=60).path != first.path


@pytest.mark.parametrize(
    "content", [b"", b"text that claims to be music", b"ID3\x03\x00\x00\x00\x00\x00\x00"]
)
def test_unreadable_music_is_refused(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "music.mp3"
    source.write_bytes(content)
    with pytest.raises(SourceRejected, match=r"music\.mp3"):
        make_sound(film(), {"music": source}, tmp_path / "work", deadline_s=60)
    assert not [path for path in (tmp_path / "work").iterdir() if path.suffix in {".wav", ".m4a"}]


def test_a_video_without_sound_is_refused_as_music(tmp_path: Path, clips: dict[str, Path]) -> None:
    with pytest.raises(SourceRejected, match="music"):
        make_sound(film(), {"music": clips["red"]}, tmp_path, deadline_s=60)
