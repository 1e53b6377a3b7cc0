"""What goes into the image, and the tag that stands for it."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from docker.utils.build import exclude_paths

from blocks.image.contract import BuildFailed

DOCKERFILE = "Dockerfile"
IGNOREFILE = ".dockerignore"
# Raised when the same files would give another image.
FORMAT = 1
TAG_LENGTH = 20


def included(source: Path) -> list[Path]:
    """The files of a checkout that go into the image, relative to it, in the order of their names.

    The Dockerfile and the list of what is left out are no part of it.
    """
    ignorefile = source / IGNOREFILE
    lines = ignorefile.read_text().splitlines() if ignorefile.exists() else []
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    paths = exclude_paths(str(source), patterns, dockerfile=DOCKERFILE)
    files = {Path(path) for path in paths} - {Path(DOCKERFILE), Path(IGNOREFILE)}
    return sorted(path for path in files if _is_content(source / path))


def content_tag(source: Path, *, base_image: str, builder: str, platform: str) -> str:
    """The tag of the image that would be built: the hash of all that decides it.

    Args:
        source: the checkout.
        base_image: upon which it is built.
        builder: the kind of builder; another makes another image.
        platform: what it runs on, such as `linux/arm64`.

    Raises:
        BuildFailed: there is no Dockerfile.
    """
    if not (source / DOCKERFILE).is_file():
        raise BuildFailed(
            f"{source} has no {DOCKERFILE}",
            "The image can't be built without it",
            f"Bring it back (`git checkout {DOCKERFILE}`), or deploy another checkout",
        )
    digest = hashlib.sha256(f"{FORMAT}\0{builder}\0{platform}\0{base_image}\0".encode())
    for path in [Path(DOCKERFILE), *included(source)]:
        file = source / path
        if file.is_symlink():
            kind, content = "link", str(file.readlink()).encode()
        else:
            kind = "program" if file.stat().st_mode & stat.S_IXUSR else "file"
            content = file.read_bytes()
        digest.update(f"{path.as_posix()}\0{kind}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:TAG_LENGTH]


def _is_content(file: Path) -> bool:
    return file.is_symlink() or file.is_file()
