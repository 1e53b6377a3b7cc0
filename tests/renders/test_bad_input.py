"""Bad input is one clear line and an exit code, and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from tests.renders.conftest import SHORT, Reelflow, processes_of

GOOD = "A coffee roaster at dawn"


def mp3(path: Path, seconds: float = 5.0) -> bytes:
    """A real MP3 with its length written in its header."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mp3", rate=44_100)
        time = np.arange(int(44_100 * seconds)) / 44_100
        tone = (np.sin(2 * np.pi * 330 * time) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None, :], format="s16", layout="stereo")
        frame.sample_rate = 44_100
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("",), "The prompt is empty"),
        (("   ",), "The prompt is empty"),
        (("x" * 2001,), "2001 characters"),
        (("🎬🔥🎉",), "no letter"),
        ((GOOD, "--duration", "14"), "14 s"),
        ((GOOD, "--duration", "61"), "61 s"),
        ((GOOD, "--duration", "soon"), "--duration"),
        ((GOOD, "--type", "music_video", "--duration", "59"), "59 s"),
        ((GOOD, "--type", "opera"), "opera"),
        ((GOOD, "--aspect", "4:3"), "4:3"),
        ((GOOD, "--brand-color", "teal-ish"), "teal-ish"),
        ((GOOD, "--cta", "x" * 41), "41 characters"),
        ((GOOD, "--seed", "-1"), "seed"),
        ((GOOD, "--clips", "9"), "9"),
        (
            (
                GOOD,
                "--no-such-option",
            ),
            "--no-such-option",
        ),
        ((), "prompt"),
        ((GOOD, "--logo", "missing.png"), "missing.png"),
        ((GOOD, "--logo", "logo.png"), "logo.png"),
        ((GOOD, "--music", "empty.mp3"), "empty.mp3"),
        ((GOOD, "--music", "truncated.mp3"), "truncated.mp3"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_refused_before_anything_starts(
    reelflow: Reelflow, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "logo.png").write_text("This is a text file that calls itself a picture.\n" * 20)
    (tmp_path / "empty.mp3").touch()
    whole = mp3(tmp_path / "whole.mp3")
    (tmp_path / "truncated.mp3").write_bytes(whole[: len(whole) // 2])
    files = {name: str(tmp_path / name) for name in ("logo.png", "empty.mp3", "truncated.mp3", "missing.png")}
    home = tmp_path / "home"
    elsewhere = dataclasses.replace(reelflow, home=home)
    done = elsewhere.run("render", *(files.get(word, word) for word in arguments), "--json")
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("reelflow: ")
    assert told in line
    assert done.stdout == ""
    assert not home.exists(), "something was started or written for a request that is refused"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB. Needs the right to mount."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_media_store_without_room(reelflow: Reelflow, small_disk: Path) -> None:
    prompt = f"{GOOD}, kept on a full disk"
    cramped = dataclasses.replace(reelflow, environment={"MEDIA_URL": (small_disk / "media").as_uri()})
    done = cramped.run("render", prompt, *SHORT, "--json")
    expect_failure(reelflow, done, prompt, code="store_full")
    assert not [path for path in small_disk.rglob("*.mp4") if not whole_film(path)]


def test_a_work_directory_without_room(reelflow: Reelflow, small_disk: Path) -> None:
    prompt = f"{GOOD}, worked on a full disk"
    database = reelflow.engine.url.render_as_string(hide_password=False)
    cramped = dataclasses.replace(
        reelflow,
        home=small_disk,
        environment={
            "DATABASE_URL": database,
            "PREFECT_API_URL": reelflow.prefect_api_url,
            "MEDIA_URL": (reelflow.home / "media").as_uri(),
        },
    )
    done = cramped.run("render", prompt, *SHORT, "--json")
    expect_failure(reelflow, done, prompt, code="disk_full")


def expect_failure(
    reelflow: Reelflow, done: subprocess.CompletedProcess[str], prompt: str, *, code: str
) -> None:
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("reelflow: ")
    (job,) = reelflow.rows(
        "SELECT id, status, error_code, error_message, error_remedy FROM generation_jobs"
        " WHERE prompt = :prompt",
        prompt=prompt,
    )
    assert (job.status, job.error_code) == ("failed", code)
    assert "space" in job.error_message or "room" in job.error_message, job.error_message
    assert job.error_remedy
    stuck = reelflow.rows(
        "SELECT number FROM clips WHERE job_id = :job AND status = 'generating'", job=job.id
    )
    assert not stuck
    assert not processes_of(reelflow.home / "work")


def whole_film(path: Path) -> bool:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0)) > 0
