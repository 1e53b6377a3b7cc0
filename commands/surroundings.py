"""What every command stands on: the stack is up, the schema current, Prefect prepared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.client.orchestration import get_client
from prefect.context import refresh_global_settings_context
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

from app import migrate
from app.database import engine
from app.settings import settings
from flows.generation.clips import CLIP_LIMIT
from stack.embedded import Addresses, embedded_stack


@contextmanager
def surroundings() -> Iterator[Addresses]:
    """The stack that is configured, embedded where it isn't, ready for flows.

    Raises:
        ServiceFailed, DatabaseUnavailable, MigrationError: a part can't be had; says which and why.
    """
    here = settings()
    with embedded_stack(
        here.reelflow_home,
        database_url=here.database_url.get_secret_value() if here.database_url else None,
        prefect_api_url=os.environ.get("PREFECT_API_URL") or None,
    ) as addresses:
        # Both were read before the stack was up, and don't know its addresses.
        settings.cache_clear()
        refresh_global_settings_context()
        migrate.upgrade(engine())
        _prepare_prefect()
        try:
            yield addresses
        finally:
            # What is still on its way to Prefect's server would complain when that is gone.
            APILogWorker.drain_all(timeout=5)
            EventsWorker.drain_all(timeout=5)


def _prepare_prefect() -> None:
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(CLIP_LIMIT, os.cpu_count() or 2)
