"""The thread that sends webhooks beside the requests. Slow servers hold up nothing else."""

from __future__ import annotations

import threading

import structlog

from app.database import DatabaseUnavailable, engine
from app.outgoing.sending import ANSWERS_WITHIN_S, deliver_due

EVERY_S = 1.0
PAUSE_S = 2.0

log = structlog.get_logger(__name__)


class Deliveries(threading.Thread):
    """Sends what is due, until it is stopped."""

    def __init__(self) -> None:
        super().__init__(name="webhooks", daemon=True)
        self._over = threading.Event()

    def run(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            try:
                pause = 0.0 if deliver_due(engine()) else EVERY_S
            except DatabaseUnavailable as fault:
                log.warning("no webhook is sent for the moment", error=str(fault))
                pause = PAUSE_S
            except Exception:
                # Whatever it was, the others must not wait for a restart.
                log.exception("sending webhooks failed")
                pause = PAUSE_S

    def stop(self) -> None:
        """Ends the thread once what it has begun to send is marked; the rest stays in the outbox."""
        self._over.set()
        self.join(ANSWERS_WITHIN_S + PAUSE_S)
