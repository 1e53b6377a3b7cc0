"""Removes what nobody can reach any more: expired sessions, assets and jobs, and objects that no row knows.

In batches, each a transaction of its own, so that people who use the product meanwhile wait for none of it.
Objects go before rows: what a row that goes today has left is found tomorrow, a day being the time in which
a film that is just being made may still take a clip over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text
from sqlmodel import Session

from app.configuration import configured
from app.database import session
from app.storage_keys import COMPOSITIONS, GENERATIONS, TEMPORARY, UPLOADS
from blocks.media_store import ListedObject, MediaStore

BATCH = 500
OBJECTS_AT_ONCE = 1000
# A film in the making puts objects before it writes their rows.
OBJECT_AGE = timedelta(days=1)
MOST_NAMED = 20

_ACTIVE = "('pending', 'planning', 'generating', 'composing')"
# What may go, by table, as the ids of its rows.
_EXPIRED = {
    "brand_assets": "SELECT id FROM brand_assets WHERE expires_at <= now() - interval '1 day'",
    "user_sessions": f"""
        SELECT id FROM user_sessions WHERE expires_at <= now() AND NOT EXISTS (
            SELECT FROM generation_jobs AS job
            WHERE job.session_id = user_sessions.id AND job.status IN {_ACTIVE}
        )""",
    # A finished job may have a version of its film in the making.
    "generation_jobs": """
        SELECT id FROM generation_jobs WHERE status IN ('completed', 'failed', 'cancelled')
        AND completed_at < now() - make_interval(days => :days) AND NOT EXISTS (
            SELECT FROM compositions AS film
            WHERE film.job_id = generation_jobs.id AND film.status IN ('pending', 'composing')
        )""",
}
# By whose id an object's key begins, and where that id is a row's.
_OWNERS = {
    GENERATIONS: "SELECT id FROM generation_jobs WHERE id = ANY(:ids)",
    TEMPORARY: "SELECT id FROM generation_jobs WHERE id = ANY(:ids)",
    COMPOSITIONS: "SELECT id FROM compositions WHERE id = ANY(:ids)",
    UPLOADS: "SELECT id FROM brand_assets WHERE id = ANY(:ids)",
}
# A clip that one job has made, another one may use.
_SHARED = """
    SELECT storage_key FROM clips WHERE storage_key = ANY(:keys)
    UNION SELECT thumbnail_key FROM clips WHERE thumbnail_key = ANY(:keys)
    UNION SELECT storage_key FROM compositions WHERE storage_key = ANY(:keys)
    UNION SELECT storage_key FROM brand_assets WHERE storage_key = ANY(:keys)
"""


@dataclass
class Cleaned:
    """What was removed, or would be.

    Attributes:
        sessions, assets, jobs: rows.
        objects, bytes: objects that no row knew, and their size.
        named: some of their keys.
    """

    sessions: int = 0
    assets: int = 0
    jobs: int = 0
    objects: int = 0
    bytes: int = 0
    named: list[str] = field(default_factory=list)


def clean(engine: Engine, store: MediaStore, *, dry_run: bool, object_age: timedelta = OBJECT_AGE) -> Cleaned:
    """Removes all of it.

    Args:
        dry_run: counts only.
        object_age: objects that are younger stay.

    Raises:
        DatabaseUnavailable: the database can't be reached; what was removed stays so.
        StoreError: the store can't be used; likewise.
    """
    found = Cleaned()
    _objects(engine, store, found, dry_run=dry_run, older_than=datetime.now(UTC) - object_age)
    with session(engine) as db:
        days = _days_kept(db)
    found.assets = _rows(engine, "brand_assets", {}, dry_run=dry_run)
    found.jobs = _rows(engine, "generation_jobs", {"days": days}, dry_run=dry_run)
    found.sessions = _rows(engine, "user_sessions", {}, dry_run=dry_run)
    return found


def _rows(engine: Engine, table: str, given: dict[str, Any], *, dry_run: bool) -> int:
    if dry_run:
        with session(engine) as db:
            return int(_sql(db, f"SELECT count(*) FROM ({_EXPIRED[table]}) AS gone", **given).scalar_one())
    # Whoever works on a row of these has it, and it goes the next time.
    some = f"{_EXPIRED[table]} LIMIT :batch FOR UPDATE SKIP LOCKED"
    delete = f"WITH gone AS ({some}) DELETE FROM {table} USING gone WHERE {table}.id = gone.id"
    gone = 0
    while True:
        with session(engine) as db:
            count = _sql(db, delete, batch=BATCH, **given).rowcount
        gone += count
        if count == 0:
            return gone


def _objects(
    engine: Engine, store: MediaStore, found: Cleaned, *, dry_run: bool, older_than: datetime
) -> None:
    for folder in _OWNERS:
        old = (listed for listed in store.list(folder) if listed.modified < older_than)
        for some in _in_parts(old):
            with session(engine) as db:
                lost = orphans(db, [listed.key for listed in some])
            for listed in some:
                if listed.key not in lost:
                    continue
                if not dry_run:
                    store.delete(listed.key)
                found.objects += 1
                found.bytes += listed.size
                if len(found.named) < MOST_NAMED:
                    found.named.append(listed.key)


def orphans(db: Session, keys: Sequence[str]) -> set[str]:
    """Of the keys of objects, those that no row knows. A key that is not made as ours are is left alone."""
    owned = [(owner, key) for key in keys if (owner := _owner(key))]
    lost: set[str] = set()
    for folder, some in groupby(sorted(owned, key=lambda pair: pair[0][0]), key=lambda pair: pair[0][0]):
        pairs = [(owner_id, key) for (_, owner_id), key in some]
        known = set(_sql(db, _OWNERS[folder], ids=[owner_id for owner_id, _ in pairs]).scalars())
        lost |= {key for owner_id, key in pairs if owner_id not in known}
    if not lost:
        return lost
    return lost - set(_sql(db, _SHARED, keys=sorted(lost)).scalars())


def _owner(key: str) -> tuple[str, UUID] | None:
    """The folder of a key, and the id of the row that it belongs to."""
    for folder in _OWNERS:
        if key.startswith(folder):
            parts = key.removeprefix(folder).split("/")
            # Of uploads the session comes first, which the asset's row outlives.
            place = 1 if folder == UPLOADS else 0
            try:
                return folder, UUID(parts[place])
            except (ValueError, IndexError):
                return None
    return None


def _in_parts(listed: Iterable[ListedObject]) -> Iterator[list[ListedObject]]:
    rest = iter(listed)
    while some := list(islice(rest, OBJECTS_AT_ONCE)):
        yield some


def _days_kept(db: Session) -> int:
    return configured(db).cleanup_jobs_after_days


def _sql(db: Session, statement: str, **given: Any) -> Any:
    return db.connection().execute(text(statement), given)
