"""Pictures that users give, good and bad, each a real file."""

import struct
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.uploads import UploadRefused, prove_upload


def picture(mode: str = "RGB", width: int = 96, height: int = 64) -> Image.Image:
    noise = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(noise).convert(mode)


@pytest.mark.parametrize("name", ["logo.png", "misleading.mp3"])
@pytest.mark.parametrize(
    ("mode", "form", "content_type", "extension"),
    [
        ("RGBA", "PNG", "image/png", "png"),
        ("P", "PNG", "image/png", "png"),
        ("1", "PNG", "image/png", "png"),
        ("LA", "PNG", "image/png", "png"),
        ("I;16", "PNG", "image/png", "png"),
        ("RGB", "JPEG", "image/jpeg", "jpg"),
        ("CMYK", "JPEG", "image/jpeg", "jpg"),
        ("L", "JPEG", "image/jpeg", "jpg"),
        ("RGBA", "WEBP", "image/webp", "webp"),
    ],
)
def test_a_good_picture_is_proven(
    tmp_path: Path, name: str, mode: str, form: str, content_type: str, extension: str
) -> None:
    path = tmp_path / name
    source = picture("L").convert("I;16") if mode == "I;16" else picture(mode)
    source.save(path, form)
    proven = prove_upload(path, filename=name, kind="logo")
    assert (proven.content_type, proven.extension) == (content_type, extension)
    assert (proven.width, proven.height, proven.orientation, proven.duration_s) == (96, 64, 1, None)
    assert proven.size_bytes == path.stat().st_size
    assert proven.sha256 == sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (96, 64)), (3, (96, 64)), (6, (64, 96)), (8, (64, 96))]
)
def test_the_size_is_that_of_the_picture_as_it_is_seen(
    tmp_path: Path, orientation: int, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture().save(tmp_path / "a.jpg", exif=exif)
    proven = prove_upload(tmp_path / "a.jpg", filename="a.jpg", kind="image")
    assert (proven.width, proven.height) == size
    assert proven.orientation == orientation


def png_of(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text(path: Path) -> None:
    path.write_text("This is a text file that calls itself a picture – in UTF-8.\n" * 200)


def bomb(path: Path) -> None:
    path.write_bytes(png_of(30_000, 30_000, zlib.compress(bytes(1000))))


def many_pixels(path: Path) -> None:
    path.write_bytes(png_of(8000, 7000, zlib.compress(bytes(1000))))


def text_bomb(path: Path) -> None:
    whole = png_of(2, 2, zlib.compress(bytes(6)))
    content = b"Comment\0\0" + zlib.compress(bytes(80_000_000))
    chunk = (
        struct.pack(">I", len(content)) + b"zTXt" + content + struct.pack(">I", zlib.crc32(b"zTXt" + content))
    )
    path.write_bytes(whole[:33] + chunk + whole[33:])


def cut(form: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        picture().save(path, form)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return make


def damaged(path: Path) -> None:
    picture().save(path, "PNG")
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)


def animation(form: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
        frames[0].save(path, form, save_all=True, append_images=frames[1:])

    return make


def large(path: Path) -> None:
    picture().save(path, "PNG")
    with path.open("r+b") as file:
        file.truncate((50 << 20) + 1)


def missing(_: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "code", "told"),
    [
        (
            text,
            "wrong_type",
            "logo.png is not a PNG, JPEG or WebP picture: its content is plain text. Give a",
        ),
        (lambda path: path.write_bytes(b""), "empty", "logo.png is empty: it has 0 bytes. Give a PNG"),
        (lambda path: path.write_bytes(bytes(range(256)) * 20), "wrong_type", "of no type we know"),
        (
            lambda path: path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>"),
            "wrong_type",
            "Scalable Vector Graphics",
        ),
        (lambda path: picture().save(path, "GIF"), "wrong_type", "Graphics interchange format"),
        (lambda path: path.write_bytes(b"ID3" + bytes(100)), "wrong_type", "its content is MP3 sound"),
        (bomb, "too_many_pixels", "megapixels are allowed. Scale it down"),
        (many_pixels, "too_many_pixels", "it is 8000x7000, and 50 megapixels are allowed"),
        (text_bomb, "damaged", "logo.png can't be decoded"),
        (cut("PNG"), "truncated", "the picture ends early"),
        (cut("JPEG"), "truncated", "the picture ends early"),
        (cut("WEBP"), "damaged", "logo.png can't be decoded"),
        (damaged, "damaged", "the picture is damaged"),
        (animation("PNG"), "animated", "it has 3 frames. Give a still picture"),
        (animation("WEBP"), "animated", "it has 3 frames. Give a still picture"),
        (large, "too_large", "it has more than the 50 MB that are allowed"),
        (missing, "unreadable", "no such file"),
        (lambda path: path.mkdir(), "unreadable", "is a directory"),
    ],
)
def test_a_bad_picture_is_refused_in_one_sentence(
    tmp_path: Path, make: Callable[[Path], None], code: str, told: str
) -> None:
    path = tmp_path / "given"
    make(path)
    with pytest.raises(UploadRefused) as caught:
        prove_upload(path, filename="folder/logo.png", kind="logo")
    refused = caught.value
    assert refused.code == code
    assert str(refused).startswith("logo.png ")
    assert told in str(refused)
    assert "\n" not in str(refused)
    assert str(refused) == f"{refused.message} {refused.remedy}."


def test_a_name_can_not_forge_a_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(UploadRefused) as caught:
        prove_upload(tmp_path / "a", filename="a\nerror: b\x1b[31m" + "x" * 300, kind="logo")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200
