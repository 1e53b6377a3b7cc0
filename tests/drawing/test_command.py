"""The engine as a child process."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import av
import pytest

from drawing.request import SceneRequest

ROOT = Path(__file__).parents[2]


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "drawing", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def write_request(folder: Path, frames: int) -> Path:
    request = SceneRequest(
        description="mountains at dawn", width=320, height=180, frames=frames, palette=("#ff5a36",), seed=3
    )
    path = folder / "request.json"
    path.write_text(request.model_dump_json())
    return path


def test_draws_a_clip_and_reports_progress(tmp_path: Path):
    clip = tmp_path / "clip.mp4"
    process = start(write_request(tmp_path, 8), clip)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["frame"], line["of"]) for line in lines[:8]] == [(n, 8) for n in range(1, 9)]
    started, ended = lines[-1]["encoding"]
    assert ended > started
    with av.open(str(clip)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 8
    assert (frames[0].width, frames[0].height) == (320, 180)


@pytest.mark.parametrize("content", ["", "not json", "{}", '{"description": 3}'])
def test_refuses_garbage_with_one_line(tmp_path: Path, content: str):
    path = tmp_path / "request.json"
    path.write_text(content)
    process = start(path, tmp_path / "clip.mp4")
    out, err = process.communicate(timeout=60)

    assert process.returncode == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "clip.mp4").exists()


def test_refuses_a_missing_request_and_missing_arguments(tmp_path: Path):
    for arguments in ((tmp_path / "none.json", tmp_path / "clip.mp4"), ()):
        process = start(*arguments)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 2
        assert len(err.splitlines()) == 1


def test_sigterm_leaves_no_file(tmp_path: Path):
    request = write_request(tmp_path, 5000)
    process = start(request, tmp_path / "clip.mp4")
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["frame"] == 1
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 128 + signal.SIGTERM
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == [request]
