"""Where a run's wall time goes."""

from __future__ import annotations

import threading
from collections.abc import Iterable


class Stopwatch:
    """Collects the intervals in which an encoder ran, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._intervals: list[tuple[float, float]] = []

    def add(self, intervals: Iterable[tuple[float, float]]) -> None:
        """Adds (start, end) pairs in seconds since the epoch."""
        with self._lock:
            self._intervals.extend(intervals)

    def seconds(self) -> float:
        """The wall time covered by at least one interval, in seconds."""
        with self._lock:
            return covered(self._intervals)


def covered(intervals: Iterable[tuple[float, float]]) -> float:
    """The length of the union of (start, end) intervals."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(intervals):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
