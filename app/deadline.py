"""Deadlines that hold, whether or not what they are set for listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

INSIST_EVERY_S = 0.05

_insisting: set[asyncio.Task[None]] = set()


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of the work, or whatever it raises, if it comes in time; else it is stopped.

    Unlike `asyncio.timeout` it does not wait for the work to heed that.

    Raises:
        TimeoutError: it did not come in time.
    """
    task = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            insisting = asyncio.create_task(_stop(task))
            _insisting.add(insisting)
            insisting.add_done_callback(_insisting.discard)
    if not done:
        raise TimeoutError
    return task.result()


async def _stop(task: asyncio.Task[Any]) -> None:
    # psycopg meets a first cancellation by asking the server to stop, and waits for its answer.
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=INSIST_EVERY_S)
    if not task.cancelled():
        task.exception()


class OneThread:
    """Makes a blocking call in a thread, only one at a time: who asks meanwhile waits for the same one.

    So a call that hangs holds one thread however often it is asked for, and, unlike those of the event
    loop's pool, none that the process waits for when it ends.
    """

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._under_way: Future[None] | None = None

    async def __call__(self) -> None:
        """Returns when the call has; raises what it raises."""
        if self._under_way is None or self._under_way.done():
            self._under_way = Future()
            # From now on it can't be cancelled by those who give up waiting.
            self._under_way.set_running_or_notify_cancel()
            threading.Thread(target=self._run, args=(self._under_way,), daemon=True).start()
        await asyncio.wrap_future(self._under_way)

    def _run(self, result: Future[None]) -> None:
        try:
            result.set_result(self._call())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            result.set_exception(error)
