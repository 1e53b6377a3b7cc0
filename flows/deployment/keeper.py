"""Keeps a deployment's lock, and sees when it is to end: by signal, by Prefect, by losing the lock."""

from __future__ import annotations

import asyncio
import contextvars
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_logger

from flows.deployment.lock import Lock, LockLost


class Keeper(threading.Thread):
    """Renews the lock from a thread of its own, so that no long step lets the lease run out.

    Attributes:
        lost: whether the lock is another's by now.
    """

    def __init__(self, lock: Lock, *, every_s: float, flow_run: UUID | None) -> None:
        super().__init__(daemon=True, name="deployment-lock")
        self.lost = False
        self._lock = lock
        self._every_s = every_s
        self._flow_run = flow_run
        self._over = threading.Event()
        # A thread has none of Prefect's settings, and its log would be nobody's.
        self._context = contextvars.copy_context()
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._asked = False

    @contextmanager
    def keeping(self) -> Iterator[Keeper]:
        """Keeps the lock while the block runs, and has the block cancelled, once, when it is to end."""
        previous = signal.getsignal(signal.SIGTERM)
        # Prefect's own handler raises wherever the loop happens to be; cancelling ends at the next await.
        # Outside of the main thread there are no signals to hear.
        with suppress(ValueError, RuntimeError, NotImplementedError):
            self._loop.add_signal_handler(signal.SIGTERM, self._cancel)
        self.start()
        try:
            yield self
        finally:
            self._over.set()
            with suppress(ValueError, RuntimeError, NotImplementedError):
                self._loop.remove_signal_handler(signal.SIGTERM)
                signal.signal(signal.SIGTERM, previous)
            self.join()

    def run(self) -> None:
        self._context.run(self._keep)

    def _keep(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                self._lock.renew()
                if self._unwanted():
                    self._loop.call_soon_threadsafe(self._cancel)
            except LockLost as lost:
                get_logger(__name__).error("%s", lost)
                self.lost = True
                # Even on the way back: that is another's business now.
                self._loop.call_soon_threadsafe(self._task.cancel)
                return
            except Exception as fault:  # noqa: BLE001 - not reaching the store for a moment loses no lock
                get_logger(__name__).warning("The lock was not renewed: %s", fault)

    def _unwanted(self) -> bool:
        """Whether the run was cancelled in Prefect by somebody who could not tell this process."""
        if self._flow_run is None or self._asked:
            return False
        state = state_of(self._flow_run)
        return state is not None and (state.is_cancelling() or state.is_cancelled())

    def let_it_end(self) -> None:
        """From now on nobody can end the deployment but by killing it: it goes its ways back."""
        self._asked = True

    def _cancel(self) -> None:
        # Once: a second one would hit the ways back.
        if not self._asked:
            self._asked = True
            self._task.cancel()


def state_of(flow_run: UUID) -> State | None:
    """The state of a flow run; None when this Prefect server does not know it."""
    with get_client(sync_client=True) as client:
        try:
            return client.read_flow_run(flow_run).state
        except ObjectNotFound:
            return None


def is_over(flow_run: UUID) -> bool:
    """Whether a flow run has ended, as far as Prefect knows. A suspended one has no process either."""
    state = state_of(flow_run)
    return state is not None and (state.is_final() or state.name == "Suspended")
