"""The ways back of a deployment, gone newest first until the last verified release serves again.

Not Prefect's transactions: a retried task's first failure would undo its finished siblings while the run ends
Completed, and a suspended approval would undo everything. A branch is data in the release's record, written
before the change that it undoes, so that the next run can go it when this one is killed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from prefect import Task
from prefect.logging import get_logger

from flows.deployment.faults import stage_failed
from flows.deployment.journal import Journal
from flows.deployment.release import Branch, Status


class Saga:
    """Registers branches, and goes them.

    `branches` are the retried Prefect tasks that undo, by the name of the stage whose change they undo.
    They take the deployment and the branch's facts, may find their work done already, and return a verdict.
    """

    def __init__(self, journal: Journal, branches: Mapping[str, Task[..., Any]]) -> None:
        self._journal = journal
        self._tasks = branches

    async def register(self, name: str, **facts: object) -> None:
        """Writes the way back of a change that is about to be made.

        One that a killed run has left open stays as it is: it knows what was there before the change.
        """
        if name not in self._tasks:
            raise KeyError(f"There is no branch {name!r}: name it in flows/stages/__init__.py")
        if any(branch.name == name for branch in self._journal.release.open_branches):
            return
        await self._journal.write(lambda release: release.with_branch(Branch(name=name, facts=facts)))

    async def unwind(self, deployment: object) -> bool:
        """Goes every open branch, newest first; one that fails does not keep the others from being gone.

        Returns:
            Whether all were gone to their end.
        """
        branches = self._journal.release.open_branches
        if branches:
            await self._journal.update(status=Status.UNDOING)
        gone = [await self._go(branch, deployment) for branch in branches]
        return all(gone)

    async def _go(self, branch: Branch, deployment: object) -> bool:
        logger = get_logger(__name__)
        logger.info("Undoing %s", branch.name)
        undo = cast(Any, self._tasks[branch.name])
        started = datetime.now(UTC)
        state = await undo(deployment, branch.facts, return_state=True)
        result = await state.aresult(raise_on_failure=False)
        if state.is_completed():
            changes = {"status": "run", "verdict": str(result or "")}
        else:
            changes = {"status": "failed", "verdict": str(stage_failed(branch.name, result).cause)}
            logger.error("Could not undo %s: %s", branch.name, changes["verdict"])
        times = {"started": started, "ended": datetime.now(UTC)}
        after = branch.model_copy(update=changes | times)
        await self._journal.write(lambda release: release.with_branch(after))
        return state.is_completed()
