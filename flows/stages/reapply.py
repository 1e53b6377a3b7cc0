"""Re-apply: the infrastructure becomes that of an earlier release, as the approved plan says.

Unlike a deployment's, it has a way back: what the infrastructure was is kept, and was verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.deployment.infrastructure import bring
from flows.deployment.run import Deployment
from flows.deployment.stage import branch
from flows.stages.apply import apply, verdict
from flows.stages.plan import Planned, compare

NAME = "infrastructure"


async def reapply(run: Deployment, planned: Planned) -> None:
    """Does what the plan says, after its way back is written."""
    before = run.previous.infrastructure if run.previous else None
    if before is not None and not planned.plan.is_empty:
        await run.saga.register(NAME, address=before)
    await apply(run, planned)


@branch(NAME, deadline_s=3900)
async def undo(run: Deployment, facts: Mapping[str, Any]) -> str:
    """Brings back the configuration that was verified last, unless that would destroy something."""
    directory = run.scratch / "infrastructure-before"
    where = await bring(run.records, run.environment, str(facts["address"]), directory)
    file = run.scratch / "undo.tfplan"
    plan = await compare(run, where.terraform, file)
    if plan.is_empty:
        return "nothing to change"
    if plan.destructive:
        return f"left as it is: going back would destroy {plan.destructive[0].address}"
    applied = await where.terraform.apply(file)
    run.keep_outputs(applied.outputs)
    return verdict(applied)
