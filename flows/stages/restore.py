"""Restore: the data of a snapshot in a new instance, which takes over the name of the present one.

The present instance stays under another name with all that is in it. The new one is made while the present
one serves; then nothing serves until the names are changed, Terraform knows the new instance, and the
earlier code runs on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from blocks.database import Database
from blocks.restoring import MISSING, keep_password, rename, restore
from flows.deployment.faults import StageFailed
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, branch, stage
from flows.rolling_back.snapshots import Chosen, Names
from flows.stages import roll_out
from flows.stages.apply import verdict
from flows.stages.plan import Planned, compare

NAME = "restore"
RESTORED_WITHIN_S = 2 * 3600.0
RENAMED_WITHIN_S = 1800.0
INSTANCE = "aws_db_instance"


@stage(NAME, deadline_s=3 * 3600, retries=1)
async def restore_snapshot(run: Deployment, chosen: Chosen, planned: Planned) -> Done[None]:
    """Restores, stops what serves, exchanges the instances, and has Terraform follow."""
    outputs = await run.outputs()
    live = run.environment.database(outputs)
    names, address = Names.of(live.identifier, run.release.id), address_of(planned)
    if await asyncio.to_thread(_named(live, names.kept).status) == MISSING:
        run.logger.info("Restoring %s into %s", chosen.name, names.restored)
        await restore(live, chosen.name, names.restored, deadline_s=RESTORED_WITHIN_S)
    await run.saga.register(roll_out.NAME, services=roll_out.way_back(run.previous, list(outputs.services)))
    await roll_out.stop_all(run)
    await run.saga.register(NAME, address=address, **asdict(names))
    await exchange(live, names)
    await _follow(run, planned, address, names.live)
    schema = run.release.db_schema
    assert schema is not None, "the check has looked at it"
    changes = {"after": chosen.version, "ahead": chosen.version != schema.head}
    await run.journal.update(db_schema=schema.model_copy(update=changes))
    return Done(None, f"{names.live} holds {chosen.name}; the instance before is kept as {names.kept}")


@branch(NAME, deadline_s=3600)
async def undo(run: Deployment, facts: Mapping[str, Any]) -> str:
    """Gives the instance of before its name again. The restored one is left, with a name of its own."""
    names = Names(live=str(facts["live"]), kept=str(facts["kept"]), restored=str(facts["restored"]))
    live = _named(run.environment.database(await run.outputs()), names.live)
    if await asyncio.to_thread(_named(live, names.kept).status) == MISSING:
        return f"{names.live} was not exchanged; {names.restored} is left, delete it when nobody needs it"
    if await asyncio.to_thread(live.status) != MISSING:
        await rename(live, names.restored, deadline_s=RENAMED_WITHIN_S)
    await rename(_named(live, names.kept), names.live, deadline_s=RENAMED_WITHIN_S)
    await run.environment.terraform.reassign(str(facts["address"]), names.live)
    file = run.scratch / "undo-restore.tfplan"
    plan = await compare(run, run.environment.terraform, file)
    if not plan.is_empty and not plan.destructive:
        run.keep_outputs((await run.environment.terraform.apply(file)).outputs)
    if schema := run.release.db_schema:
        await run.journal.update(db_schema=schema.model_copy(update={"after": schema.before}))
    return f"{names.live} is the instance of before; {names.restored} is left, delete it when nobody needs it"


def address_of(planned: Planned) -> str:
    """Where Terraform's configuration has the database."""
    return next(resource.address for resource in planned.plan.resources if resource.type == INSTANCE)


def _named(like: Database, identifier: str) -> Database:
    return like.model_copy(update={"identifier": identifier})


async def exchange(live: Database, names: Names) -> None:
    """Gives the restored instance the live one's name; does what of that was not done before a kill."""
    kept, restored = _named(live, names.kept), _named(live, names.restored)
    if await asyncio.to_thread(kept.status) == MISSING:
        await rename(live, names.kept, deadline_s=RENAMED_WITHIN_S)
    if await asyncio.to_thread(restored.status) != MISSING:
        await rename(restored, names.live, deadline_s=RENAMED_WITHIN_S)
    # The secret is tagged with the name that the instance has when it is made, and rights go by that.
    if (await asyncio.to_thread(kept.describe)).secret_arn:
        await keep_password(live, deadline_s=RENAMED_WITHIN_S)


async def _follow(run: Deployment, approved: Planned, address: str, identifier: str) -> None:
    """Has Terraform know the new instance, and do what follows from that: its secret's address, say."""
    terraform, file = run.environment.terraform, run.scratch / "restored.tfplan"
    await terraform.reassign(address, identifier)
    plan = await compare(run, terraform, file)
    let = {change.address for change in approved.plan.destructive}
    if not_asked := [change.address for change in plan.destructive if change.address not in let]:
        raise StageFailed(
            NAME,
            "destroys",
            f"With the restored instance Terraform would destroy {', '.join(not_asked)}",
            "Compare the instance's settings with the configuration; nothing was destroyed",
        )
    if not plan.is_empty:
        applied = await terraform.apply(file)
        run.keep_outputs(applied.outputs)
        run.logger.info("Terraform: %s", verdict(applied))
