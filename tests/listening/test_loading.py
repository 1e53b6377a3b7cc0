"""Who may import librosa at the same time as whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import Timeout

from listening.loading import compiling, lock


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
