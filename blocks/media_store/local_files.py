"""Files of this machine, written whole or not at all, and what goes wrong with them in our words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from blocks.media_store.contract import CHUNK_BYTES
from blocks.media_store.errors import AccessDenied, StoreError, StoreFull, StoreUnavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def os_errors(action: str) -> Iterator[None]:
    """Turns the operating system's errors into the store's; `action` completes "Can't …".

    Raises:
        StoreFull, AccessDenied, StoreUnavailable: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise _translated(action, error) from error


def _translated(action: str, error: OSError) -> StoreError:
    what, why = f"Can't {action}", (error.strerror or str(error)).lower()
    if error.errno in _FULL:
        return StoreFull(what, why, "Make room on that disk or raise its quota, then try again")
    if error.errno in _DENIED:
        return AccessDenied(what, why, f"Let this user write to {error.filename or 'the directory'}")
    return StoreUnavailable(what, why, "Look at the disk, then try again")


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its place at `path` at the end, and vanishes after an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def file_chunks(file: BinaryIO) -> Iterator[bytes]:
    """The rest of a file in chunks of 1 MiB."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def sync_directory(path: Path) -> None:
    """Makes the names in a directory last over a loss of power."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
