"""Waiting for what another thread or process does: a condition is polled, nothing is slept through."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

T = TypeVar("T")


def until(condition: Callable[[], T], within_s: float = 120.0, every_s: float = 0.02) -> T:
    """What the condition says once that is true.

    Args:
        every_s: it is asked; seldom, where that takes work and the wait is long.

    Raises:
        tenacity.RetryError: it is not within so many seconds.
    """
    waiting = Retrying(
        retry=retry_if_result(lambda value: not value),
        stop=stop_after_delay(within_s),
        wait=wait_fixed(every_s),
    )
    return waiting(condition)
