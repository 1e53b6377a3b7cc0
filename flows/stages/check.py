"""Check: the release to go back to can still be had, and its code can run on the schema as it is.

Changes nothing. What is missing is told before anything is touched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from flows.deployment import artifacts
from flows.deployment.checks import NotGood, NotLooked, check
from flows.deployment.faults import StageFailed
from flows.deployment.infrastructure import is_kept
from flows.deployment.release import Check, Release
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.rolling_back.goal import later
from flows.rolling_back.steps import NAME
from flows.stages.check_schema import SchemaChecked, check_schema
from flows.stages.choose import others
from flows.stages.preflight import secrets_of

DEPLOY_IT = "Go back to another release (--to), or deploy the revision of this one anew"


@dataclass(frozen=True)
class Checked:
    """What has to be done to go back.

    Attributes:
        schema: what has to become of it.
        infrastructure: whether it is to be brought back.
    """

    schema: SchemaChecked
    infrastructure: bool


@stage(NAME, deadline_s=600)
async def check_goal(run: Deployment, goal: Release, *, may_restore: bool) -> Done[Checked]:
    """Looks whether image, task definitions, secrets and infrastructure are there, and at the schema.

    Args:
        may_restore: whether a snapshot may be restored when no other way leads back.
    """
    releases = await others(run)
    changed = infrastructure_changed(releases, goal)
    checks = await asyncio.gather(
        check("Image", lambda: _image(run, goal)),
        check("Task definitions", lambda: _definitions(run, goal)),
        check("Secrets", lambda: _secrets(run, goal)),
        check("Infrastructure", lambda: _infrastructure(run, goal, changed=changed)),
    )
    await artifacts.checklist(run, "rollback", checks)
    if failed := verdict(checks):
        raise failed
    schema = await check_schema(run, releases, goal, may_restore=may_restore)
    # On another instance the task definitions are others: they are made of that release's configuration.
    return Done(Checked(schema, changed or schema.snapshot is not None), str(schema))


def verdict(checks: Sequence[Check]) -> StageFailed | None:
    """The first check that is not good, as the cause; None when all are."""
    for found in checks:
        if found.good is False:
            return StageFailed(NAME, found.kind, f"{found.name}: {found.evidence}", found.remedy)
    return None


def infrastructure_changed(releases: Sequence[Release], goal: Release) -> bool:
    """Whether a release since the goal has changed the infrastructure, verified or not."""
    return any(release.plan and release.plan.changed_infrastructure for release in later(releases, goal))


async def _image(run: Deployment, goal: Release) -> str:
    image = goal.image
    assert image is not None, "a verified release has an image"
    digest = image.digest
    if await asyncio.to_thread(run.registry(image.repository).digest_of, digest) is None:
        raise NotGood(f"{digest[:19]} is no longer in {image.repository}", DEPLOY_IT)
    return f"{digest[:19]} is in the registry"


async def _definitions(run: Deployment, goal: Release) -> str:
    outputs = await run.outputs()
    if other := sorted(set(goal.services) ^ set(outputs.services)):
        # With an infrastructure of its own come task definitions of its own.
        raise NotLooked(f"not both have the services {', '.join(other)}")
    active: dict[str, bool] = {}
    for name, record in goal.services.items():
        if record.task_definition:
            service = run.environment.service(outputs, name)
            found = await asyncio.to_thread(service.definition, record.task_definition)
            active[f"{found.family}:{found.revision}"] = found.active
    if gone := [name for name, is_active in active.items() if not is_active]:
        raise NotGood(f"{', '.join(gone)} is no longer active", DEPLOY_IT)
    return f"{', '.join(active)} are active"


async def _secrets(run: Deployment, goal: Release) -> str:
    definitions = {n: r.task_definition for n, r in goal.services.items() if r.task_definition}
    return await secrets_of(run.environment, await run.outputs(), definitions)


async def _infrastructure(run: Deployment, goal: Release, *, changed: bool) -> str:
    if not changed:
        raise NotLooked("it was not changed since")
    if not await is_kept(run.records, run.environment.name, goal.infrastructure):
        raise NotGood("it was changed since, and what it was is not kept", DEPLOY_IT)
    return f"configuration {(goal.infrastructure or '')[:12]} is kept"
