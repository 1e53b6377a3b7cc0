"""Backup: the database into the media bucket, on a schedule and by command."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, cast
from uuid import UUID

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect.tasks import exponential_backoff
from pydantic import Field

from blocks.environment import Environment, EnvironmentName
from blocks.record_store import records_of
from flows.deployment.faults import transient
from flows.deployment.target import target
from flows.schema import artifacts, backups
from flows.schema.asking import ask_what_serves
from flows.schema.backups import Backup, BackupRecord

WITHIN_S = 3600.0
SNAPSHOT_WITHIN_S = 3600.0
BACKOFF = cast(Any, exponential_backoff(backoff_factor=10))


@flow(name="backup", description="Backs the database up.", flow_run_name="backup {environment}")
async def backup(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Whose database.")],
    snapshot: Annotated[bool, Field(title="Snapshot", description="A snapshot of RDS too.")] = False,
) -> State:
    """Dumps the database, deletes the dumps that are no longer kept, and remembers both.

    Raises:
        DeploymentError, BlockError: it could not be done.
    """
    where = await target(environment)
    found = await dump(where)
    taken = await snap(where) if snapshot else None
    made = BackupRecord(
        flow_run=UUID(flow_run.id) if flow_run.id else None,
        backup=Backup.model_validate(found["backup"]),
        snapshot=taken,
        deleted=tuple(found["deleted"]),
    )
    await asyncio.to_thread(_remember, where, made)
    await artifacts.backup_table(environment, made)
    return Completed(message=f"Backup {made.backup.id}: {made.backup.size_bytes} bytes")


@task(
    name="dump",
    retries=2,
    retry_delay_seconds=BACKOFF,
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def dump(where: Environment) -> dict[str, Any]:
    """Has the image that serves dump the database, in its network."""
    return await ask_what_serves(
        where, ["backup", "local"], answers="backup", deadline_s=WITHIN_S, tell=get_run_logger().info
    )


@task(
    name="snapshot",
    retries=2,
    retry_delay_seconds=BACKOFF,
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def snap(where: Environment) -> str:
    """Has RDS make a snapshot, and waits for it."""
    outputs = await where.terraform.outputs()
    name = f"{where.name}-backup-{datetime.now(UTC):%Y%m%dt%H%M%Sz}"
    await where.database(outputs).snapshot(name, deadline_s=SNAPSHOT_WITHIN_S)
    return name


def _remember(where: Environment, made: BackupRecord) -> None:
    records, folder = records_of(where), backups.backups_folder(where.name)
    backups.keep(records, folder, made.backup.id, made)
    for backup_id in made.deleted:
        backups.forget(records, folder, backup_id)
