"""What commands stand on: the stack is up, the schema current, Prefect prepared, the dead cleared away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.context import refresh_global_settings_context
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from sqlmodel import col, func, select

from app import migrate
from app.claims import reconcile
from app.database import engine, session
from app.jobs import ACTIVE
from app.models import GenerationJob
from app.reconcile import crash, flow_runs_of
from app.settings import settings
from app.shared_limits import CLIP_LIMIT
from commands.deployments import ensure_limits
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
        redis_url=here.redis_url.get_secret_value() if here.redis_url else None,
    ) as addresses:
        # Both were read before the stack was up, and don't know its addresses.
        settings.cache_clear()
        refresh_global_settings_context()
        migrate.upgrade(engine())
        with get_client(sync_client=True) as client:
            ensure_limits(client)
            _clear_away(client, reconcile(engine()))
        try:
            yield addresses
        finally:
            # What is still on its way to Prefect's server would complain when that is gone.
            APILogWorker.drain_all(timeout=5)
            EventsWorker.drain_all(timeout=5)


def _clear_away(client: SyncPrefectClient, interrupted: list[UUID]) -> None:
    """Tells Prefect what it can't see: these jobs' runs have crashed, and nobody holds their clip slots."""
    with session() as db:
        runs = flow_runs_of(db, interrupted)
        working = db.exec(
            select(func.count()).select_from(GenerationJob).where(col(GenerationJob.status).in_(ACTIVE))
        ).one()
    crash(client, runs)
    if not working:
        # A killed process's leases would hold the slots until they expire, a minute later.
        client.update_global_concurrency_limit(CLIP_LIMIT, GlobalConcurrencyLimitUpdate(active_slots=0))
