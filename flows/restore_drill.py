"""Restore drill: a backup that was never restored is none, so the newest one is, every week."""

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
from prefect.states import Completed, Failed
from prefect.tasks import exponential_backoff
from pydantic import Field

from blocks.environment import Environment, EnvironmentName
from blocks.record_store import records_of
from flows.deployment.faults import transient
from flows.deployment.target import target
from flows.schema import artifacts, backups
from flows.schema.asking import ask_what_serves
from flows.schema.backups import Drill, DrillRecord

WITHIN_S = 3600.0


@flow(
    name="restore-drill",
    description="Restores the newest backup into a scratch database, and compares it.",
    flow_run_name="restore drill {environment}",
)
async def restore_drill(
    environment: Annotated[EnvironmentName, Field(title="Environment", description="Whose backup.")],
) -> State:
    """Restores, compares with what was in the database when the backup was made, drops; remembers it.

    Raises:
        DeploymentError, BlockError: it could not be done: there is no backup, say.
    """
    where = await target(environment)
    found = await restore(where)
    made = DrillRecord(
        flow_run=UUID(flow_run.id) if flow_run.id else None,
        at=datetime.now(UTC),
        drill=Drill.model_validate(found["drill"]),
    )
    records, folder = records_of(where), backups.drills_folder(environment)
    await asyncio.to_thread(backups.keep, records, folder, f"{made.at:{backups.ID_FORMAT}}", made)
    await artifacts.drill_table(environment, made)
    if made.drill.differences:
        return Failed(message=f"Backup {made.drill.backup} is not good: {'; '.join(made.drill.differences)}")
    return Completed(message=f"Backup {made.drill.backup} was restored: {made.drill.rows} rows are the same")


@task(
    name="restore",
    retries=2,
    retry_delay_seconds=cast(Any, exponential_backoff(backoff_factor=10)),
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def restore(where: Environment) -> dict[str, Any]:
    """Has the image that serves restore and compare the newest backup, in its network."""
    database = where.database(await where.terraform.outputs())
    disk = (await asyncio.to_thread(database.describe)).storage_gib
    return await ask_what_serves(
        where,
        ["drill", "local", "--storage", str(disk)],
        answers="drill",
        deadline_s=WITHIN_S,
        tell=get_run_logger().info,
    )
