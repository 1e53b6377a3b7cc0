"""Images out of a registry, unpacked once per digest: what an engine does, for who has none."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import httpx

from sandbox.runners import PullFailed

MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
WHITEOUT = ".wh."
TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Reference:
    """registry/repository[:tag][@digest]"""

    registry: str
    repository: str
    version: str

    @classmethod
    def parsed(cls, text: str) -> Reference:
        """An image's reference.

        Raises:
            PullFailed: it names no registry.
        """
        registry, _, path = text.partition("/")
        if not path or ("." not in registry and ":" not in registry):
            raise PullFailed(f"pull access denied for {text}: it is in no registry that is known here")
        name, _, digest = path.partition("@")
        name, _, tag = name.partition(":")
        return cls(registry, name, digest or tag or "latest")


@dataclass(frozen=True)
class Image:
    """An unpacked image: its digest, its configuration, and the directory that is its working directory."""

    digest: str
    entry_point: tuple[str, ...]
    command: tuple[str, ...]
    environment: dict[str, str]
    directory: Path


class Images:
    """The images of this machine.

    Only what lies below an image's working directory is unpacked: the rest of it is the system that the
    process gets from this machine.

    Args:
        directory: where they are kept, by digest.
        credentials: user and password for a registry, or None.
    """

    def __init__(self, directory: Path, credentials: Callable[[str], tuple[str, str] | None]) -> None:
        self._directory = directory
        self._credentials = credentials
        self._known: dict[str, Image] = {}
        self._lock = threading.Lock()

    def pull(self, text: str) -> Image:
        """Has an image here.

        Raises:
            PullFailed: the registry hasn't it, refuses, or does not answer.
        """
        reference = Reference.parsed(text)
        with httpx.Client(
            base_url=f"http://{reference.registry}/v2/{reference.repository}",
            auth=self._credentials(reference.registry),
            timeout=TIMEOUT_S,
            trust_env=False,
        ) as client:
            raw = _fetch(client, f"/manifests/{reference.version}", text, accept=(*MANIFESTS, *INDEXES))
            manifest = json.loads(raw)
            if manifest.get("mediaType") in INDEXES or "manifests" in manifest:
                chosen = _for_this_machine(manifest, text)
                raw = _fetch(client, f"/manifests/{chosen}", text, accept=MANIFESTS)
                manifest = json.loads(raw)
            digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
            with self._lock:
                if digest not in self._known:
                    self._known[digest] = self._unpacked(client, digest, manifest, text)
                return self._known[digest]

    def _unpacked(self, client: httpx.Client, digest: str, manifest: dict[str, Any], text: str) -> Image:
        config = (
            json.loads(_fetch(client, f"/blobs/{manifest['config']['digest']}", text)).get("config") or {}
        )
        working = PurePosixPath(config.get("WorkingDir") or "/app")
        target = self._directory / digest.removeprefix("sha256:")
        if not target.exists():
            unfinished = target.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            for layer in manifest["layers"]:
                _unpack(_fetch(client, f"/blobs/{layer['digest']}", text), unfinished, working)
            unfinished.rename(target)
        variables = dict(one.partition("=")[::2] for one in config.get("Env") or [])
        return Image(
            digest,
            tuple(config.get("Entrypoint") or ()),
            tuple(config.get("Cmd") or ()),
            variables,
            target / working.relative_to("/"),
        )


def _fetch(client: httpx.Client, path: str, text: str, *, accept: Sequence[str] = ("*/*",)) -> bytes:
    try:
        answer = client.get(path, headers={"Accept": ", ".join(accept)}, follow_redirects=True)
    except httpx.HTTPError as error:
        raise PullFailed(f"failed to do request for {text}: {type(error).__name__}: {error}") from error
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise PullFailed(f"failed to resolve ref {text}: {text}: not found")
    if not answer.is_success:
        raise PullFailed(
            f"failed to resolve ref {text}: unexpected status {answer.status_code}: {answer.text[:300]}"
        )
    return answer.content


def _for_this_machine(index: dict[str, Any], text: str) -> str:
    for entry in index["manifests"]:
        if entry.get("platform", {}).get("os", "linux") == "linux":
            return entry["digest"]
    raise PullFailed(f"failed to resolve ref {text}: no image of its index is for linux")


def _unpack(layer: bytes, target: Path, working: PurePosixPath) -> None:
    """What a layer has below the working directory, over the layers before it; .wh.… takes away."""
    with tarfile.open(fileobj=io.BytesIO(layer), mode="r:*") as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            if not PurePosixPath("/", name).is_relative_to(working):
                continue
            if name.name.startswith(WHITEOUT):
                gone = target / name.parent / name.name.removeprefix(WHITEOUT)
                shutil.rmtree(gone, ignore_errors=True) if gone.is_dir() else gone.unlink(missing_ok=True)
            elif member.isfile() or member.isdir() or member.issym() or member.islnk():
                archive.extract(member, target, set_attrs=True, filter="data")
