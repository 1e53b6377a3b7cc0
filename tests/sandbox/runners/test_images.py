"""References to images, and layers over layers."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path, PurePosixPath

import pytest

from sandbox.runners import ContainerSpec, PullFailed, health_command, inside
from sandbox.runners.images import Image, Reference, _unpack
from sandbox.runners.process import _command

APP = PurePosixPath("/app")
DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:5000/backend:1", Reference("127.0.0.1:5000", "backend", "1")),
        ("127.0.0.1:5000/backend", Reference("127.0.0.1:5000", "backend", "latest")),
        (f"127.0.0.1:5000/a/backend@{DIGEST}", Reference("127.0.0.1:5000", "a/backend", DIGEST)),
        (f"127.0.0.1:5000/backend:1@{DIGEST}", Reference("127.0.0.1:5000", "backend", DIGEST)),
    ],
)
def test_references(text: str, expected: Reference) -> None:
    assert Reference.parsed(text) == expected


@pytest.mark.parametrize("text", ["backend", "library/backend:1", ""])
def test_a_reference_without_a_registry(text: str) -> None:
    with pytest.raises(PullFailed):
        Reference.parsed(text)


def layer(**files: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"app/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return packed.getvalue()


def test_a_layer_covers_and_takes_away(tmp_path: Path) -> None:
    _unpack(layer(kept="1", covered="1", gone="1"), tmp_path, APP)
    _unpack(layer(covered="2", **{".wh.gone": ""}), tmp_path, APP)
    found = {path.name: path.read_text() for path in (tmp_path / "app").iterdir()}
    assert found == {"kept": "1", "covered": "2"}


def empty_file(name: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return packed.getvalue()


@pytest.mark.parametrize("name", ["etc/passwd", "application/file", "../outside"])
def test_only_the_working_directory_is_unpacked(tmp_path: Path, name: str) -> None:
    _unpack(empty_file(name), tmp_path / "target", APP)
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_a_layer_stays_inside(tmp_path: Path) -> None:
    with pytest.raises(tarfile.OutsideDestinationError):
        _unpack(empty_file("app/../../outside"), tmp_path / "target", APP)


@pytest.mark.parametrize(
    ("entry_point", "command", "expected"),
    [
        (None, None, ["reelflow", "serve"]),
        (None, ["worker"], ["reelflow", "worker"]),
        (["python"], None, ["python"]),
        (["python"], ["-V"], ["python", "-V"]),
        (None, [], ["reelflow"]),
    ],
)
def test_what_is_run(entry_point: list[str] | None, command: list[str] | None, expected: list[str]) -> None:
    image = Image(DIGEST, ("reelflow",), ("serve",), {}, Path("/app"))
    spec = ContainerSpec(
        name="a", image="b", entry_point=entry_point, command=command, environment={}, address="127.16.0.1"
    )
    assert _command(spec, image) == expected


def test_localhost_is_the_tasks_own_address() -> None:
    command = health_command(["CMD-SHELL", "curl -f http://localhost:8000/health || curl 127.0.0.1:8000"])
    assert inside(command, "127.16.0.9") == [
        "/bin/sh",
        "-c",
        "curl -f http://127.16.0.9:8000/health || curl 127.16.0.9:8000",
    ]
    assert health_command(["CMD", "python", "-V"]) == ["python", "-V"]
