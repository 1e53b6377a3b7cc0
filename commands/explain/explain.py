"""Why an environment, a release or a flow run failed: what was kept then, or what can be seen now."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.errors import AppError
from app.settings import settings
from blocks.environment import Environment
from blocks.errors import BlockError
from blocks.media_store.errors import StoreError, StoreMissing
from blocks.record_store import RecordStore, records_of
from blocks.terraform.outputs import Outputs
from commands.deployment.environments import NAMES, environment
from commands.deployment.looking import outputs_if_any
from commands.explain import runs
from flows.deployment import journal, lock
from flows.deployment.keeper import is_over
from flows.deployment.release import Release, Status
from flows.explaining import kept
from flows.explaining.explain import Explanation
from flows.explaining.explain import explain as explain_findings
from flows.explaining.findings import Fault, Findings, Gap
from flows.explaining.gather import gather
from flows.explaining.subject import BEFORE_ANY_TASK, REMEMBERED, Subject

# What a deployment ends with that has looked at nothing yet.
BEFORE_A_RELEASE = ("lock_held", "not_bootstrapped")
RELEASE_ID = re.compile(r"\d{8}T\d{6}Z")
_AT_WORK = (Status.RUNNING, Status.UNDOING)


class NothingOfThatName(AppError):
    """There is neither an environment, nor a flow run, nor a release of that name."""


def explain(subject: str) -> dict[str, Any]:
    """The explanation as a document.

    Args:
        subject: an environment, a flow run by id or name, or a release by its id.

    Raises:
        NothingOfThatName: it is none of them.
        BlockError, StoreError, ServiceFailed: nobody can be asked.
    """
    if subject in NAMES:
        return as_document(_environment(environment(subject)))
    if RELEASE_ID.fullmatch(subject):
        return as_document(_release(subject))
    return as_document(_run(subject))


def as_document(explanation: Explanation) -> dict[str, Any]:
    """What `--json` prints: `ok` says that nothing is wrong."""
    return {"ok": explanation.cause is None, **explanation.model_dump(mode="json")}


def _environment(where: Environment) -> Explanation:
    """Of the newest release if it failed, else of what is there now."""
    records = records_of(where)
    newest = _newest(records, where.name)
    waiting = runs.waiting(where.name) if os.environ.get("PREFECT_API_URL") else None
    if waiting is not None:
        return explain_findings(waiting)
    if newest and (newest.cause or _is_dead(newest)) and newest.status is not Status.COMPLETED:
        return explain_findings(_of_release(where, records, newest))
    return explain_findings(_now(where, newest, None))


def _release(release_id: str) -> Explanation:
    refused: BlockError | None = None
    for name in NAMES:
        try:
            where = environment(name)
            records = records_of(where)
            release = journal.read(records, name, release_id)
        except StoreMissing:
            # Not every environment was ever made.
            continue
        except BlockError as error:
            # Not every one may be looked at by everybody.
            refused = error
            continue
        if release:
            return explain_findings(_of_release(where, records, release))
    if refused:
        raise refused
    raise NothingOfThatName(
        f"There is no release {release_id}",
        f"neither {' nor '.join(NAMES)} has one of that id, as far as can be seen",
        "List them with `reelflow releases ENV`",
    )


def _run(name: str) -> Explanation:
    nothing = NothingOfThatName(
        f"There is nothing called {name!r}",
        f"it is no environment ({', '.join(NAMES)}), no release, and Prefect has no such flow run",
        "List releases with `reelflow releases ENV`; flow runs are in Prefect's page",
    )
    # Where no server ever ran there are no runs, and starting one takes a while.
    if not os.environ.get("PREFECT_API_URL") and not (settings().reelflow_home / "prefect").exists():
        raise nothing
    with _prefect():
        found = runs.find(name)
        if found is None:
            raise nothing
        facts, pools, where_name = runs.facts(found)
    where = environment(where_name)
    records = records_of(where)
    release = _of_run(records, where.name, found.id)
    if release and release.cause:
        return explain_findings(_of_release(where, records, release))
    known = {"run": facts, "pools": pools}
    if found.state and not found.state.is_failed() and not found.state.is_crashed():
        return explain_findings(Findings(environment=where.name, at=datetime.now(UTC), **known))
    fault = Fault(stage="", kind=runs.kind(facts), message=facts.message or facts.state)
    if fault.kind in BEFORE_A_RELEASE:
        findings = Findings(environment=where.name, at=datetime.now(UTC), lock=_lock(records, where.name))
    else:
        findings = _now(where, None, None)
    return explain_findings(findings.model_copy(update={"fault": fault, **known}))


def _is_dead(release: Release) -> bool:
    """Whether a release that is to be worked on has nobody who does, as far as Prefect knows."""
    if release.status not in _AT_WORK or not release.flow_runs or not os.environ.get("PREFECT_API_URL"):
        return False
    return all(is_over(run) for run in release.flow_runs)


def _of_release(where: Environment, records: RecordStore, release: Release) -> Findings:
    if found := kept.read(records, where.name, release.id):
        return found
    cause = release.cause
    fault = None
    if cause:
        fault = Fault(stage=cause.stage, kind=cause.kind, message=cause.message, remedy=cause.remedy)
    elif _is_dead(release):
        fault = Fault(stage="", kind="killed", message="The process that deployed it ended without a word")
    return _now(where, release, fault)


def _now(where: Environment, release: Release | None, fault: Fault | None) -> Findings:
    """What can be seen now. Without a fault tasks count only while a service is not as it should be."""
    return asyncio.run(_gather(where, release, fault))


async def _gather(where: Environment, release: Release | None, fault: Fault | None) -> Findings:
    outputs, gaps = await _outputs(where, fault)
    since = release.started if release and fault else datetime.now(UTC) - REMEMBERED
    findings = await gather(
        Subject(environment=where, outputs=outputs, release=release, fault=fault, since=since)
    )
    if fault is None and all(service.steady for service in findings.services):
        findings = findings.model_copy(update={"tasks": (), "services": ()})
    return findings.model_copy(update={"gaps": (*gaps, *findings.gaps)})


async def _outputs(where: Environment, fault: Fault | None) -> tuple[Outputs | None, tuple[Gap, ...]]:
    if fault and fault.stage in BEFORE_ANY_TASK:
        return None, ()
    try:
        return await outputs_if_any(where), ()
    except BlockError as error:
        return None, (Gap(source="Terraform's outputs", why=str(error)),)


def _newest(records: RecordStore, name: str) -> Release | None:
    try:
        return journal.newest(records, name)
    except StoreError:
        # Before the first release there may be no bucket.
        return None


def _of_run(records: RecordStore, name: str, run: UUID) -> Release | None:
    try:
        known = sorted(journal.ids(records, name), reverse=True)
        found = (journal.read(records, name, each) for each in known)
        return next((release for release in found if release and run in release.flow_runs), None)
    except StoreError:
        return None


def _lock(records: RecordStore, name: str) -> str:
    try:
        holder = lock.holder(records, name)
    except (StoreError, AppError):
        return ""
    return str(holder) if holder else ""


@contextmanager
def _prefect() -> Iterator[None]:
    from prefect.context import refresh_global_settings_context

    from stack.embedded import prefect_alone

    with prefect_alone(settings().reelflow_home, prefect_api_url=os.environ.get("PREFECT_API_URL") or None):
        # It was read before the server was up.
        refresh_global_settings_context()
        yield
