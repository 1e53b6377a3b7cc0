"""One command runs the stack of a directory; a second one is told where, and one elsewhere can end it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stack.foreground import Foreground
from stack.shared_process import ServiceFailed

HOLDER = """
import signal, sys
from pathlib import Path
from stack.foreground import Foreground
signal.signal(signal.SIGTERM, signal.default_int_handler)
place = Foreground(Path(sys.argv[1]))
try:
    with place.taken():
        place.announce("http://127.0.0.1:8000")
        print("taken", flush=True)
        signal.pause()
except KeyboardInterrupt:
    print("ended", flush=True)
"""


def holder(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    assert process.stdout.readline() == "taken\n"
    return process


def test_the_second_is_told_who_and_where_and_may_come_when_the_first_has_ended(tmp_path: Path) -> None:
    first = holder(tmp_path)
    with (
        pytest.raises(ServiceFailed, match=rf"at http://127.0.0.1:8000 \(process {first.pid}\)"),
        Foreground(tmp_path).taken(),
    ):
        pass
    assert Foreground(tmp_path).end()
    assert first.communicate()[0] == "ended\n"
    with Foreground(tmp_path).taken():
        pass


def test_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    first = holder(tmp_path)
    first.kill()
    first.communicate()
    assert not Foreground(tmp_path).end()
    with Foreground(tmp_path).taken():
        pass
