"""Sounds from elsewhere are kept whole, or refused with what is wrong with them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from media.arriving_sound import keep_sound
from media.encoder import run
from media.errors import SourceRejected
from media.voice import voice_seconds

Image.new("RGB", (64, 64)).save(file := io.BytesIO(), "PNG")
PICTURE = file.getvalue()


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("song") / "song.mp3"
    run(["-f", "lavfi", "-i", "sine=440:d=3", "-ac", "2", "-c:a", "libmp3lame", str(path)], deadline_s=60)
    return path


@pytest.mark.parametrize(("form", "begins"), [("wav", b"RIFF"), ("flac", b"fLaC")])
def test_it_is_kept_without_loss_and_as_long_as_it_was(
    song: Path, tmp_path: Path, form: Literal["wav", "flac"], begins: bytes
) -> None:
    kept = tmp_path / f"kept.{form}"
    seconds = keep_sound(song, kept, form=form, channels=2, deadline_s=60)
    assert kept.read_bytes().startswith(begins)
    assert seconds == pytest.approx(3.0, abs=0.1)
    assert voice_seconds(kept) == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda content: content[: len(content) // 2], "it ends after 1.5 s, and says that it lasts 3.0 s"),
        (lambda content: b"", "it can't be opened"),
        (lambda content: b"<html>Not found</html>", "it can't be opened"),
        (lambda content: PICTURE, "it can't be decoded"),
    ],
)
def test_what_is_not_whole_is_refused_and_leaves_nothing(
    song: Path, tmp_path: Path, spoil: Callable[[bytes], bytes], said: str
) -> None:
    (arrived := tmp_path / "arrived").write_bytes(spoil(song.read_bytes()))
    (tmp_path / "kept").mkdir()
    with pytest.raises(SourceRejected, match=said):
        keep_sound(arrived, tmp_path / "kept" / "sound.wav", form="wav", channels=1, deadline_s=60)
    assert list((tmp_path / "kept").iterdir()) == []
