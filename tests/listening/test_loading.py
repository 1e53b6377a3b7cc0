"""Who may import librosa at the same time as whom."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import Timeout

from listening.loading import all_kept, compiling, lock

# How much the compiler had to do: each of its passes is an event.
_PASSES = """
from numba.core import event
from listening.loading import librosa

with event.install_recorder("numba:run_pass") as recorder:
    librosa()
print(len(recorder.buffer))
"""


def _waits() -> bool:
    """Whether another process would have to wait."""
    try:
        with lock().acquire(timeout=0):
            return False
    except Timeout:
        return True


@pytest.fixture(autouse=True)
def nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_the_first_one_compiles_alone_and_the_others_need_not_wait(tmp_path: Path) -> None:
    seen = list[bool]()
    for _ in range(3):
        with compiling(tmp_path):
            seen.append(_waits())
    assert seen == [True, False, False]


def test_who_broke_off_has_left_nothing_to_rely_on(tmp_path: Path) -> None:
    with pytest.raises(ImportError), compiling(tmp_path):
        raise ImportError
    with compiling(tmp_path):
        assert _waits()


def test_without_a_place_to_keep_it_they_come_one_after_the_other(tmp_path: Path) -> None:
    for _ in range(2):
        with compiling(tmp_path / "nowhere"):
            assert _waits()


def test_nothing_is_compiled_twice() -> None:
    # A process of its own each: what one has compiled it has in its memory too. By the second all is kept.
    passes = [
        subprocess.run([sys.executable, "-c", _PASSES], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    ]
    assert passes[-1] == "0\n"


def test_numba_is_as_it_was_afterwards() -> None:
    import numba

    before = numba.guvectorize
    with all_kept():
        assert numba.guvectorize is not before
    assert numba.guvectorize is before
