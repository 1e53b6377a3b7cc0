"""Approve: a person lets a plan through, when it takes something away that exists.

The question is a suspended run, answered in Prefect's page or by `reelflow approve`. The answer is bound to
the hash of what the plan means: the run starts again from the top, plans anew, and an answer counts only for
a plan of the same meaning. A run without a deployment can't be suspended; it waits with its process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import apause_flow_run, asuspend_flow_run
from prefect.input import RunInput
from prefect.runtime import deployment as prefect_deployment
from pydantic import Field

from flows.deployment.faults import StageFailed
from flows.deployment.options import ApprovalMode
from flows.deployment.release import PlanRecord, StageRecord, Status
from flows.deployment.run import Deployment

ANSWER_WITHIN_S = 24 * 3600
NAME = "approve"


class Answer(RunInput):
    """What a person says to a plan."""

    approved: bool = Field(default=False, title="Let it be done")
    by: str = Field(default="", title="Your name")
    plan: str = Field(
        default="", title="Plan", description="The hash of what you have read; leave it as it is."
    )


@dataclass(frozen=True)
class Question:
    """What is to be let through.

    Attributes:
        meaning: the hash of what would be done; an answer holds for this one only.
        words: what would be done, in Markdown.
        changes: whether anything would.
        destructive: whether anything would be taken away that exists.
    """

    meaning: str
    words: str
    changes: bool
    destructive: bool


def needed(question: Question, mode: ApprovalMode, record: PlanRecord | None) -> bool:
    """Whether somebody has to be asked."""
    if not question.changes or mode == "never":
        return False
    if record is not None and record.meaning == question.meaning and record.approved_by is not None:
        return False
    return mode == "always" or question.destructive


def judge(answer: Answer, meaning: str) -> str:
    """Who has approved the plan.

    Raises:
        StageFailed: it was refused, or the answer is to another plan.
    """
    if answer.plan and answer.plan != meaning:
        raise StageFailed(
            NAME,
            "answer_to_another_plan",
            f"The answer is for the plan {answer.plan[:12]}, and this one is {meaning[:12]}",
            "Deploy again, and read the plan that is shown",
        )
    if not answer.approved:
        by = f" by {answer.by}" if answer.by else ""
        raise StageFailed(
            NAME, "refused", f"The plan was refused{by}", "Change the configuration, deploy again"
        )
    return answer.by or "somebody"


async def approve(run: Deployment, question: Question) -> None:
    """Asks when that is needed, and goes on when the answer is yes.

    Not a task: Prefect suspends flows only.

    Raises:
        StageFailed: it was refused.
        Pause: the run is suspended; it starts from the top when it is answered.
    """
    started = datetime.now(UTC)
    record = run.release.plan
    if not needed(question, run.options.approval, record):
        by = record.approved_by if record else None
        await _book(run, started, "skipped", f"approved by {by}" if by else "nothing is deleted or replaced")
        return
    meaning = question.meaning
    asked = Answer.with_initial_data(description=question.words, plan=meaning)
    await _book(run, started, "running", "waits for an answer")
    await run.journal.update(status=Status.AWAITING_APPROVAL)
    # The key makes it one question for each meaning: asked again after the answer, it returns the answer.
    ask = asuspend_flow_run if prefect_deployment.id else apause_flow_run
    try:
        answer = await ask(wait_for_input=asked, timeout=ANSWER_WITHIN_S, key=f"approve-{meaning}")
        by = judge(answer, meaning)
    except FlowPauseTimeout as error:
        raise StageFailed(
            NAME,
            "unanswered",
            f"Nobody has answered within {ANSWER_WITHIN_S // 3600} h",
            "Deploy again when somebody can read the plan",
        ) from error
    except StageFailed as refused:
        await _book(run, started, "failed", refused.cause.message)
        raise
    await run.journal.write(
        lambda release: release.model_copy(
            update={
                "status": Status.RUNNING,
                "plan": release.plan and release.plan.model_copy(update={"approved_by": by}),
            }
        )
    )
    await _book(run, started, "done", f"approved by {by}")


async def _book(run: Deployment, started: datetime, status: str, verdict: str) -> None:
    ended = None if status == "running" else datetime.now(UTC)
    record = StageRecord.model_validate(
        {"name": NAME, "status": status, "started": started, "ended": ended, "verdict": verdict}
    )
    await run.journal.write(lambda release: release.with_stage(record))
