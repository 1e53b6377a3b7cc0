"""Addresses of 127.0.0.0/8, one for each thing that has an address of its own on AWS."""

from __future__ import annotations

import os
import threading

from sandbox.errors import SandboxFailed

LAST = 254


class Addresses:
    """Hands out addresses of a random part of loopback, so that sandboxes beside each other don't meet."""

    def __init__(self) -> None:
        first, second = os.urandom(2)
        # From 127.16 to 127.239: people and programs use the ends.
        self._network = f"127.{16 + first % 224}.{second}"
        self._next = 0
        self._free: list[str] = []
        self._lock = threading.Lock()

    def take(self) -> str:
        """An address that nothing of this sandbox has.

        Raises:
            SandboxFailed: all are taken.
        """
        with self._lock:
            if self._next < LAST:
                self._next += 1
                return f"{self._network}.{self._next}"
            if not self._free:
                raise SandboxFailed(
                    f"All addresses of {self._network}.0/24 are taken: stop tasks, or start a new sandbox."
                )
            return self._free.pop(0)

    def give_back(self, address: str) -> None:
        with self._lock:
            self._free.append(address)
