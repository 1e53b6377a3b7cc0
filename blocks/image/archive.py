"""Builds without an engine: an OCI image whose one layer is the tree of the checkout, below /app.

It holds no operating system and no dependencies: only an engine that brings those runs it, as the one of the
rehearsal does. The same tree is the same image, to the byte.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import platform as machine
import stat
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blocks.image.content import included
from blocks.image.contract import BuildFailed, BuiltImage, Login, OnProgress, Progress, ignore
from blocks.image.distribution import Blob, push

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
ROOT = "app"
# A file from the past: the time of the build must not decide the image.
EPOCH = "1970-01-01T00:00:00Z"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64", "amd64": "amd64"}


class ArchiveImage(BuiltImage):
    """An OCI image in a directory: its blobs by digest, and its manifest's digest."""

    directory: Path
    digest: str

    def push(self, login: Login, repository: str, tag: str, on_progress: OnProgress = ignore) -> str:
        manifest = self._blob(self.digest).read_bytes()
        described = json.loads(manifest)
        blobs = [
            Blob(entry["digest"], self._blob(entry["digest"]))
            for entry in (*described["layers"], described["config"])
        ]
        return push(login, repository, tag, manifest, MANIFEST_TYPE, blobs, on_progress)

    def _blob(self, digest: str) -> Path:
        return self.directory / digest.replace(":", "-")


class ArchiveBuilder:
    """Puts the tree of a checkout into an OCI image.

    Args:
        directory: where images are kept until they are pushed.
        platform: what it is to run on; only this machine's own can be made.
    """

    kind = "archive"

    def __init__(self, directory: Path, *, platform: str | None = None) -> None:
        self._directory = directory
        self._platform = platform or this_platform()

    def check(self) -> str:
        if self._platform != this_platform():
            raise BuildFailed(
                "Can't build the image",
                f"it is to run on {self._platform}, and without an engine it can only be built for"
                f" {this_platform()}",
                "Build with the Docker engine, or choose this machine's architecture",
            )
        return f"an archive for {self._platform}, without an engine"

    def build(self, source: Path, tag: str, on_progress: OnProgress = ignore) -> ArchiveImage:
        self.check()
        files = included(source)
        directory = self._directory / tag
        directory.mkdir(parents=True, exist_ok=True)
        try:
            tar = _layer(source, files, on_progress)
            layer = _write(directory, gzip.compress(tar, compresslevel=6, mtime=0))
            config = _write(directory, _config(self._platform, tar))
            manifest = _write(directory, _manifest(layer, config))
        except OSError as error:
            raise BuildFailed(
                "Can't build the image", str(error), f"Make room below {self._directory}, or check its rights"
            ) from error
        return ArchiveImage(directory=directory, digest=manifest["digest"])


def this_platform() -> str:
    """Of this machine, such as `linux/amd64`."""
    name = machine.machine().lower()
    return f"linux/{_ARCHITECTURES.get(name, name)}"


def _layer(source: Path, files: list[Path], on_progress: OnProgress) -> bytes:
    buffer = io.BytesIO()
    directories = sorted({parent for path in files for parent in path.parents if parent != Path()})
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as layer:
        for directory in (Path(), *directories):
            entry = tarfile.TarInfo((ROOT / directory).as_posix())
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            layer.addfile(entry)
        for number, path in enumerate(files, start=1):
            _add(layer, source / path, (ROOT / path).as_posix())
            if number % 50 == 0 or number == len(files):
                on_progress(Progress(f"{number} of {len(files)} files", number / len(files)))
    return buffer.getvalue()


def _add(layer: tarfile.TarFile, file: Path, name: str) -> None:
    entry = tarfile.TarInfo(name)
    if file.is_symlink():
        entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, str(file.readlink()), 0o777
        layer.addfile(entry)
        return
    content = file.read_bytes()
    entry.size = len(content)
    entry.mode = 0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644
    layer.addfile(entry, io.BytesIO(content))


def _config(platform: str, tar: bytes) -> bytes:
    system, _, architecture = platform.partition("/")
    return _json(
        {
            "created": EPOCH,
            "os": system,
            "architecture": architecture,
            "config": {
                "Entrypoint": ["reelflow"],
                "Cmd": ["serve"],
                "WorkingDir": f"/{ROOT}",
                "Env": ["PYTHONUNBUFFERED=1", "LOG_FORMAT=json", "HOST=0.0.0.0", "PORT=8000"],
                "ExposedPorts": {"8000/tcp": {}},
            },
            "rootfs": {"type": "layers", "diff_ids": [_digest(tar)]},
            "history": [{"created": EPOCH, "created_by": "reelflow: the tree of the checkout"}],
        }
    )


def _manifest(layer: Mapping[str, Any], config: Mapping[str, Any]) -> bytes:
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, **config},
            "layers": [{"mediaType": LAYER_TYPE, **layer}],
        }
    )


def _write(directory: Path, content: bytes) -> dict[str, Any]:
    digest = _digest(content)
    file = directory / digest.replace(":", "-")
    if not file.exists():
        partial = file.with_suffix(".partial")
        partial.write_bytes(content)
        partial.replace(file)
    return {"digest": digest, "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
