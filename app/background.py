"""What runs beside the requests: one thread sends the outbox and reconciles.

Of several processes of the application only one does it at a time, the one that holds the leader's lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import structlog
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from sqlalchemy import Connection, Engine, text

from app.database import DatabaseUnavailable, engine, reachable
from app.dispatch import dispatch_due
from app.reconcile import Reconciler

DISPATCH_EVERY_S = 1.0
RECONCILE_EVERY_S = 4.0
# While a part is away; it is asked again after so long.
PAUSE_S = 2.0
STOPS_WITHIN_S = 10.0
# Any number does, as long as every process of the application uses the same.
_LEADER_LOCK = 0x4C656164

log = structlog.get_logger(__name__)
_news = threading.Event()


def wake() -> None:
    """Has the outbox looked at now rather than within a second."""
    _news.set()


class Background(threading.Thread):
    """Sends what lies in the outbox, and finds jobs that nobody works on, until it is stopped."""

    def __init__(self) -> None:
        super().__init__(name="background", daemon=True)
        self._over = threading.Event()
        self._reconciled_at = float("-inf")

    def run(self) -> None:
        reported = ""
        while not self._over.is_set():
            try:
                with _leadership(engine()) as connection:
                    reported = ""
                    self._lead(engine(), connection)
            except NotLeader:
                self._over.wait(PAUSE_S)
            except (DatabaseUnavailable, httpx.HTTPError) as fault:
                if str(fault) != reported:
                    log.warning("nothing is dispatched for the moment", error=str(fault) or repr(fault))
                reported = str(fault)
                self._over.wait(PAUSE_S)
            except Exception:
                # Whatever it was, accepted jobs must not wait for a restart.
                log.exception("dispatching failed")
                self._over.wait(PAUSE_S)

    def stop(self) -> None:
        """Ends the thread; what it has not sent stays in the outbox."""
        self._over.set()
        wake()
        self.join(STOPS_WITHIN_S)

    def _lead(self, database: Engine, leadership: Connection) -> None:
        reconciler = Reconciler(database)
        # The client would wait up to half a minute before it notices that its server is back; we don't.
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), get_client(sync_client=True) as client:
            while not self._over.is_set():
                _still_leader(database, leadership)
                _news.clear()
                self._turn(database, client, reconciler)
                _news.wait(DISPATCH_EVERY_S)

    def _turn(self, database: Engine, client: SyncPrefectClient, reconciler: Reconciler) -> None:
        dispatch_due(database, client)
        if time.monotonic() - self._reconciled_at >= RECONCILE_EVERY_S:
            self._reconciled_at = time.monotonic()
            reconciler.turn(client)


class NotLeader(Exception):
    """Another process dispatches."""


@contextmanager
def _leadership(database: Engine) -> Iterator[Connection]:
    """Holds the leader's lock, which ends with its connection.

    Raises:
        NotLeader: another process has it.
        DatabaseUnavailable: the server can't be reached.
    """
    with reachable(database), database.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LEADER_LOCK}):
            raise NotLeader
        yield connection


def _still_leader(database: Engine, leadership: Connection) -> None:
    """Raises DatabaseUnavailable when the connection that holds the lock has broken."""
    with reachable(database):
        leadership.execute(text("SELECT 1"))
