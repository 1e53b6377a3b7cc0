"""What a killed sandbox has left is found by the next one of its directory, and nothing else is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.runners.process import MARK
from sandbox.running import _clear


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("home", "mark", "argument", "ends"),
    [
        pytest.param("{home}/containers/a", True, "", True, id="a container of this sandbox"),
        pytest.param("{home}-other/containers/a", True, "", False, id="one of another sandbox"),
        pytest.param("{home}/containers/a", False, "", False, id="a program in its directory"),
        pytest.param("/", False, "{home}/engine/exec/containerd.sock", True, id="the engine's own"),
    ],
)
def test_who_is_ended(
    tmp_path: Path,
    started: list[subprocess.Popen[bytes]],
    home: str,
    mark: bool,
    argument: str,
    ends: bool,
) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": home.format(home=tmp_path)}
    if mark:
        environment[MARK] = "a"
    command = ["sh", "-c", "read line", argument.format(home=tmp_path)]
    started.append(subprocess.Popen(command, env=environment, stdin=subprocess.PIPE))
    _clear(tmp_path)
    assert (started[0].poll() is not None) is ends


def test_what_passes_and_what_stays(tmp_path: Path) -> None:
    for name in ("databases/films", "caches/films", "registry/storage", "containers/images"):
        (tmp_path / name).mkdir(parents=True)
    _clear(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["containers", "registry"]
