"""Schemas and backups of environments: asked and moved by the image that serves, where the database is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from prefect.deployments import run_deployment

from app.errors import AppError
from blocks.environment import Environment
from blocks.record_store import records_of
from commands.deployment.engine import deployment_engine, register
from commands.deployment.environments import environment
from flows.deployment import journal
from flows.deployment.keeper import Keeper
from flows.deployment.lock import LEASE_S, Holder, Lock
from flows.deployment.release import last_verified
from flows.schema import backups as records_kept
from flows.schema.asking import ask_what_serves
from flows.schema.backups import BackupRecord, DrillRecord
from flows.schema.moving import Standing, way_down

STATUS_WITHIN_S = 300.0
MOVED_WITHIN_S = 1800.0
SNAPSHOT_WITHIN_S = 3600.0
RENEWALS_PER_LEASE = 4
MOST_SHOWN = 50

Tell = Callable[[str], None]


class NotMoved(AppError):
    """The schema was left as it is."""


async def status(where: Environment, *, on_log: Tell) -> dict[str, Any]:
    """Where the schema of an environment stands, as `migrate local status` tells there.

    Raises:
        TaskFailed: the image that serves could not tell.
        OutputsMissing: nothing is there yet.
        BlockError: AWS can't be asked.
    """
    return await ask_what_serves(
        where,
        ["migrate", "local", "status"],
        answers="pending",
        deadline_s=STATUS_WITHIN_S,
        tell=on_log,
    )


async def move(where: Environment, action: str, to: str | None, *, tell: Tell) -> dict[str, Any]:
    """Takes the schema of an environment up or down, while nobody else deploys.

    Before steps are taken back that lose data, a snapshot is made.

    Args:
        action: `up` or `down`.
        to: a version, `base`, or None for the newest.

    Raises:
        LockHeld: the environment is being deployed.
        NotMoved: it can't be taken back so far.
        TaskFailed: the image that serves could not do it.
        BlockError: AWS can't be asked.
    """
    # Whether another's flow run is over only a Prefect server knows; without one its lease has to end.
    lock = Lock(records_of(where), where.name, is_over=lambda _: False)
    await asyncio.to_thread(lock.acquire, Holder.this_process(None))
    keeper = Keeper(lock, every_s=LEASE_S / RENEWALS_PER_LEASE, flow_run=None)
    try:
        with keeper.keeping():
            snapshot = await _made_sure(where, to or "base", tell) if action == "down" else None
            command = ["migrate", "local", action, *(["--to", to] if to else [])]
            moved = await ask_what_serves(
                where, command, answers="steps", deadline_s=MOVED_WITHIN_S, tell=tell
            )
            await _remember(where, moved["to"])
            return moved | {"snapshot": snapshot}
    finally:
        if not keeper.lost:
            await asyncio.to_thread(lock.release)


async def _made_sure(where: Environment, to: str, tell: Tell) -> str | None:
    """Refuses what can't be done, and makes the snapshot if there is to be one; returns its name."""
    standing = Standing.model_validate(await status(where, on_log=lambda _: None))
    way = way_down(standing, to)
    if way.refusal:
        cause, remedy = way.refusal
        raise NotMoved(f"The schema of {where.name} can't go back to {to}", cause, remedy)
    if way.missed:
        tell(
            f"The release that serves asks for {', '.join(reversed(way.missed))}: it is unhealthy until "
            f"`reelflow migrate {where.name} up`, or a rollback"
        )
    if not way.snapshot:
        return None
    name = f"{where.name}-down-{datetime.now(UTC):%Y%m%dt%H%M%Sz}"
    lost = ", ".join(step.version for step in way.steps if step.loses)
    tell(f"Taking back {lost} loses data: taking the snapshot {name} first")
    database = where.database(await where.terraform.outputs())
    await database.snapshot(name, deadline_s=SNAPSHOT_WITHIN_S, on_status=tell)
    return name


async def _remember(where: Environment, version: str | None) -> None:
    """Tells the release that serves: the next deployment would take the schema to be as it was left."""
    records = records_of(where)
    newest = await asyncio.to_thread(journal.newest, records, where.name)
    release_id = last_verified(newest)
    if release_id is None:
        return
    release = await asyncio.to_thread(journal.read, records, where.name, release_id)
    if release is None or release.db_schema is None:
        return
    kept = journal.Journal(records)
    await kept.take_up(release)
    await kept.update(db_schema=release.db_schema.model_copy(update={"after": version}))


def run_flow(flow: str, env: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Runs a flow of an environment in Prefect to its end, and tells what it has written down.

    Raises:
        ServiceFailed: Prefect can't be had.
        BlockError, StoreError: the environment can't be looked at.
    """
    where = environment(env)
    with deployment_engine(where.name):
        register(where)
        return run(where, flow, parameters)


def run(where: Environment, flow: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The same for a Prefect that is ready, and knows the environment."""
    done = run_deployment(f"{flow}/{where.name}", parameters=parameters, timeout=None, as_subflow=False)
    state = done.state  # pyright: ignore[reportAttributeAccessIssue]
    found = _written(where, flow, done.id)  # pyright: ignore[reportAttributeAccessIssue]
    return {
        "ok": bool(state and state.is_completed()),
        "message": (state.message if state else None) or "",
        "record": found.model_dump(mode="json") if found else None,
    }


def backups(where: Environment) -> dict[str, Any]:
    """The backups of an environment and its drills, newest first.

    Raises:
        StoreError: the bucket can't be used.
    """
    records = records_of(where)
    made = records_kept.newest(
        records, records_kept.backups_folder(where.name), BackupRecord, most=MOST_SHOWN
    )
    drills = records_kept.newest(
        records, records_kept.drills_folder(where.name), DrillRecord, most=MOST_SHOWN
    )
    return {
        "backups": [each.model_dump(mode="json") for each in made],
        "drills": [each.model_dump(mode="json") for each in drills],
    }


def _written(where: Environment, flow: str, run_id: Any) -> BackupRecord | DrillRecord | None:
    records = records_of(where)
    if flow == "backup":
        return records_kept.made_by(records, records_kept.backups_folder(where.name), BackupRecord, run_id)
    return records_kept.made_by(records, records_kept.drills_folder(where.name), DrillRecord, run_id)
