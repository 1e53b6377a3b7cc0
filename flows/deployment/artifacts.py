"""What people look at in Prefect's page: the plan, checklists, the release and its timeline.

Telling is no part of the work: a Prefect server that is away for a moment fails no deployment.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact, acreate_table_artifact
from prefect.logging import get_logger

from blocks.terraform.cost import CostDelta
from blocks.terraform.plan import Plan
from flows.deployment.progress import AWAY
from flows.deployment.release import Check, Release
from flows.deployment.timeline import draw

if TYPE_CHECKING:
    from flows.deployment.run import Deployment

# Words, under a heading: Prefect's page shows nothing of a column whose heading is empty.
MARKS = {True: "good", False: "wrong", None: "not looked at"}


async def plan_table(run: Deployment, plan: Plan, cost: CostDelta) -> None:
    """The plan as a table."""
    await shown(
        acreate_table_artifact(
            key=f"plan-{run.environment.name}",
            table=plan_rows(plan) or [{"Action": "–", "Resource": "nothing to change", "Why": ""}],
            description=plan_in_words(run.environment.name, plan, cost),
        )
    )


def plan_rows(plan: Plan) -> list[dict[str, Any]]:
    """A row for each change."""
    return [
        {
            "Action": change.action,
            "Resource": change.address,
            "Why": _why(change.reason, change.replace_paths),
            "Attributes": ", ".join(attribute.path for attribute in change.attributes),
        }
        for change in plan.changes
    ]


def plan_in_words(environment: str, plan: Plan, cost: CostDelta) -> str:
    """The plan as Markdown, for whoever has to approve it."""
    lines = [
        f"**Plan for {environment}: {plan.summary()}.**",
        f"Monthly cost: ${cost.before.usd} → ${cost.after.usd}.",
    ]
    lines += [f"- {item.name} ({item.address}): {item.usd:+} $ a month" for item in cost.items]
    if blasts := plan.blast_radius():
        lines += ["", "**What is destroyed**"]
    for blast in blasts:
        built_on = f"; {len(blast.dependents)} resources are built upon it" if blast.dependents else ""
        why = _why(blast.reason, blast.replace_paths)
        lines.append(f"- {blast.action} `{blast.address}`: {blast.consequence}{built_on}. {why}")
    if plan.drift:
        lines += ["", "**Changed outside Terraform**"]
        lines += [f"- `{drift.address}` ({drift.action})" for drift in plan.drift]
    return "\n".join(lines)


async def checklist(run: Deployment, name: str, checks: Sequence[Check]) -> None:
    """A checklist as a table."""
    looked_at = [check for check in checks if check.good is not None]
    good = sum(check.good is True for check in looked_at)
    await shown(
        acreate_table_artifact(
            key=f"{name}-{run.environment.name}",
            table=check_rows(checks),
            description=f"{name.capitalize()} of {run.environment.name}: {good} of {len(looked_at)} good",
        )
    )


def check_rows(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """A row for each check."""
    return [
        {
            "State": MARKS[check.good],
            "Check": check.name,
            "Evidence": check.evidence,
            "What to do": check.remedy if check.good is False else "",
        }
        for check in checks
    ]


async def release_report(run: Deployment) -> None:
    """The release in words, and its timeline drawn."""
    release = run.release
    told = _headline(release)
    picture = base64.b64encode(draw(release, now=datetime.now(UTC)).encode()).decode()
    await shown(
        acreate_image_artifact(
            key=f"timeline-{release.environment}",
            image_url=f"data:image/svg+xml;base64,{picture}",
            description=told,
        )
    )
    await shown(
        acreate_markdown_artifact(
            key=f"release-{release.environment}", markdown=release_in_words(release), description=told
        )
    )


def _headline(release: Release) -> str:
    return f"Release {release.id} of {release.environment}: {release.status.replace('_', ' ')}"


def release_in_words(release: Release) -> str:
    """The release as Markdown."""
    lines = [f"# {_headline(release)}", ""]
    if release.cause:
        lines += [f"**{release.cause.stage}: {release.cause.message}**", "", release.cause.remedy, ""]
        lines += [f"- {_cell(line)}" for line in release.cause.evidence]
        lines += [""] if release.cause.evidence else []
    facts = {
        "Verified": release.verified and f"{release.verified:%Y-%m-%d %H:%M:%S} UTC",
        "Back to": release.goal,
        "Revision": release.revision,
        "Image": release.image and release.image.reference,
        "Tag": release.image and release.image.tag,
        "Plan": release.plan and f"{release.plan.summary} (`{release.plan.meaning[:12]}`)",
        "Approved by": release.plan and release.plan.approved_by,
        "Schema": release.db_schema and f"{release.db_schema.before} → {release.db_schema.after}",
        "Snapshot": release.db_schema and release.db_schema.snapshot,
        "Last verified before it": release.last_verified,
    }
    lines += ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items() if value)]
    if release.serving:
        lines += ["", "| Serving | Task definition | Tasks |", "|---|---|---|"]
        lines += [
            f"| {name} | {(record.task_definition or '–').rpartition('/')[2]} | {record.desired_count} |"
            for name, record in release.serving.items()
        ]
    lines += ["", "| Stage | | Seconds | |", "|---|---|---|---|"]
    for stage in release.stages:
        seconds = "" if stage.seconds is None else f"{stage.seconds:.1f}"
        lines.append(
            f"| {stage.name.replace('_', ' ')} | {stage.status} | {seconds} | {_cell(stage.verdict)} |"
        )
    for branch in (branch for branch in release.branches if branch.status in ("run", "failed")):
        lines.append(f"| undo {branch.name} | {branch.status} | | {_cell(branch.verdict)} |")
    return "\n".join(lines)


def _why(reason: str | None, paths: Sequence[str]) -> str:
    words = (reason or "").replace("_", " ")
    return f"{words} ({', '.join(paths)})" if paths else words


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


async def shown(making: Awaitable[object]) -> None:
    """Waits until an artifact is written; that it can't be is told in the log."""
    try:
        await making
    except AWAY as fault:
        get_logger(__name__).warning("An artifact was not written: %s", fault)
