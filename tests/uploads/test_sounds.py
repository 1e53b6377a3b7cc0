"""Pieces of sound that users give, good and bad, each a real file made by FFmpeg."""

import pickle
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

from app.uploads import UploadRefused, prove_upload

TONE = ("-f", "lavfi", "-i", "sine=330:duration=3")


def ffmpeg(*arguments: str | Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good files of 3 s, and some that are no sound."""
    place = tmp_path_factory.mktemp("sounds")
    Image.new("RGB", (64, 64), "red").save(place / "cover.png")
    picture = ("-f", "lavfi", "-i", "color=red:size=64x64:rate=10:duration=3")
    ffmpeg(*TONE, "-ac", "2", place / "tone.mp3")
    ffmpeg(*TONE, "-write_xing", "0", "-b:a", "96k", place / "bare.mp3")
    ffmpeg(*TONE, "-write_xing", "0", "-q:a", "5", "-ar", "22050", place / "bare22.mp3")
    ffmpeg(*TONE, place / "tone.wav")
    ffmpeg(*TONE, "-movflags", "+faststart", place / "tone.m4a")
    ffmpeg(*TONE, place / "tone.aac")
    ffmpeg(*TONE, "-i", place / "cover.png", "-map", "0", "-map", "1", "-c:v", "copy", place / "cover.mp3")
    ffmpeg(
        *TONE, "-i", place / "cover.png", "-map", "0", "-map", "1", "-c:v", "copy",
        "-disposition:v", "attached_pic", place / "cover.m4a",
    )  # fmt: skip
    ffmpeg(*TONE, *picture, "-shortest", place / "film.mp4")
    ffmpeg(*picture, place / "silent.mp4")
    ffmpeg("-f", "lavfi", "-i", "sine=330:duration=0.001", "-af", "atrim=end_sample=0", place / "nothing.wav")
    return place


@pytest.mark.parametrize(
    ("name", "content_type", "extension"),
    [
        ("tone.mp3", "audio/mpeg", "mp3"),
        ("bare.mp3", "audio/mpeg", "mp3"),
        ("bare22.mp3", "audio/mpeg", "mp3"),
        ("cover.mp3", "audio/mpeg", "mp3"),
        ("tone.wav", "audio/wav", "wav"),
        ("tone.m4a", "audio/mp4", "m4a"),
        ("cover.m4a", "audio/mp4", "m4a"),
        ("tone.aac", "audio/aac", "aac"),
    ],
)
def test_good_sound_is_proven(sounds: Path, name: str, content_type: str, extension: str) -> None:
    proven = prove_upload(sounds / name, filename="wrong.png", kind="music")
    assert (proven.content_type, proven.extension) == (content_type, extension)
    # Encoders add up to two frames of priming and padding.
    assert proven.duration_s == pytest.approx(3.0, abs=0.1)
    assert (proven.width, proven.height, proven.orientation) == (None, None, None)


@pytest.mark.parametrize("name", ["tone.mp3", "bare.mp3", "bare22.mp3", "tone.wav", "tone.m4a", "tone.aac"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_truncated_sound_is_refused(sounds: Path, tmp_path: Path, name: str, share: float) -> None:
    content = (sounds / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UploadRefused, match="Copy or export it again, whole") as caught:
        prove_upload(path, filename=name, kind="music")
    assert caught.value.code in ("truncated", "damaged")


def test_a_truncated_mp3_says_how_much_is_missing(sounds: Path, tmp_path: Path) -> None:
    content = (sounds / "tone.mp3").read_bytes()
    path = tmp_path / "song.mp3"
    # Cut between two frames, so that only the length can tell.
    path.write_bytes(content[: content.index(b"\xff\xfb", len(content) // 2)])
    with pytest.raises(UploadRefused, match=r"song\.mp3 is not complete: it says 3\.0 s and has 1\.\d s"):
        prove_upload(path, filename="song.mp3", kind="music")


def test_an_mp3_with_a_tag_at_its_end_is_whole(sounds: Path, tmp_path: Path) -> None:
    path = tmp_path / "tagged.mp3"
    path.write_bytes((sounds / "bare.mp3").read_bytes() + b"TAG" + b"A title".ljust(125, b"\0"))
    assert prove_upload(path, filename="tagged.mp3", kind="audio").duration_s == pytest.approx(3, abs=0.1)


def test_a_tag_in_another_encoding_does_no_harm(sounds: Path, tmp_path: Path) -> None:
    path = tmp_path / "tagged.mp3"
    title = b"TIT2\0\0\0\x06\0\0\0caf\xe9\xff"
    path.write_bytes(b"ID3\x03\0\0\0\0\0" + bytes([len(title)]) + title + (sounds / "bare.mp3").read_bytes())
    assert prove_upload(path, filename="tagged.mp3", kind="audio").duration_s == pytest.approx(3, abs=0.1)


def from_file(name: str) -> Callable[[Path, Path], object]:
    return lambda sounds, path: path.write_bytes((sounds / name).read_bytes())


def playlist(sounds: Path, path: Path) -> None:
    """A list that FFmpeg would follow to another file."""
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{sounds / 'tone.aac'}\n#EXT-X-ENDLIST\n")


def large(sounds: Path, path: Path) -> None:
    path.write_bytes((sounds / "tone.mp3").read_bytes())
    with path.open("r+b") as file:
        file.truncate((100 << 20) + 1)


def damaged(sounds: Path, path: Path) -> None:
    content = bytearray((sounds / "tone.mp3").read_bytes())
    content[len(content) // 3 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 3)
    path.write_bytes(content)


def endless(_: Path, path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000 * 3700))


@pytest.mark.parametrize(
    ("make", "code", "told"),
    [
        (
            lambda sounds, path: path.write_bytes(b""),
            "empty",
            "song.mp3 is empty: it has 0 bytes. Give an MP3",
        ),
        (lambda sounds, path: path.write_text("la la la\n" * 50), "wrong_type", "its content is plain text"),
        (
            from_file("cover.png"),
            "wrong_type",
            "song.mp3 is not an MP3, WAV, M4A or AAC file: its content is a PNG",
        ),
        (playlist, "wrong_type", "its content is"),
        (from_file("film.mp4"), "video", "song.mp3 is a video"),
        (from_file("silent.mp4"), "video", "song.mp3 is a video"),
        (from_file("nothing.wav"), "no_sound", "song.mp3 has no sound"),
        (lambda sounds, path: path.write_bytes(b"ID3" + bytes(1000)), "damaged", "can't be decoded"),
        (
            lambda sounds, path: path.write_bytes(b"\xff\xfb\x90\x00" + bytes(5)),
            "damaged",
            "can't be decoded",
        ),
        (damaged, "damaged", "can't be decoded"),
        (large, "too_large", "more than the 100 MB that are allowed"),
        (endless, "too_long", "it lasts more than 60 minutes"),
    ],
)
def test_bad_sound_is_refused_in_one_sentence(
    sounds: Path, tmp_path: Path, make: Callable[[Path, Path], object], code: str, told: str
) -> None:
    path = tmp_path / "given"
    make(sounds, path)
    with pytest.raises(UploadRefused) as caught:
        prove_upload(path, filename="song.mp3", kind="music")
    assert (caught.value.code, str(caught.value).count("\n")) == (code, 0)
    assert told in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.code, str(again)) == (code, str(caught.value))
