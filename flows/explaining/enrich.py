"""A failed stage's cause, made more exact while what speaks for it is still to be seen.

It only adds: the stage and the kind stay, and whatever goes wrong here, the cause stays as it was.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from prefect.logging import get_logger

from blocks.terraform.errors import TerraformFailed
from blocks.terraform.events import Diagnostic
from blocks.terraform.outputs import Outputs
from flows.deployment.release import Cause
from flows.explaining import kept
from flows.explaining.explain import Explanation, explain
from flows.explaining.findings import Fault
from flows.explaining.gather import gather
from flows.explaining.subject import BEFORE_ANY_TASK, Subject

if TYPE_CHECKING:
    from flows.deployment.run import Deployment

T = TypeVar("T")
# The last verified release is not to wait for it long, should AWS hang.
WITHIN_S = 30.0
# Each of its steps ends in time for the next one, the two rounds of sources between them.
OUTPUTS_WITHIN_S = 5.0
KEPT_WITHIN_S = 4.0
# AWS dates what it tells by its own clock.
CLOCKS_DIFFER = timedelta(seconds=5)
MOST_EVIDENCE = 8
# What people have decided needs no explanation, and what a killed run has left tells of the kill only.
CLEAR = ("refused", "unanswered", "answer_to_another_plan", "cancelled", "killed", "undo_failed")


async def explained(run: Deployment, cause: Cause, fault: BaseException | None) -> Cause:
    """The cause with what speaks for it, and a more exact next step. Takes `WITHIN_S` at most; never raises.

    What was found out is kept beside the release's record, for `reelflow explain`.
    """
    if cause.kind in CLEAR:
        return cause
    try:
        async with asyncio.timeout(WITHIN_S):
            return with_evidence(cause, await _explain(run, cause, fault))
    except Exception as wrong:  # noqa: BLE001 - a fault of the explainer never hides the cause
        get_logger(__name__).warning("No more could be found out about the cause: %s", wrong or "no answer")
        return cause


def with_evidence(cause: Cause, explanation: Explanation) -> Cause:
    """The cause with the explanation's evidence and remedy; the same when nothing more was found."""
    found = explanation.cause
    # What no rule knows is told as the stage has told it.
    if found is None or not explanation.by_rule:
        return cause
    named = f"{found.title}: {found.message}" if found.message not in cause.message else found.title
    evidence = dict.fromkeys((named, *map(str, explanation.evidence)))
    return cause.model_copy(update={"evidence": tuple(evidence)[:MOST_EVIDENCE], "remedy": found.remedy})


def diagnostics(fault: BaseException | None) -> Iterator[Diagnostic]:
    """What Terraform has told, of the fault or of what led to it."""
    known = set[int]()
    # A chain of causes may be a ring, which whoever follows it would never leave.
    while fault is not None and id(fault) not in known:
        known.add(id(fault))
        if isinstance(fault, TerraformFailed):
            yield from fault.diagnostics
        fault = fault.__cause__


async def _explain(run: Deployment, cause: Cause, fault: BaseException | None) -> Explanation:
    subject = Subject(
        environment=run.environment,
        outputs=await _outputs(run, cause),
        release=run.release,
        fault=Fault(stage=cause.stage, kind=cause.kind, message=cause.message, remedy=cause.remedy),
        since=run.release.started - CLOCKS_DIFFER,
    )
    findings = await gather(subject, diagnostics=diagnostics(fault))
    explanation = await _apart(lambda: explain(findings))
    try:
        await asyncio.wait_for(asyncio.to_thread(kept.keep, run.records, findings), KEPT_WITHIN_S)
    except Exception as wrong:  # noqa: BLE001 - told now it need not be told later
        get_logger(__name__).warning("The findings were not kept: %s", wrong or "no answer")
    return explanation


async def _apart(work: Callable[[], T]) -> T:
    """Has a thread do it that nobody waits for at the end: what never ended here would end no deployment."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(set_it: Callable[[Any], None], value: object) -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if done.done() else set_it(value))

    def run() -> None:
        try:
            result = work()
        except BaseException as fault:  # noqa: BLE001 - it is raised where it is waited for
            tell(done.set_exception, fault)
        else:
            tell(done.set_result, result)

    threading.Thread(target=run, daemon=True, name="explain").start()
    return await done


async def _outputs(run: Deployment, cause: Cause) -> Outputs | None:
    if cause.stage in BEFORE_ANY_TASK:
        return None
    try:
        return await asyncio.wait_for(run.outputs_if_any(), OUTPUTS_WITHIN_S)
    except Exception:  # noqa: BLE001 - then there is less to look at
        return None
