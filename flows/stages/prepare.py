"""Prepare: what a rollback would change of the infrastructure and of the schema, as one plan to be approved.

It goes by the name of the stage of a deployment, whose place it has.
"""

from __future__ import annotations

import hashlib
import json

from blocks.terraform.cost import Cost, CostDelta
from blocks.terraform.plan import Plan
from flows.deployment import artifacts
from flows.deployment.infrastructure import bring
from flows.deployment.release import PlanRecord, Release
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.stages import plan as planning
from flows.stages.approve import Question
from flows.stages.check import Checked
from flows.stages.check_schema import SchemaChecked
from flows.stages.plan import Planned

NOTHING = CostDelta(before=Cost(), after=Cost(), items=())


@stage(planning.NAME, deadline_s=planning.DEADLINE_S)
async def prepare(
    run: Deployment, goal: Release, checked: Checked, *, take_back: bool
) -> Done[tuple[Planned, Question]]:
    """Plans with the configuration of that release when it was changed since, and asks about all at once."""
    planned = Planned(Plan(), run.scratch / "no.tfplan", NOTHING)
    if checked.infrastructure:
        directory = run.scratch / "infrastructure"
        run.environment = await bring(run.records, run.environment, goal.infrastructure, directory)
        planned = await planning.look(run)
    asked = question(run.environment.name, goal, planned, checked.schema, take_back=take_back)
    before = run.release.plan
    await run.journal.update(
        plan=PlanRecord(
            meaning=asked.meaning,
            summary=summary(goal, planned, checked.schema, take_back=take_back),
            destructive=asked.destructive,
            approved_by=before.approved_by if before and before.meaning == asked.meaning else None,
            changed_infrastructure=not planned.plan.is_empty
            or bool(before and before.changed_infrastructure),
        )
    )
    return Done((planned, asked), planning.verdict(planned.plan, planned.cost), skipped=not asked.changes)


def question(
    environment: str, goal: Release, planned: Planned, schema: SchemaChecked, *, take_back: bool
) -> Question:
    """What a person is asked before a rollback changes anything. Undoing a step drops what it has added."""
    way, snapshot = schema.way, schema.snapshot
    undone = (*way.first, *(way.rest if take_back else ()))
    does = [goal.id, planned.plan.meaning(), way.current, [step.version for step in undone]]
    lines = [f"**Rollback of {environment} to release {goal.id}.**", ""]
    if snapshot:
        does.append(snapshot.name)
        lines += [
            f"**The data of the snapshot {snapshot.name} take the place of the present ones.** It was taken "
            f"before release {snapshot.taken_by}; what was written since stays in the present instance, "
            "which is kept under another name. Nothing serves while they are exchanged.",
            "",
        ]
    if undone:
        lines += [
            "**Steps of the schema to be undone, after a snapshot**",
            *(f"- {step.version}: {step.description}" for step in undone),
            "",
            "What was written into what they have added is in the snapshot only.",
            "",
        ]
    if not planned.plan.is_empty:
        lines.append(artifacts.plan_in_words(environment, planned.plan, planned.cost))
    return Question(
        meaning=hashlib.sha256(json.dumps(does).encode()).hexdigest(),
        words="\n".join(lines),
        changes=bool(undone or snapshot) or not planned.plan.is_empty,
        destructive=bool(undone or snapshot or planned.plan.destructive),
    )


def summary(goal: Release, planned: Planned, schema: SchemaChecked, *, take_back: bool) -> str:
    """The whole rollback in one line."""
    undone = (*schema.way.first, *(schema.way.rest if take_back else ()))
    data = f"; restores {schema.snapshot.name}" if schema.snapshot else ""
    steps = f"; undoes {', '.join(step.version for step in undone)}" if undone else ""
    return f"back to release {goal.id}; infrastructure: {planned.plan.summary()}{data}{steps}"
