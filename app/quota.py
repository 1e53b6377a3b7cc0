"""Room for media: what is stored is held against the operator's quota before anything new is accepted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache

import structlog

from app.configuration import Configuration
from app.errors import AppError
from app.settings import settings
from app.store import media_store
from blocks.media_store import StoreError

MEASURED_EVERY_S = 600.0
GB = 10**9

log = structlog.get_logger(__name__)


class QuotaReached(AppError):
    """As much is stored as the operator allows."""


class Stored:
    """How many bytes the store holds, as last measured.

    To list a store can take many seconds, so that a thread does it and nobody waits; until it has ended
    for the first time, nothing is known.

    Args:
        measure: counts the bytes; its StoreError leaves what is known.
        every_s: for how many seconds a measurement holds.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        measure: Callable[[], int],
        *,
        every_s: float = MEASURED_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._measure, self._every_s, self._clock = measure, every_s, clock
        self._guard = threading.Lock()
        self._began_at = float("-inf")
        self._measuring: threading.Thread | None = None
        self._bytes: int | None = None

    def known(self) -> int | None:
        """The bytes, or None; has them measured anew where that was too long ago."""
        with self._guard:
            idle = self._measuring is None or not self._measuring.is_alive()
            if idle and self._clock() - self._began_at >= self._every_s:
                self._began_at = self._clock()
                self._measuring = threading.Thread(target=self._look, name="stored", daemon=True)
                self._measuring.start()
        return self._bytes

    def wait(self) -> None:
        """Until the measurement that goes on has ended."""
        if self._measuring:
            self._measuring.join()

    def _look(self) -> None:
        try:
            self._bytes = self._measure()
        except StoreError as fault:
            log.warning("what is stored was not measured", error=str(fault))


def require_space(now: Configuration) -> None:
    """Refuses what is new while the store is full; what is being made goes on.

    Raises:
        QuotaReached: as much is stored as `storage_quota_gb` allows.
    """
    used, most = stored(settings().media_url).known(), now.storage_quota_gb
    if used is not None and used >= most * GB:
        raise QuotaReached(
            "Nothing new is accepted",
            f"{used / GB:.1f} GB are stored, and storage_quota_gb is {most:g}",
            "Try again when older films have gone, or raise it: `reelflow config ENV storage_quota_gb GB`",
        )


@cache
def stored(media_url: str) -> Stored:
    """What the configured store holds; the address tells two stores apart."""
    store = media_store()
    return Stored(lambda: sum(each.size for each in store.list("")))
