"""Files appear whole or not at all."""

import errno
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from media.errors import DiskFull

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_full(path: Path, cause: str) -> DiskFull:
    """The error for a file that found no room."""
    return DiskFull(
        f"Could not write {path.name}",
        cause,
        f"Free space on the file system of {path.parent} or raise its limit, then run again",
    )


@contextmanager
def translated_disk_errors(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` for want of room into :class:`DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise disk_full(path, os.strerror(error.errno)) from error
        raise


@contextmanager
def written_whole(destination: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``destination``; move it into place only on success.

    The temporary name carries the process id, so that what a killed process left behind is
    recognised and removed by the next writer of the same destination.

    Raises:
        DiskFull: there is no room for the file.
    """
    with translated_disk_errors(destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        _sweep(destination)
        temporary = destination.with_name(
            f".{destination.stem}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part{destination.suffix}"
        )
        try:
            yield temporary
            temporary.replace(destination)
        except DiskFull as error:
            raise disk_full(destination, error.cause) from error
        finally:
            temporary.unlink(missing_ok=True)


def _sweep(destination: Path) -> None:
    prefix, suffix = f".{destination.stem}.", f".part{destination.suffix}"
    for left in destination.parent.iterdir():
        if left.name.startswith(prefix) and left.name.endswith(suffix):
            owner = left.name[len(prefix) :].partition("-")[0]
            if owner.isdigit() and not psutil.pid_exists(int(owner)):
                left.unlink(missing_ok=True)


def digest(value: Any) -> str:
    """The SHA-256 of a JSON-like value in canonical form, as hexadecimal."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
