"""`reelflow state …`: versions of the Terraform state, one of them put back, what exists taken over."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from blocks.environment import Environment
from blocks.record_store import records_of
from blocks.terraform.adoption import named, remembered
from blocks.terraform.candidates import on_candidate
from blocks.terraform.lookups import Lookups
from blocks.terraform.plan import Plan, ResourceChange
from blocks.terraform.state_history import (
    FORMAT,
    StateError,
    StateHistory,
    StateVersion,
    find,
    history_of,
    with_serial,
)
from blocks.terraform.taking_over import Identify, adoptable, take_over
from flows.deployment import artifacts
from flows.deployment.keeper import is_over
from flows.deployment.lock import Holder, Lock

MOST = 100
# Nobody renews the lock meanwhile; that of a process that is dead is free at once.
LEASE_S = 3600.0

Confirm = Callable[[dict[str, Any]], bool]


def versions(environment: Environment, *, most: int) -> dict[str, Any]:
    """The newest versions of the state, newest first.

    Raises:
        AwsError: the bucket can't be looked at.
    """
    found = history_of(environment.terraform).versions(most=most)
    return {"environment": environment.name, "versions": [_told(version) for version in found]}


async def restore(environment: Environment, wanted: str, confirm: Confirm) -> dict[str, Any]:
    """Puts a version back as the newest one, after the plan that would follow was shown.

    Args:
        wanted: the id of the version, or the beginning of one.
        confirm: is given the document with the plan, and says whether to go on.

    Raises:
        StateError: there is no such version, it is no state, or the state was written meanwhile.
        LockHeld: a deployment of the environment is at work.
        StateLocked: somebody runs Terraform.
        TerraformFailed: it could not be planned.
    """
    history = history_of(environment.terraform)
    known = history.versions(most=MOST)
    version, current = find(known, wanted), _current(known)
    content = with_serial(history.read(version), 1 + _highest(known))
    with tempfile.TemporaryDirectory(prefix="reelflow-state-") as scratch:
        candidate = on_candidate(environment.terraform, content, Path(scratch) / "candidate")
        plan = await candidate.plan(Path(scratch) / "plan.tfplan")
    document = {
        "environment": environment.name,
        "version": _told(version),
        "replaces": _told(current) if current else None,
        "plan": _planned(plan),
        "done": False,
        "new_version": None,
    }
    if not confirm(document):
        return document
    with _locked(environment), history.locked("restore"):
        written = history.put(content, replaces=current)
    return document | {"done": True, "new_version": written}


async def adopt(environment: Environment, confirm: Confirm) -> dict[str, Any]:
    """Takes over into the state what exists already, after the plan was shown.

    Args:
        confirm: is given the document with the plan, and says whether to go on.

    Raises:
        StateError: the state is broken and a version of it can be put back; or something would be destroyed.
        LockHeld: a deployment of the environment is at work.
        TerraformFailed: it could not be planned or applied.
    """
    history = history_of(environment.terraform)
    known = history.versions(most=MOST)
    current = _current(known)
    _refuse_broken(environment.name, current, known)
    with tempfile.TemporaryDirectory(prefix="reelflow-adopt-") as name:
        scratch = Path(name)
        state = history.read(current) if current and current.good else None
        identify = identifier(environment, _remembered(history, known))
        found = await adoptable(environment.terraform, state, identify, scratch)
        document = {
            "environment": environment.name,
            "adopted": dict(sorted(found.ids.items())),
            "plan": _planned(found.plan),
            "done": False,
        }
        if found.plan.destructive:
            raise StateError(
                "Nothing is taken over",
                f"{found.plan.destructive[0].address} would be destroyed",
                "Compare the configuration with what exists: `reelflow plan`; change it, then take over",
            )
        if not found.ids or not confirm(document):
            return document
        with _locked(environment):
            if current and not current.good and not current.deleted:
                _write_empty(history, current, 1 + _highest(known))
            applied = await take_over(environment.terraform, found, scratch)
        return document | {"done": True, "added": applied.added, "changed": applied.changed}


def identifier(environment: Environment, memory: Mapping[str, str]) -> Identify:
    """Tells ids by what earlier states knew, by what the configuration says, and else by asking AWS."""
    lookups = Lookups(region=environment.region, credentials=environment.credentials)
    where = {"account": environment.account, "region": environment.region or ""}

    def identify(change: ResourceChange) -> str | None:
        planned = change.after or {}
        known = memory.get(change.address) or named(change.type, planned, **where)
        return known or lookups.find(change.type, planned)

    return identify


def _refuse_broken(environment: str, current: StateVersion | None, known: Sequence[StateVersion]) -> None:
    good = next((version for version in known if version.good), None)
    if good is None or (current and current.good):
        return
    why = current.content.fault if current and current.content else "it was deleted"
    raise StateError(
        "What exists is not taken over resource by resource",
        f"the state can't be read ({why}), and an earlier version of it can be put back",
        f"Run `reelflow state restore {environment} {good.id}`; take over afterwards what that lacks",
    )


def _write_empty(history: StateHistory, current: StateVersion, serial: int) -> None:
    """An empty state in the place of one that can't be read, of which no version can be put back."""
    empty = {"version": FORMAT, "serial": serial, "lineage": str(uuid4()), "resources": [], "outputs": {}}
    with history.locked("adopt"):
        history.put(json.dumps(empty).encode(), replaces=current)


@contextmanager
def _locked(environment: Environment) -> Iterator[None]:
    """Holds the environment's lock, so that no deployment is at work meanwhile."""
    # Without a Prefect nobody can say more of a flow run than the lock itself.
    over = is_over if os.environ.get("PREFECT_API_URL") else lambda _: False
    lock = Lock(records_of(environment), environment.name, is_over=over, lease_s=LEASE_S)
    lock.acquire(Holder.this_process(None))
    try:
        yield
    finally:
        lock.release()


def _current(known: Sequence[StateVersion]) -> StateVersion | None:
    return next((version for version in known if version.current), None)


def _highest(known: Sequence[StateVersion]) -> int:
    return max((version.content.serial or 0 for version in known if version.content), default=0)


def _remembered(history: StateHistory, known: Sequence[StateVersion]) -> dict[str, str]:
    """Every id that any version knew; what the newest says holds."""
    ids: dict[str, str] = {}
    for version in known:
        if version.good:
            ids = remembered(history.read(version)) | ids
    return ids


def _planned(plan: Plan) -> dict[str, Any]:
    return {
        "summary": str(plan.summary()),
        "empty": plan.is_empty,
        "changes": artifacts.plan_rows(plan),
        "destroys": [blast.model_dump(mode="json") for blast in plan.blast_radius()],
    }


def _told(version: StateVersion) -> dict[str, Any]:
    content = version.content.model_dump() if version.content else {}
    return version.model_dump(mode="json", exclude={"content"}) | content
