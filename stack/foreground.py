"""The one command that runs the stack of a state directory: which, where, and its end from elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from stack.shared_process import ServiceFailed

# Longer than all of its parts may take to end, one after the other.
ENDS_WITHIN_S = 120.0


class Foreground:
    """The place of the one command that runs the stack of a state directory; freed by its death."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._note = home / "run" / "up.json"
        self._note.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(home / "run" / "up.lock")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Holds the place as long as the block runs.

        Raises:
            ServiceFailed: another process has it; says which, and where its stack is reached.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            pid, url = self._holder()
            raise ServiceFailed(
                f"The stack of {self._home} runs already, {f'at {url}' if url else 'or is just starting'} "
                f"(process {pid}). Use that one, end it with `reelflow down`, or set REELFLOW_HOME to "
                "another directory."
            ) from None
        with self._lock:
            self.announce("")
            try:
                yield
            finally:
                self._note.unlink(missing_ok=True)
                self._lock.release()

    def announce(self, url: str) -> None:
        """Notes where the stack is reached, for those who ask."""
        self._note.write_text(json.dumps({"pid": os.getpid(), "url": url}))

    def end(self) -> bool:
        """Asks whoever has the place to end, and waits until it has; says whether there was anybody."""
        with suppress(Timeout), self._lock.acquire(timeout=0):
            return False
        pid, _ = self._holder()
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            process.terminate()
            psutil.wait_procs([process], timeout=ENDS_WITHIN_S)
        return True

    def _holder(self) -> tuple[int, str]:
        """Process id and address."""
        note = json.loads(self._note.read_text())
        return note["pid"], note["url"]
