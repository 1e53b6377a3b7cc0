"""Apply: Terraform does what the approved plan says.

It has no way back: going back to an earlier state would not undo what was done, so a later deployment of the
earlier configuration does. What was applied half is planned again by the next one.
"""

from __future__ import annotations

import asyncio

from blocks.terraform.errors import PlanStale
from blocks.terraform.events import Diagnostic, Event, Operation
from blocks.terraform.outputs import Outputs
from blocks.terraform.workspace import Applied
from flows.deployment.faults import passes
from flows.deployment.infrastructure import keep
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.stages.plan import REPOSITORY, Planned, new_registry


@stage("apply", deadline_s=3900, retries=0)
async def apply(run: Deployment, planned: Planned) -> Done[Outputs]:
    """Does what the plan says, resource by resource."""
    await run.journal.update(infrastructure=await keep(run.records, run.environment))
    if planned.plan.is_empty:
        return Done(await run.outputs(), "nothing to change", skipped=True)
    progress = await run.progress("apply", f"Terraform on {run.environment.name}")
    total, done = len(planned.plan.changes), set[str]()
    registry, asked = new_registry(planned.plan), list[asyncio.Task[None]]()

    def tell(event: Event) -> None:
        if isinstance(event, Operation) and event.phase == "completed":
            done.add(event.address)
            if event.type == REPOSITORY and registry and event.action == "create":
                asked.append(asyncio.create_task(_learn_repository(run, registry)))
            progress.tell(len(done) / max(1, total))
            run.logger.info("%s: %s, %.0f s", event.address, event.action, event.elapsed_s)
        elif isinstance(event, Diagnostic) or (isinstance(event, Operation) and event.phase == "failed"):
            run.logger.warning("%s", event)

    try:
        applied = await run.environment.terraform.apply(planned.file, on_event=tell)
    finally:
        await asyncio.gather(*asked, return_exceptions=True)
    await progress.close()
    run.keep_outputs(applied.outputs)
    return Done(applied.outputs, verdict(applied))


async def _learn_repository(run: Deployment, name: str) -> None:
    """Lets the push begin while the database, which takes most of the time, is still being made."""
    run.repository.tell(await asyncio.to_thread(run.account.repository_url, name))


def verdict(applied: Applied) -> str:
    """What was done, in one line."""
    return f"{applied.added} added, {applied.changed} changed, {applied.removed} removed"


def plan_again(fault: BaseException | None) -> bool:
    """Whether a failed apply is to be planned anew at once: the plan is outdated, or AWS broke off."""
    return isinstance(fault, PlanStale) or passes(fault)
