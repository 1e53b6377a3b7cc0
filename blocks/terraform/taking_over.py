"""Finds out what of a configuration exists and is in no state, and takes it over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from blocks.terraform.adoption import import_blocks, not_there
from blocks.terraform.candidates import extended, on_candidate
from blocks.terraform.errors import PlanStale, TerraformFailed
from blocks.terraform.plan import Plan, ResourceChange
from blocks.terraform.workspace import Applied, TerraformWorkspace

IMPORTS = "reelflow_imports.tf"

Identify = Callable[[ResourceChange], str | None]


@dataclass(frozen=True)
class Adoptable:
    """What would be taken over.

    Attributes:
        ids: of what exists, by address.
        plan: what an apply would do: take it over, and whatever else is to be done.
    """

    ids: Mapping[str, str]
    plan: Plan


async def adoptable(
    workspace: TerraformWorkspace, state: bytes | None, identify: Identify, scratch: Path
) -> Adoptable:
    """Looks what of all that would be created is there already. Changes nothing.

    Once a thing is to be taken over, what stands upon it can be found: by its VPC's id, say.

    Args:
        state: as it is now; None when it is lost.
        identify: the id of what is to be created, by its type and what is known of it; None without one.
        scratch: for files that go when nobody needs them any more.

    Raises:
        TerraformFailed: it could not be planned.
        AwsError: AWS could not be asked.
    """
    trials = _Trials(workspace, state, scratch)
    plan, ids, tried = await trials.plan({}), dict[str, str](), set[str]()
    while True:
        found: dict[str, str] = {}
        for change in plan.changes:
            if change.action == "create" and change.address not in tried:
                known = await asyncio.to_thread(identify, change)
                if known:
                    found[change.address] = known
        if not found:
            return Adoptable(ids, plan)
        tried |= found.keys()
        plan, ids = await trials.importing(ids | found)


class _Trials:
    """Plans on a candidate, one after the other."""

    def __init__(self, workspace: TerraformWorkspace, state: bytes | None, scratch: Path) -> None:
        self._workspace = workspace
        self._state = state
        self._scratch = scratch
        self._number = 0

    async def plan(self, ids: Mapping[str, str]) -> Plan:
        self._number += 1
        directory = self._scratch / str(self._number)
        files = {IMPORTS: import_blocks(ids)} if ids else {}
        candidate = await asyncio.to_thread(on_candidate, self._workspace, self._state, directory, files)
        return await candidate.plan(directory / "candidate.tfplan")

    async def importing(self, ids: dict[str, str]) -> tuple[Plan, dict[str, str]]:
        """The plan, and those of the imports that find something.

        Terraform refuses a whole plan for one import that finds nothing; it names all of those.
        """
        while True:
            try:
                return await self.plan(ids), ids
            except TerraformFailed as failed:
                missing = not_there(failed.diagnostics)
                if not missing or not missing & ids.keys():
                    raise
                ids = {address: id_ for address, id_ in ids.items() if address not in missing}


async def take_over(workspace: TerraformWorkspace, found: Adoptable, scratch: Path) -> Applied:
    """Does what was shown.

    Raises:
        PlanStale: it would do something else by now; nothing was done.
        TerraformFailed: it could not be done.
    """
    adopting = extended(workspace, scratch / "adopting", {IMPORTS: import_blocks(found.ids)})
    file = scratch / "adopting.tfplan"
    plan = await adopting.plan(file)
    if plan.meaning() != found.plan.meaning():
        raise PlanStale(
            "Nothing was taken over", "what there is has changed since it was shown", "Look again, and decide"
        )
    return await adopting.apply(file)
