"""What is heard of a piece of music is what the film plays, to a few samples, whatever holds it."""

from pathlib import Path

import numpy as np
import pytest

from media.audio import make_sound
from media.encoder import FPS, run
from media.errors import SourceRejected
from media.hearing import RATE, decoding, hear
from tests.media.films import film

CLICKS = "0.7*sin(1500*2*PI*t)*exp(-90*mod(t,0.61))"


def clicks(path: Path, seconds: float) -> Path:
    run(["-f", "lavfi", "-i", f"aevalsrc='{CLICKS}':s=44100:d={seconds}", str(path)], deadline_s=60)
    return path


@pytest.mark.parametrize("name", ["whole.wav", "whole.mp3", "whole.m4a", "short.mp3"])
def test_it_lies_where_the_film_plays_it(tmp_path: Path, name: str) -> None:
    music = clicks(tmp_path / name, 9.0 if name.startswith("whole") else 2.9)
    timeline = film()
    heard = hear(music, timeline.frames, tmp_path, deadline_s=60)
    assert len(heard) == timeline.frames * RATE // FPS
    sound = make_sound(timeline, {"music": music}, tmp_path, deadline_s=60)
    run([*decoding(sound.path, len(heard)), "-f", "f32le", str(tmp_path / "played")], deadline_s=60)
    played = np.fromfile(tmp_path / "played", np.float32).reshape(-1, 2).mean(axis=1)
    middle = slice(RATE, len(heard) - 3 * RATE)
    shifts = range(-40, 41)
    alike = [float(np.dot(heard[middle], np.roll(played, shift)[middle])) for shift in shifts]
    assert abs(shifts[int(np.argmax(alike))]) <= 2


@pytest.mark.parametrize("content", [b"", b"no music"])
def test_what_is_no_music_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp3"
    path.write_bytes(content)
    with pytest.raises(SourceRejected, match=r"broken.mp3 cannot be read: .* Give an MP3"):
        hear(path, 300, tmp_path, deadline_s=60)
