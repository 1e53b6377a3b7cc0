"""The schema of the configured database, and its backups: what `reelflow … local` does, in the image too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL

from app import migrate
from app.database import engine
from app.migrate import Phase, Step
from app.migration_lint import Finding, faults, lint
from app.migration_sql import NotRendered, sql_of
from commands.configured import require

# A line of a container's log has 16 KiB at most.
MOST_HISTORY = 30
DIGEST_LETTERS = 16


def status() -> dict[str, object]:
    """Where the schema stands, as a document; see `app.migrate.Status`.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable, MigrationError: it could not be told; says why.
    """
    require("DATABASE_URL")
    found = migrate.status(engine())
    return {
        "current": found.current,
        "head": found.head,
        "pending": [_told(step) | _back(step) for step in found.pending],
        "steps": [_told(step) | _back(step) for step in migrate.steps()],
        "history": [
            {
                "version": row.version,
                "direction": row.direction,
                "applied_at": row.applied_at.isoformat(),
                "description": row.description,
            }
            for row in found.history[-MOST_HISTORY:]
        ],
    }


def up(*, to: str | None, phase: Phase | None) -> dict[str, object]:
    """Runs pending steps, and tells from where to where.

    Args:
        to: a version; None for the newest.
        phase: only the steps of this phase; None for all.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable, MigrationError: it could not be done; says why.
    """
    require("DATABASE_URL")
    before = migrate.status(engine()).current
    return _moved(before, migrate.upgrade(engine(), to or "head", phase=phase))


def down(*, to: str) -> dict[str, object]:
    """Undoes steps until the schema is at a version, and tells from where to where.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable, MigrationError: it could not be done; says why.
    """
    require("DATABASE_URL")
    before = migrate.status(engine()).current
    return _moved(before, migrate.downgrade(engine(), to))


def linted() -> dict[str, object]:
    """What is wrong with the steps of this code, excepted or not.

    Raises:
        LintFailed: they could not be looked at.
    """
    found = lint(migrate.steps())
    return {"ok": not faults(found), "findings": [_finding(each) for each in found]}


def backup() -> dict[str, object]:
    """Backs the database up, deletes the backups that are no longer kept, and tells of both.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        AppError, StoreError: it could not be done; says why.
    """
    from datetime import UTC, datetime

    from app.backups import backup as backups
    from app.backups.retention import expired
    from app.store import media_store

    url, store = _url(), media_store()
    made = backups.make(store, url)
    gone = expired(backups.listed(store), datetime.now(UTC))
    for backup_id in gone:
        backups.delete(store, backup_id)
    return {"backup": made.model_dump(mode="json"), "deleted": list(gone)}


def drill(storage_gib: int | None = None) -> dict[str, object]:
    """Restores the newest backup into a scratch database and compares it.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        AppError, StoreError: it could not be done; says why.
    """
    from app.backups.drill import drill as run
    from app.store import media_store

    return {"drill": run(media_store(), _url(), storage_gib=storage_gib).model_dump(mode="json")}


def prove(phase: Phase, *, last: bool, storage_gib: int | None) -> dict[str, object]:
    """Proves the pending steps of a phase on a copy.

    Args:
        storage_gib: of the server's disk, which the copy must not fill; None when nobody knows.
        last: whether to drop the copy then; one that proves nothing is dropped at once.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        AppError: the database can't be used.
    """
    from app.backups import scratch
    from app.proving.proof import prove as run
    from app.store import media_store

    url = _url()
    found = run(media_store(), url, phase, storage_gib=storage_gib)
    if last or found.failure:
        scratch.drop(url, scratch.PROOF)
    return {"proof": found.model_dump(mode="json")}


def end_proof() -> dict[str, object]:
    """Drops the copy of a proof that was not brought to its end.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable: it can't be dropped.
    """
    from app.backups import scratch

    scratch.drop(_url(), scratch.PROOF)
    return {"dropped": scratch.PROOF}


def try_on(database: str, *, last: bool) -> dict[str, object]:
    """Has this code live with a scratch database, and tells how that went.

    Args:
        last: whether to drop it then.

    Raises:
        NotConfigured: DATABASE_URL is not set.
        DatabaseUnavailable: it can't be dropped.
    """
    from app.backups import scratch
    from app.proving.living import alone_with, looks
    from app.settings import settings

    url = _url()
    settings.cache_clear()
    try:
        with alone_with(scratch.beside(url, database)):
            found = looks()
    finally:
        if last:
            scratch.drop(url, database)
    return {"ok": all(look.good for look in found), "looks": [look.model_dump() for look in found]}


def in_words(document: dict[str, Any]) -> str:
    """A document of this module as people read it."""
    if "findings" in document:
        lines = [
            f"{each['version']}  {each['rule']}: {each['message']}"
            + (f"  (excepted: {each['excepted']})" if each["excepted"] else "")
            for each in document["findings"]
        ]
        return "\n".join([*lines, "The steps are clean." if document["ok"] else "The steps are not clean."])
    if "history" in document:
        past = [f"{row['applied_at']}  {row['direction']:4}  {row['version']}" for row in document["history"]]
        where = f"The schema is at {document['current'] or 'base'}; this code has {document['head']}."
        return "\n".join([*past, where, *(f"pending  {_line(step)}" for step in document["pending"])])
    if not document["steps"]:
        return f"Nothing to do: the schema is at {document['to']}."
    return "\n".join(map(_line, document["steps"]))


def _line(step: dict[str, Any]) -> str:
    one_way = "" if step["reversible"] else "  (one-way)"
    return f"{step['version']}  {step['phase']:8}  {step['description']}{one_way}"


def _url() -> URL:
    require("DATABASE_URL")
    return engine().url


def _back(step: Step) -> dict[str, object]:
    """Whether taking the step back loses data, and by which digest it is known."""
    try:
        sql = sql_of(step)
    except NotRendered:
        return {"loses": True, "digest": ""}
    return {"loses": sql.down_loses, "digest": sql.digest[:DIGEST_LETTERS]}


def _finding(found: Finding) -> dict[str, object]:
    return {
        "version": found.version,
        "rule": found.rule,
        "message": found.message,
        "excepted": found.reason,
    }


def _moved(before: str | None, steps: tuple[Step, ...]) -> dict[str, object]:
    return {
        "from": before,
        "to": migrate.status(engine()).current,
        "steps": [_told(step) for step in steps],
    }


def _told(step: Step) -> dict[str, object]:
    return {
        "version": step.version,
        "phase": step.phase,
        "reversible": step.reversible,
        "description": step.description,
    }
