"""Finds out what of a configuration exists and is in no state, and takes it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from blocks.terraform.adoption import import_blocks, named, not_there
from blocks.terraform.candidates import extended, on_candidate
from blocks.terraform.errors import PlanStale, TerraformFailed
from blocks.terraform.plan import Plan
from blocks.terraform.workspace import Applied, TerraformWorkspace

IMPORTS = "reelflow_imports.tf"


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
    workspace: TerraformWorkspace,
    state: bytes | None,
    remembered: Mapping[str, str],
    *,
    account: str,
    region: str,
    scratch: Path,
) -> Adoptable:
    """Looks what of all that would be created is there already. Changes nothing.

    Args:
        state: as it is now; None when it is lost.
        remembered: ids that earlier states knew, by address.
        scratch: for files that go when nobody needs them any more.

    Raises:
        TerraformFailed: it could not be planned.
    """
    plan = await on_candidate(workspace, state, scratch / "0").plan(scratch / "0.tfplan")
    ids: dict[str, str] = {}
    for change in plan.changes:
        if change.action == "create":
            known = remembered.get(change.address)
            known = known or named(change.type, change.after or {}, account=account, region=region)
            if known:
                ids[change.address] = known
    attempt = 0
    # Terraform refuses a whole plan for one import that finds nothing; it names all of those.
    while ids:
        attempt += 1
        files = {IMPORTS: import_blocks(ids)}
        try:
            candidate = on_candidate(workspace, state, scratch / str(attempt), files)
            return Adoptable(ids, await candidate.plan(scratch / f"{attempt}.tfplan"))
        except TerraformFailed as failed:
            missing = not_there(failed.diagnostics)
            if not missing or not missing & ids.keys():
                raise
            ids = {address: id_ for address, id_ in ids.items() if address not in missing}
    return Adoptable({}, plan)


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
