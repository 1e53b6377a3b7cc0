"""Looking at an environment without changing it: its plan, releases, state, logs, and what would fail."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from blocks.environment import Environment
from blocks.errors import BlockError
from blocks.logs import LogLine
from blocks.record_store import records_of
from blocks.terraform import Outputs
from blocks.terraform.cost import cost_delta
from blocks.terraform.outputs import OutputsMissing
from commands.deployment.following import serving_now
from commands.doctor import Finding
from flows.deployment import artifacts, journal
from flows.deployment.release import Release, last_verified
from flows.stages.preflight import examine


async def plan(environment: Environment) -> dict[str, Any]:
    """What deploying would change of the infrastructure; changes nothing.

    Raises:
        BlockError: Terraform or AWS can't tell.
    """
    await environment.terraform.init()
    with tempfile.TemporaryDirectory(prefix="reelflow-plan-") as scratch:
        found = await environment.terraform.plan(Path(scratch) / "plan.tfplan")
    cost = cost_delta(found, environment.prices())
    return {
        "environment": environment.name,
        "summary": str(found.summary()),
        "empty": found.is_empty,
        "meaning": found.meaning(),
        "changes": artifacts.plan_rows(found),
        "destroys": [blast.model_dump(mode="json") for blast in found.blast_radius()],
        "cost_usd_per_month": {"before": float(cost.before.usd), "after": float(cost.after.usd)},
    }


def releases(environment: Environment, *, most: int) -> tuple[list[Release], str | None]:
    """The newest releases, and the id of the one that serves.

    Raises:
        StoreError: the records can't be read.
        BlockError: what serves can't be told.
    """
    records = records_of(environment)
    newest = sorted(journal.ids(records, environment.name), reverse=True)[:most]
    found = [journal.read(records, environment.name, each) for each in newest]
    serving = asyncio.run(_serving(environment))
    return [release for release in found if release], serving_now(records, environment.name, serving)


async def _serving(environment: Environment) -> dict[str, str]:
    outputs = await outputs_if_any(environment)
    if outputs is None:
        return {}
    names = list(outputs.services)
    running = await asyncio.gather(
        *(asyncio.to_thread(environment.service(outputs, name).running) for name in names)
    )
    return {name: now.task_definition for name, now in zip(names, running, strict=True) if now.desired}


async def outputs_if_any(environment: Environment) -> Outputs | None:
    """The infrastructure's outputs; None before it was first applied.

    Raises:
        BlockError: Terraform can't tell.
    """
    await environment.terraform.init()
    try:
        return await environment.terraform.outputs()
    except OutputsMissing:
        return None


async def status(environment: Environment) -> dict[str, Any]:
    """What runs, where it is reached, and how it is.

    Raises:
        BlockError, StoreError: AWS can't tell.
    """
    records = records_of(environment)
    outputs = await outputs_if_any(environment)
    newest = await asyncio.to_thread(journal.newest, records, environment.name)
    document: dict[str, Any] = {
        "environment": environment.name,
        "last_verified": last_verified(newest),
        "newest": {"release": newest.id, "status": newest.status} if newest else None,
        "services": {},
        "url": None,
        "health": None,
    }
    if outputs is None:
        return document
    for name in outputs.services:
        now = await asyncio.to_thread(environment.service(outputs, name).running)
        document["services"][name] = now.model_dump(
            include={"task_definition", "digest", "desired", "running", "pending", "steady"}
        )
    return document | await _api(environment, outputs)


async def _api(environment: Environment, outputs: Outputs) -> dict[str, Any]:
    api = environment.api(outputs)
    try:
        url = await asyncio.to_thread(api.url)
        found = await api.detailed_health()
    except BlockError as error:
        return {"health": f"no answer: {error.cause}"}
    return {"url": url, "health": found.status, "checks": dict(found.checks)}


async def logs(
    environment: Environment, service: str, *, since_s: int, follow: bool, tell: Callable[[LogLine], None]
) -> None:
    """Hands out what a service's tasks have written, and goes on when asked to.

    Raises:
        BlockError: the log can't be read, or there is nothing yet.
        KeyError: there is no such service.
    """
    outputs = await environment_outputs(environment)
    group = environment.logs(outputs, service)
    since = datetime.now(UTC) - timedelta(seconds=since_s)
    if follow:
        await group.follow(tell, since=since)
    for line in await asyncio.to_thread(lambda: list(group.lines(since=since))):
        tell(line)


async def environment_outputs(environment: Environment) -> Outputs:
    """The infrastructure's outputs.

    Raises:
        OutputsMissing: it was not applied.
        BlockError: Terraform can't tell.
    """
    await environment.terraform.init()
    return await environment.terraform.outputs()


async def findings(environment: Environment) -> list[Finding]:
    """Everything that a deployment would look at first, each with its remedy.

    Raises:
        BlockError, StoreError: AWS can't be asked at all.
    """
    await environment.terraform.init()
    records = records_of(environment)
    outputs = await outputs_if_any(environment)
    newest = await asyncio.to_thread(journal.newest, records, environment.name)
    verified = last_verified(newest)
    previous = (
        await asyncio.to_thread(journal.read, records, environment.name, verified) if verified else None
    )
    verdicts = {True: "OK", False: "NG", None: "SKIP"}
    return [
        Finding(check.name, verdicts[check.good], check.evidence, check.remedy)  # pyright: ignore[reportArgumentType]
        for check in await examine(environment, outputs, previous)
    ]
