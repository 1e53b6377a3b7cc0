"""Waiting for what another thread or process does: a condition is polled, nothing is slept through."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

T = TypeVar("T")


def until(condition: Callable[[], T], within_s: float = 120.0) -> T:
    """What the condition says once that is true.

    Raises:
        tenacity.RetryError: it is not within so many seconds.
    """
    waiting = Retrying(
        retry=retry_if_result(lambda value: not value), stop=stop_after_delay(within_s), wait=wait_fixed(0.02)
    )
    return waiting(condition)
