"""What the flows ask of the image that serves: commands on its own database and store.

Where DATABASE_URL is set, as in a container, nothing is started; else it is what `reelflow up` uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from app import housekeeping, spending
from app.configuration import configure, configured, require_known, settings_of, understood
from app.database import engine, session
from app.settings import settings
from app.store import media_store


def housekeep(*, dry_run: bool, at_once: bool) -> dict[str, Any]:
    """Removes what nobody can reach, or counts it, as a document.

    Args:
        dry_run: counts only.
        at_once: objects of the last day too: no film is being made.

    Raises:
        DatabaseUnavailable, ServiceFailed: the database can't be had.
        StoreError: the media store can't be used.
    """
    with _database():
        age = timedelta(0) if at_once else housekeeping.OBJECT_AGE
        found = housekeeping.clean(engine(), media_store(), dry_run=dry_run, object_age=age)
    return {"dry_run": dry_run, **asdict(found)}


def spent() -> dict[str, Any]:
    """What films have cost this month, as a document.

    Raises:
        DatabaseUnavailable, ServiceFailed: the database can't be had.
    """
    with _database():
        found = spending.spent(engine())
    return {
        "month_usd": float(found.month_usd),
        "clips": found.clips,
        "alert_usd": float(found.alert_usd),
        "dear_jobs": [{"id": job_id, "usd": float(usd)} for job_id, usd in found.dear_jobs],
    }


def configuration(key: str | None, text: str | None) -> dict[str, Any]:
    """The configuration, or one key of it, as a document; with a value, after that was set.

    Args:
        text: JSON, or a bare word.

    Raises:
        NotConfigurable: there is no such key, or it can't have this value; nothing was set.
        DatabaseUnavailable, ServiceFailed: the database can't be had.
    """
    if key is not None:
        require_known(key)
    value = understood(key, text) if key is not None and text is not None else None
    with _database(), session() as db:
        if key is not None and value is not None:
            configure(db, key, value)
            db.flush()
        found = settings_of(configured(db))
    return {"configuration": [asdict(each) for each in found if key in (None, each.key)]}


@contextmanager
def _database() -> Iterator[None]:
    if settings().database_url:
        yield
        return
    from commands.surroundings import surroundings

    with surroundings():
        yield
