"""Plan: what the infrastructure lacks, what that would destroy, and what it would cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from blocks.terraform.cost import CostDelta, cost_delta
from blocks.terraform.errors import LockHolder, StateLocked
from blocks.terraform.events import Diagnostic, Drifted, Event, Waiting
from blocks.terraform.plan import Plan
from blocks.terraform.workspace import TerraformWorkspace
from flows.deployment import artifacts
from flows.deployment.release import PlanRecord, StageRecord
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.stages.approve import Question

REPOSITORY = "aws_ecr_repository"
NAME = "plan"
DEADLINE_S = 1200


@dataclass(frozen=True)
class Planned:
    """A plan that can be applied: as a value, and as Terraform's file."""

    plan: Plan
    file: Path
    cost: CostDelta

    def question(self, environment: str) -> Question:
        """What a person is asked before it is applied."""
        return Question(
            meaning=self.plan.meaning(),
            words=artifacts.plan_in_words(environment, self.plan, self.cost),
            changes=not self.plan.is_empty,
            destructive=bool(self.plan.destructive),
        )


@stage(NAME, deadline_s=DEADLINE_S)
async def plan(run: Deployment) -> Done[Planned]:
    """Compares the configuration with what there is; nothing to change is a success."""
    planned = await look(run)
    # After an apply that broke off there may be a registry, and no outputs yet.
    if new_registry(planned.plan) is None and (outputs := await run.outputs_if_any()):
        run.repository.tell(outputs.ecr_repository_url)
    await run.journal.update(plan=record(planned.plan, run.release.plan))
    return Done(planned, verdict(planned.plan, planned.cost), skipped=planned.plan.is_empty)


async def look(run: Deployment) -> Planned:
    """Plans, and shows the plan."""
    file = run.scratch / "plan.tfplan"
    found = await compare(run, run.environment.terraform, file)
    cost = await asyncio.to_thread(_cost, run, found)
    await artifacts.plan_table(run, found, cost)
    return Planned(found, file, cost)


async def compare(run: Deployment, terraform: TerraformWorkspace, file: Path) -> Plan:
    """Plans into a file. The lock of the state that a dead deployment has left is taken from it."""
    try:
        return await terraform.plan(file, on_event=_told(run))
    except StateLocked as error:
        if error.holder is None or not left_behind(error.holder, run.taken_over):
            raise
        run.logger.warning("The state was locked by the dead deployment: unlocking %s", error.holder)
        await terraform.force_unlock(error.holder.id)
        return await terraform.plan(file, on_event=_told(run))


def verdict(plan: Plan, cost: CostDelta) -> str:
    """The plan in one line."""
    if plan.is_empty:
        return "nothing to change"
    destroyed = ", ".join(change.address for change in plan.destructive)
    dollars = f"{cost.usd:+} $ a month" if cost.usd else "costs as before"
    return f"{plan.summary()}; {dollars}" + (f"; destroys {destroyed}" if destroyed else "")


def new_registry(plan: Plan) -> str | None:
    """The name of the registry's repository when the plan makes it, or makes it anew; None when it stays."""
    for change in plan.changes:
        if change.type == REPOSITORY and change.action in ("create", "replace"):
            return str((change.after or {})["name"])
    return None


def record(plan: Plan, before: PlanRecord | None) -> PlanRecord:
    """The plan as the release remembers it; an approval stays as long as the meaning does."""
    meaning = plan.meaning()
    same = before is not None and before.meaning == meaning
    return PlanRecord(
        meaning=meaning,
        summary=str(plan.summary()),
        destructive=bool(plan.destructive),
        approved_by=before.approved_by if before and same else None,
        changed_infrastructure=not plan.is_empty or bool(before and before.changed_infrastructure),
    )


def left_behind(holder: LockHolder, taken_over: tuple[StageRecord, ...]) -> bool:
    """Whether a state's lock is that of the dead deployment whose release this run has found.

    Nobody else is deploying, since this run has the environment's lock; but a person may run Terraform by
    hand. So only a lock counts that was taken while the dead run was planning or applying.

    Args:
        holder: who holds the state's lock.
        taken_over: the stages of the dead run's release, as it has left them.
    """
    at_it = (s for s in taken_over if s.name in ("plan", "apply") and s.status == "running")
    created = holder.created
    return created is not None and any(created >= stage.started for stage in at_it)


def _cost(run: Deployment, found: Plan) -> CostDelta:
    return cost_delta(found, run.environment.prices())


def _told(run: Deployment) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        if isinstance(event, Drifted):
            run.logger.warning("Changed outside Terraform: %s (%s)", event.address, event.action)
        elif isinstance(event, Waiting):
            run.logger.info("Somebody holds the state's lock; waiting")
        elif isinstance(event, Diagnostic):
            run.logger.warning("%s", event)

    return tell
