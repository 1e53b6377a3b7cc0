"""Any arriving video: exact length, never stretched, refused with a reason."""

import math
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from media.encoder import run
from media.errors import SourceRejected
from media.normalise import HOLD, house_headers, normalise
from media.probe import Expectation, probe, verify
from media.timeline import Size

WIDE, TALL = Size(width=256, height=144), Size(width=144, height=256)
LOSSLESS = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "8", "-pix_fmt", "yuv444p"]


def circle(
    path: Path, width: int, height: int, *, frames: int = 30, rate: str = "30", sar: str = "1"
) -> Path:
    """A white disc in the middle of a grey picture, round when shown with square pixels of ratio ``sar``."""
    radius = min(width * float(sar), height) * 0.4
    inside = f"lt(hypot((X-{width}/2)*{sar},Y-{height}/2),{radius})"
    picture = f"color=gray:s={width}x{height}:r={rate},geq=lum='if({inside},235,90)':cb=128:cr=128"
    source = ["-f", "lavfi", "-i", f"{picture},setsar={sar}", "-f", "lavfi", "-i", "sine"]
    run([*source, "-frames:v", str(frames), "-shortest", *LOSSLESS, str(path)], deadline_s=60)
    return path


def disc(path: Path) -> tuple[float, float]:
    """Width and height in pixels of the white disc in a video's middle frame."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray8") for frame in container.decode(video=0)]
    white = frames[len(frames) // 2] > 170
    return float(white.any(axis=0).sum()), float(white.any(axis=1).sum())


@pytest.mark.parametrize("fit", ["crop", "pad"])
@pytest.mark.parametrize(
    ("width", "height", "sar", "size"),
    [
        (320, 240, "1", WIDE),
        (321, 181, "1", WIDE),
        (200, 300, "1", WIDE),
        (320, 180, "1", TALL),
        (180, 144, "1.4222", WIDE),
    ],
)
def test_a_circle_stays_round(tmp_path: Path, width, height, sar, size: Size, fit) -> None:
    source = circle(tmp_path / "in.mkv", width, height, sar=sar)
    made = normalise(source, tmp_path / "out.mp4", size=size, frames=30, fit=fit)
    verify(made, Expectation(frames=30, width=size.width, height=size.height, audio=False))
    across, down = disc(tmp_path / "out.mp4")
    shown = (width * float(sar), float(height))
    ratios = (size.width / shown[0], size.height / shown[1])
    scale = max(ratios) if fit == "crop" else min(ratios)
    wanted = 2 * 0.4 * min(shown) * scale
    assert across == pytest.approx(min(wanted, size.width), abs=3)
    assert down == pytest.approx(min(wanted, size.height), abs=3)


def test_a_rotated_phone_video_stands_upright(tmp_path: Path) -> None:
    flat = circle(tmp_path / "flat.mp4", 256, 144)
    turned = tmp_path / "turned.mp4"
    run(["-display_rotation", "90", "-i", str(flat), "-c", "copy", str(turned)], deadline_s=30)
    normalise(turned, tmp_path / "out.mp4", size=TALL, frames=30, fit="pad")
    with av.open(str(tmp_path / "out.mp4")) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="gray8")
    assert picture.min() > 60, "upright, it fills the picture without bars"


@pytest.mark.parametrize("rate", ["25", "24000/1001", "60", "15"])
def test_any_frame_rate_becomes_thirty(tmp_path: Path, rate: str) -> None:
    source = circle(tmp_path / "in.mkv", 128, 72, frames=math.ceil(2 * Fraction(rate)), rate=rate)
    made = normalise(source, tmp_path / "out.mp4", size=WIDE, frames=55, keyframes=[13, 40])
    assert (made.frames, made.fps) == (55, 30.0)
    assert {0, 13, 40} <= set(made.keyframes)


def test_variable_frame_rate(tmp_path: Path) -> None:
    source = tmp_path / "in.mkv"
    uneven = "testsrc2=s=128x72:r=30:d=4,select='lt(mod(n,7),3)'"
    run(["-f", "lavfi", "-i", uneven, "-fps_mode", "vfr", *LOSSLESS, str(source)], deadline_s=30)
    made = normalise(source, tmp_path / "out.mp4", size=WIDE, frames=100)
    assert (made.frames, made.monotonic) == (100, True)


def test_short_source_holds_its_last_frame_or_is_refused(tmp_path: Path) -> None:
    source = circle(tmp_path / "in.mkv", 128, 72, frames=30)
    assert normalise(source, tmp_path / "out.mp4", size=WIDE, frames=30 + HOLD).frames == 30 + HOLD
    with pytest.raises(SourceRejected, match="30 of 46 frames"):
        normalise(source, tmp_path / "refused.mp4", size=WIDE, frames=31 + HOLD)
    assert not list(tmp_path.glob("*refused*"))


def test_a_ready_clip_is_copied_as_it_is(tmp_path: Path) -> None:
    source = circle(tmp_path / "in.mkv", 128, 72)
    normalise(source, tmp_path / "once.mp4", size=WIDE, frames=30, keyframes=[11])
    normalise(tmp_path / "once.mp4", tmp_path / "twice.mp4", size=WIDE, frames=30, keyframes=[11])
    assert (tmp_path / "once.mp4").read_bytes() == (tmp_path / "twice.mp4").read_bytes()
    again = normalise(tmp_path / "once.mp4", tmp_path / "thrice.mp4", size=WIDE, frames=30, keyframes=[12])
    assert 12 in again.keyframes


def test_headers_do_not_depend_on_content(tmp_path: Path) -> None:
    made = normalise(circle(tmp_path / "in.mkv", 128, 72), tmp_path / "out.mp4", size=WIDE, frames=30)
    assert made.extradata == house_headers(WIDE.width, WIDE.height)


@pytest.mark.parametrize("content", [b"", b"not a video at all", bytes(np.arange(4096) % 251)])
def test_garbage_is_refused(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "in.mp4"
    source.write_bytes(content)
    with pytest.raises(SourceRejected, match=r"in\.mp4"):
        normalise(source, tmp_path / "out.mp4", size=WIDE, frames=30)
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_truncated_file_is_refused(tmp_path: Path) -> None:
    whole = circle(tmp_path / "whole.mkv", 128, 72, frames=90)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    with pytest.raises(SourceRejected):
        normalise(cut, tmp_path / "out.mp4", size=WIDE, frames=90)
    assert not (tmp_path / "out.mp4").exists()


def test_sound_without_picture_is_refused(tmp_path: Path) -> None:
    run(["-f", "lavfi", "-i", "sine=d=1", str(tmp_path / "in.wav")], deadline_s=30)
    with pytest.raises(SourceRejected, match="not a video"):
        probe(tmp_path / "in.wav")
