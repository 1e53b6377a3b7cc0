"""The runner: progress, failures with their types, and no process or file left behind."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from media.encoder import encode_frames, run
from media.errors import Cancelled, DeadlineExceeded, DiskFull, EncodingFailed
from media.probe import Expectation, probe, verify

ENDLESS = ["-re", "-f", "lavfi", "-i", "testsrc2=s=128x72:r=30", "-f", "null", "-"]


def ffmpeg_children(process: psutil.Process) -> list[psutil.Process]:
    return [child for child in process.children(recursive=True) if "ffmpeg" in child.name()]


def endless_child(process: psutil.Process) -> psutil.Process | None:
    # Before it, ffmpeg is asked for its version, by a process that ends at once.
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            if ENDLESS[0] in child.cmdline():
                return child
    return None


def wait_until(condition, seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "the condition did not come true"
        os.sched_yield()


def noise(frames: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(1)
    for _ in range(frames):
        yield random.integers(0, 255, (72, 128, 3), np.uint8)


def test_frames_become_a_house_encoded_clip(tmp_path: Path) -> None:
    seen: list[int] = []
    made = tmp_path / "clip.mp4"
    finished = encode_frames(
        noise(40), width=128, height=72, destination=made, keyframes=[7, 20], on_progress=seen.append
    )
    found = probe(made)
    verify(found, Expectation(frames=40, width=128, height=72, audio=False))
    assert {0, 7, 20} <= set(found.keyframes)
    assert seen[-1] == 40
    assert seen == sorted(seen)
    assert finished.started < finished.ended


def test_failure_says_why(tmp_path: Path) -> None:
    with pytest.raises(EncodingFailed, match=r"missing\.mp4") as caught:
        run(["-i", str(tmp_path / "missing.mp4"), "-f", "null", "-"], deadline_s=20)
    assert caught.value.remedy
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_deadline_kills_the_process() -> None:
    with pytest.raises(DeadlineExceeded, match="deadline"):
        run(ENDLESS, deadline_s=0.3)
    assert not ffmpeg_children(psutil.Process())


def test_cancel_kills_the_process_and_leaves_no_file(tmp_path: Path) -> None:
    cancel = threading.Event()

    def frames() -> Iterator[np.ndarray]:
        for number, frame in enumerate(noise(10**6)):
            if number == 30:
                cancel.set()
            yield frame

    with pytest.raises(Cancelled):
        encode_frames(frames(), width=128, height=72, destination=tmp_path / "clip.mp4", cancel=cancel)
    assert not ffmpeg_children(psutil.Process())
    assert not list(tmp_path.iterdir())


def test_error_of_the_frames_reaches_the_caller(tmp_path: Path) -> None:
    def frames() -> Iterator[np.ndarray]:
        yield from noise(3)
        raise ZeroDivisionError("drawn badly")

    with pytest.raises(ZeroDivisionError, match="drawn badly"):
        encode_frames(frames(), width=128, height=72, destination=tmp_path / "clip.mp4")
    assert not list(tmp_path.iterdir())


def test_killed_parent_leaves_no_orphan() -> None:
    script = f"from media.encoder import run; run({ENDLESS!r}, deadline_s=60)"
    parent = psutil.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    wait_until(lambda: endless_child(parent), 30)
    child = endless_child(parent)
    assert child
    parent.send_signal(signal.SIGKILL)
    parent.wait(10)
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_full_device_is_disk_full() -> None:
    source = ["-f", "lavfi", "-i", "testsrc2=s=640x360:d=2", "-c:v", "rawvideo", "-f", "rawvideo"]
    with pytest.raises(DiskFull, match="Free space"):
        run([*source, "/dev/full"], deadline_s=20)


def test_file_size_limit_is_disk_full_and_leaves_no_file(tmp_path: Path) -> None:
    script = f"""
import resource, sys
from pathlib import Path
import numpy as np
from media.encoder import encode_frames
from media.errors import DiskFull
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
random = np.random.default_rng(1)
frames = (random.integers(0, 255, (180, 320, 3), np.uint8) for _ in range(60))
try:
    encode_frames(frames, width=320, height=180, destination=Path({str(tmp_path)!r}) / "clip.mp4")
except DiskFull as error:
    sys.exit(28)
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == 28
    assert not list(tmp_path.iterdir())


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = tmp_path / f".clip.{ended.pid}-0badcafe.part.mp4"
    left.write_bytes(b"half")
    encode_frames(noise(5), width=128, height=72, destination=tmp_path / "clip.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
