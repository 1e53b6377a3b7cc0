"""How often may be called: so many creates and so many other calls a minute, for the account as a whole."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from sandbox.replicate.faults import Calls
from sandbox.replicate.problems import throttled


class Throttle:
    """Counts calls of the last minute."""

    def __init__(self, creates_per_minute: int, reads_per_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limits: dict[Calls, RateLimitItemPerMinute] = {
            "creates": RateLimitItemPerMinute(creates_per_minute),
            "reads": RateLimitItemPerMinute(reads_per_minute),
        }

    def admit(self, calls: Calls) -> None:
        """Counts a call.

        Raises:
            Problem: 429; there were too many.
        """
        limit = self._limits[calls]
        if not self._limiter.hit(limit, calls):
            reset = self._limiter.get_window_stats(limit, calls).reset_time
            raise throttled(max(1, math.ceil(reset - time.time())))
