"""Watches over a film in the making: its claim is kept, and a cancellation is seen."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.logging import get_logger

from app.claims import Claim, ClaimLost
from app.database import session
from app.models import GenerationJob

WATCH_EVERY_S = 1.0


class Watcher(threading.Thread):
    """Keeps the claim, and sees a cancellation, be it asked of us (the job's row) or of Prefect (the run).

    Args:
        held: the claim on the job.
        cancel: is set once nobody wants the film any more, or another process has it.
        run_id: of the flow run; None outside of one.

    Attributes:
        lost: whether the claim is another's by now.
    """

    def __init__(self, held: Claim, cancel: threading.Event, run_id: UUID | None) -> None:
        super().__init__(daemon=True, name=f"watch-{held.job_id}")
        self.lost = False
        self._claim = held
        self._cancel = cancel
        self._run_id = run_id
        self._over = threading.Event()

    def run(self) -> None:
        # One for all looks: each client reads the certificates anew, which takes 0.2 s of a processor.
        with self._prefect() as prefect:
            while not self._over.wait(WATCH_EVERY_S):
                try:
                    self._claim.keep()
                    if self._unwanted(prefect):
                        self._cancel.set()
                        return
                except ClaimLost:
                    self.lost = True
                    self._cancel.set()
                    return
                except Exception as fault:  # noqa: BLE001 - not seeing is no reason to stop a film
                    get_logger(__name__).warning("Can't see whether the job is cancelled: %s", fault)

    def cancelled(self) -> bool:
        """Whether a cancellation has been asked for by now."""
        with self._prefect() as prefect:
            return self._unwanted(prefect)

    def stop(self) -> None:
        """Looks no more."""
        self._over.set()

    def _prefect(self) -> AbstractContextManager[SyncPrefectClient | None]:
        return get_client(sync_client=True) if self._run_id else nullcontext()

    def _unwanted(self, prefect: SyncPrefectClient | None) -> bool:
        with session() as db:
            if db.get_one(GenerationJob, self._claim.job_id).cancel_requested_at:
                return True
        if self._run_id is None or prefect is None:
            return False
        state = prefect.read_flow_run(self._run_id).state
        return state is not None and (state.is_cancelling() or state.is_cancelled())
