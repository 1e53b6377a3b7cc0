"""Expand: the steps of the schema that the code before can live with, before any new code runs.

The image is asked what it needs, in a one-off task inside the network, where the database is; the code that
deploys may be another than the code that is deployed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from flows.deployment import journal, migrations
from flows.deployment.faults import StageFailed
from flows.deployment.migrations import Pending
from flows.deployment.release import Image, Release, Schema
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, branch, stage
from flows.rolling_back.steps import known_steps, way

NAME = "expand"
SNAPSHOT_WITHIN_S = 1800.0


@stage(NAME, deadline_s=3600, retries=1)
async def expand(run: Deployment, image: Image, found: Pending | None = None) -> Done[None]:
    """Runs the steps that come before the roll-out, after a snapshot when any of the steps is one-way.

    `found` are the pending ones as they were proved; steps that have been run since are not run again.
    """
    if known := at_head(run.release, run.previous, image):
        await run.journal.update(db_schema=known)
        return Done(None, f"the schema is at {known.after}", skipped=True)
    arn = await migrations.revision(run, image)
    found = found or await migrations.status(run, arn)
    if found.ahead:
        await _can_live_with(run, found)
    schema = schema_of(found, run.release.db_schema)
    if schema.snapshot is None and needs_snapshot(found):
        schema = schema.model_copy(update={"snapshot": await take_snapshot(run)})
    await run.journal.update(db_schema=schema)
    if not found.of("expand"):
        return Done(None, f"the schema is at {schema.after}", skipped=True)
    await run.saga.register(NAME, task_definition=arn, to=found.way_back)
    moved = await migrations.up(run, arn, "expand")
    await run.journal.update(db_schema=schema.model_copy(update={"after": moved.to}))
    return Done(None, str(moved))


# A database that went away in the middle comes back: its failover takes up to two minutes.
@branch(NAME, deadline_s=1800, retries=7)
async def undo(run: Deployment, facts: Mapping[str, Any]) -> str:
    """Takes the steps back, but for one-way ones: the code before can live with them."""
    moved = await migrations.down(run, str(facts["task_definition"]), facts["to"])
    if schema := run.release.db_schema:
        await run.journal.update(db_schema=schema.model_copy(update={"after": moved.to}))
    return str(moved)


def at_head(release: Release, previous: Release | None, image: Image) -> Schema | None:
    """The schema, when nothing can be pending: this very image was verified on it and has contracted it."""
    schema = previous.db_schema if previous and previous.image == image else None
    if release.db_schema or schema is None or schema.after != schema.head:
        return None
    return Schema(before=schema.after, after=schema.after, head=schema.head, steps=schema.steps)


def schema_of(found: Pending, known: Schema | None) -> Schema:
    """What the release remembers of the schema; a killed run's memory of what was before goes on."""
    return Schema(
        before=known.before if known else found.current,
        after=found.current,
        head=found.head,
        contracting=bool(found.of("contract")),
        snapshot=known.snapshot if known else None,
        ahead=found.ahead,
        steps=found.known,
    )


def needs_snapshot(found: Pending) -> bool:
    """Whether there is data that a pending step, of either phase, could not give back."""
    return found.current is not None and any(not step.reversible for step in found.steps)


async def _can_live_with(run: Deployment, found: Pending) -> None:
    """Raises StageFailed when a newer release has left a schema that this code can't run on."""
    releases = await asyncio.to_thread(journal.every, run.records, run.environment.name)
    between = way(known_steps(releases, found.known), current=found.current, head=found.head)
    if between.first:
        raise StageFailed(
            NAME,
            "schema_ahead",
            f"The schema is at {found.current}, ahead of this revision: {between}",
            f"Take it back (`reelflow migrate {run.environment.name} down --to {between.before_code}`), or"
            " deploy a revision that has these steps",
        )


async def take_snapshot(run: Deployment) -> str:
    """Takes the release's snapshot of the database, and returns its name."""
    name = f"{run.environment.name}-{run.release.id.lower()}"
    database = run.environment.database(await run.outputs())
    run.logger.info("Taking the snapshot %s", name)
    await database.snapshot(name, deadline_s=SNAPSHOT_WITHIN_S)
    return name
