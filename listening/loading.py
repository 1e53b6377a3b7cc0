"""librosa, compiled by one process after the other, and imported by as many at once as there are."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from filelock import FileLock


@cache
def librosa() -> ModuleType:
    """The library: it takes seconds to import, and nothing but listening needs it."""
    with compiling(_kept_in()), all_kept():
        import librosa
        import librosa.beat
        import librosa.feature
        import librosa.onset
        import librosa.sequence
        import librosa.util

        return librosa


@contextmanager
def compiling(kept_in: Path) -> Iterator[None]:
    """Until all that is compiled on the way has been kept once, only one process at a time gets in.

    Two that compile at the same time can leave parts that don't fit each other, and every later one dies of
    them: https://github.com/numba/numba/issues/10128. Once all is there, nobody has to wait: where several
    films are made at once, they would for most of the time.

    Args:
        kept_in: the directory of what is compiled. Where it can't be written to, it is always one at a time.
    """
    whole = kept_in / f"reelflow-all-{_compiler()}"
    if whole.exists():
        yield
        return
    with lock():
        yield
        with suppress(OSError):
            whole.touch()


@contextmanager
def all_kept() -> Iterator[None]:
    """What is compiled for NumPy (`numba.guvectorize`) is kept, by whatever asks for it to be forgotten too.

    librosa 0.11 has one part of its beats compiled anew by every process that imports it: half of the import.
    """
    import numba

    original = numba.guvectorize

    def kept(*signatures: Any, **options: Any) -> Any:
        return original(*signatures, **{**options, "cache": True})

    numba.guvectorize = kept
    try:
        yield
    finally:
        numba.guvectorize = original


def lock() -> FileLock:
    """Held by the process that compiles."""
    return FileLock(Path(tempfile.gettempdir()) / f"reelflow-librosa-{os.getuid()}.lock")


def _kept_in() -> Path:
    # https://numba.readthedocs.io/en/stable/developer/caching.html
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(chosen)
    spec = find_spec("librosa")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "__pycache__"


def _compiler() -> str:
    # What one processor's code is, is nothing to another's.
    from llvmlite.binding import get_host_cpu_name

    return "-".join((version("librosa"), version("numba"), get_host_cpu_name()))
