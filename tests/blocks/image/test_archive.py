"""An image without an engine: what is in it, and that it is the same each time."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from blocks.image import ArchiveBuilder, ArchiveImage, BuildFailed, Progress, this_platform


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "checkout" / "app").mkdir(parents=True)
    for name, content in {"Dockerfile": "FROM scratch\n", "cli.py": "x\n", "app/run": "#!/bin/sh\n"}.items():
        (tmp_path / "checkout" / name).write_text(content)
    (tmp_path / "checkout" / "app" / "run").chmod(0o750)
    (tmp_path / "checkout" / "app" / "link").symlink_to("run")
    return tmp_path / "checkout"


def blob(image: ArchiveImage, digest: str) -> bytes:
    content = (image.directory / digest.replace(":", "-")).read_bytes()
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
    return content


def opened(image: ArchiveImage) -> tuple[dict[str, Any], tarfile.TarFile]:
    manifest = json.loads(blob(image, image.digest))
    [layer] = manifest["layers"]
    config = json.loads(blob(image, manifest["config"]["digest"]))
    content = blob(image, layer["digest"])
    assert layer["size"] == len(content)
    return config, tarfile.open(fileobj=io.BytesIO(content), mode="r:gz")


def test_the_tree_lies_below_app(checkout: Path, tmp_path: Path) -> None:
    config, tar = opened(ArchiveBuilder(tmp_path / "images").build(checkout, "t"))
    with tar:
        assert tar.getnames() == ["app", "app/app", "app/app/link", "app/app/run", "app/cli.py"]
        assert tar.getmember("app/app/run").mode == 0o755
        assert tar.getmember("app/cli.py").mode == 0o644
        assert tar.getmember("app/app/link").linkname == "run"
        assert {(m.uid, m.gid, m.mtime) for m in tar.getmembers()} == {(0, 0, 0)}
    assert config["config"]["Entrypoint"] == ["reelflow"]
    assert config["config"]["WorkingDir"] == "/app"
    assert f"{config['os']}/{config['architecture']}" == this_platform()
    assert len(config["rootfs"]["diff_ids"]) == 1


def test_the_same_tree_is_the_same_image(checkout: Path, tmp_path: Path) -> None:
    first = ArchiveBuilder(tmp_path / "one").build(checkout, "t")
    (checkout / "cli.py").touch()
    assert ArchiveBuilder(tmp_path / "two").build(checkout, "t").digest == first.digest
    (checkout / "cli.py").write_text("y\n")
    assert ArchiveBuilder(tmp_path / "three").build(checkout, "t").digest != first.digest


def test_progress_is_told(checkout: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    ArchiveBuilder(tmp_path / "images").build(checkout, "t", told.append)
    assert told[-1].done == 1.0


def test_another_platform_is_refused(checkout: Path, tmp_path: Path) -> None:
    builder = ArchiveBuilder(tmp_path / "images", platform="linux/riscv64")
    with pytest.raises(BuildFailed, match="linux/riscv64"):
        builder.check()
    with pytest.raises(BuildFailed, match="Build with the Docker engine"):
        builder.build(checkout, "t")
    assert this_platform() in ArchiveBuilder(tmp_path / "images").check()


def test_an_image_is_a_value_that_can_be_kept(checkout: Path, tmp_path: Path) -> None:
    image = ArchiveBuilder(tmp_path / "images").build(checkout, "t")
    assert ArchiveImage.model_validate_json(image.model_dump_json()) == image
