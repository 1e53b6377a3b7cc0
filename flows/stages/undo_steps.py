"""Undo steps: the schema goes back, first as far as the earlier code needs, then as far as was asked for.

The mirror image of a deployment: what was contracted is undone before the earlier code runs, what was
expanded only when nobody needs it any more. The image that has the steps undoes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.deployment import migrations
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, branch, stage
from flows.stages.check_schema import SchemaChecked
from flows.stages.expand import take_snapshot

MAKE_WAY, TAKE_BACK = "make_way", "take_back"
DEADLINE_S = 3600


@stage(MAKE_WAY, deadline_s=DEADLINE_S, retries=1)
async def make_way(run: Deployment, schema: SchemaChecked) -> Done[None]:
    """Undoes the steps on which the earlier code can't run, after a snapshot."""
    way = schema.way
    if not way.first or schema.undone_by is None:
        return Done(None, str(way), skipped=True)
    await _keep_snapshot(run)
    arn = await migrations.revision(run, schema.undone_by)
    await run.saga.register(MAKE_WAY, task_definition=arn, to=way.current)
    return Done(None, str(await _go_down(run, arn, way.before_code)))


@branch(MAKE_WAY, deadline_s=1800)
async def undo(run: Deployment, facts: Mapping[str, Any]) -> str:
    """Runs the steps again: the code that serves needs them. What they had dropped is in the snapshot."""
    moved = await migrations.up_to(run, str(facts["task_definition"]), str(facts["to"]))
    if schema := run.release.db_schema:
        await run.journal.update(db_schema=schema.model_copy(update={"after": moved.to}))
    return str(moved)


@stage(TAKE_BACK, deadline_s=DEADLINE_S, retries=1)
async def take_back(run: Deployment, schema: SchemaChecked, *, wanted: bool) -> Done[None]:
    """Undoes the steps that the earlier code could live with; has no way back, as it is verified."""
    way = schema.way
    if not wanted or not way.rest or schema.undone_by is None:
        left = (*way.rest, *way.kept)
        verdict = f"the schema stays at {left[0].version}" if left else "no step is left over"
        return Done(None, verdict, skipped=True)
    await _keep_snapshot(run)
    arn = await migrations.revision(run, schema.undone_by)
    return Done(None, str(await _go_down(run, arn, way.after_code)))


async def _keep_snapshot(run: Deployment) -> None:
    schema = run.release.db_schema
    assert schema is not None, "the check has looked at it"
    if schema.snapshot is None:
        taken = await take_snapshot(run)
        await run.journal.update(db_schema=schema.model_copy(update={"snapshot": taken}))


async def _go_down(run: Deployment, arn: str, to: str) -> migrations.Moved:
    moved = await migrations.down(run, arn, to)
    schema = run.release.db_schema
    assert schema is not None, "the check has looked at it"
    changes = {"after": moved.to, "ahead": moved.to != schema.head}
    await run.journal.update(db_schema=schema.model_copy(update=changes))
    return moved
