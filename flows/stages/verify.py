"""Verify: the release does what it is for, by the guide's immediate checklist and a film from end to end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from blocks.api import Health, OrderRefused
from blocks.ecs.events import Serving
from blocks.terraform.outputs import Outputs
from flows.deployment import artifacts
from flows.deployment.checks import NotGood, NotLooked, check
from flows.deployment.faults import DeploymentError, StageFailed
from flows.deployment.release import Check, Image, Release, ServiceRecord
from flows.deployment.run import Deployment
from flows.deployment.secret_versions import secret_versions
from flows.deployment.stage import Done, stage

NAME = "verify"
FILM_WITHIN_S = 600.0
SETTLES_WITHIN_S = 30.0
# What the product needs to do its work; a check of another part that is bad is told, and fails nothing.
NEEDED_PARTS = ("database", "redis", "s3", "migrations", "prefect")
LIFECYCLE_DAYS = (7, 30, 90)
ERROR_LEVELS = ("error", "critical")


@stage(NAME, deadline_s=1200, retries=2)
async def verify(run: Deployment, image: Image) -> Done[None]:
    """Looks at every part, and orders a film; what passes is what later releases are rolled back to."""
    outputs = await run.outputs()
    changed = needs_film(run.release, run.previous)
    checks = await _checklist(run, outputs, image)
    if verdict(checks) is None:
        checks += await asyncio.gather(check("Film", lambda: _film(run, outputs, wanted=changed)))
    secrets = await secret_versions(run.environment, outputs)
    await run.journal.update(checks=tuple(checks), serving=run.release.services, secrets=secrets)
    await artifacts.checklist(run, "verification", checks)
    if failed := verdict(checks):
        raise failed
    now = datetime.now(UTC)
    await run.journal.write(lambda release: release.as_verified(now))
    return Done(None, f"{sum(c.good is True for c in checks)} checks are good")


class NotServing(DeploymentError):
    """After the ways back something else serves than the last verified release."""


@task(
    name="look what serves",
    retries=5,
    retry_delay_seconds=cast(Any, exponential_backoff(backoff_factor=2)),
    timeout_seconds=120,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def confirm(run: Deployment) -> dict[str, ServiceRecord]:
    """What serves after the ways back: the last verified release, and it is healthy.

    Raises:
        NotServing: it is not so.
    """
    outputs = await run.outputs_if_any()
    if outputs is None:
        return {}
    wanted = run.previous.services if run.previous else {}
    if run.release.verified:
        wanted = run.release.services
    found: dict[str, ServiceRecord] = {}
    for name in outputs.services:
        serving = await asyncio.to_thread(run.environment.service(outputs, name).running)
        target = wanted.get(name) or ServiceRecord(task_definition=None, desired_count=0)
        if fault := not_serving(name, serving, target):
            raise fault
        found[name] = target
    if any(record.task_definition for record in found.values()):
        await run.environment.api(outputs).health()
    return found


def not_serving(name: str, serving: Serving, target: ServiceRecord) -> NotServing | None:
    """What is wrong with a service that is to run a target."""
    right = target.task_definition in (None, serving.task_definition)
    if right and serving.desired == target.desired_count and serving.running >= target.desired_count:
        return None
    return NotServing(
        f"{name} does not run what was verified last",
        f"{target.desired_count} × {_short(target.task_definition)} is to run, and"
        f" {serving.running} × {_short(serving.task_definition)} does",
        "Deploy again: that begins with going back",
    )


def needs_film(release: Release, previous: Release | None) -> bool:
    """Whether anything is new since a film was made: image, infrastructure, schema or task definitions."""
    if previous is None or release.unproven or (release.plan and release.plan.changed_infrastructure):
        return True
    same_schema = (release.db_schema and release.db_schema.after) == (
        previous.db_schema and previous.db_schema.after
    )
    return not (same_schema and release.services == previous.services and release.image == previous.image)


def verdict(checks: Sequence[Check]) -> StageFailed | None:
    """The first check that is not good, as the cause; None when all are."""
    for found in checks:
        if found.good is False:
            return StageFailed(NAME, found.kind, f"{found.name}: {found.evidence}", found.remedy)
    return None


async def _checklist(run: Deployment, outputs: Outputs, image: Image) -> list[Check]:
    return list(
        await asyncio.gather(
            check("Infrastructure", lambda: _infrastructure(run)),
            check("Image", lambda: _image(run, image)),
            check("Tasks", lambda: _tasks(run, outputs), settles_within_s=SETTLES_WITHIN_S),
            check("Schema", lambda: _schema(run)),
            check("Media bucket", lambda: _bucket(run, outputs)),
            check("Health", lambda: _health(run, outputs), settles_within_s=SETTLES_WITHIN_S),
            check("Detailed health", lambda: _detailed(run, outputs), settles_within_s=SETTLES_WITHIN_S),
            check("Logs", lambda: _logs(run, outputs)),
        )
    )


async def _infrastructure(run: Deployment) -> str:
    plan = run.release.plan
    if plan is None:
        raise NotLooked("nothing was planned")
    return f"applied: {plan.summary}"


async def _image(run: Deployment, image: Image) -> str:
    digest = await asyncio.to_thread(run.registry(image.repository).digest_of, image.tag)
    if digest != image.digest:
        raise NotGood(
            f"tag {image.tag} is {digest or 'not in the registry'}, and {image.digest} was pushed",
            "Tags must be immutable: see the registry's settings",
        )
    return f"{image.tag} is {image.digest[:19]}"


async def _tasks(run: Deployment, outputs: Outputs) -> str:
    parts = []
    for name in outputs.services:
        serving = await asyncio.to_thread(run.environment.service(outputs, name).running)
        if fault := not_serving(name, serving, run.release.services[name]):
            raise NotGood(f"{fault.what}: {fault.cause}", "See the service's events: reelflow status")
        parts.append(f"{name} {serving.running}/{serving.desired}")
    return ", ".join(parts)


async def _schema(run: Deployment) -> str:
    schema = run.release.db_schema
    if schema is None:
        raise NotLooked("it was not looked at")
    if schema.after != schema.head and not (schema.contracting or schema.ahead):
        raise NotGood(f"it is at {schema.after}, and the image needs {schema.head}", "Deploy again")
    if schema.ahead:
        return f"at {schema.after}; the image asks for {schema.head}, and can live with what came after it"
    return f"at {schema.after}" + (f"; {schema.head} follows" if schema.contracting else "")


async def _bucket(run: Deployment, outputs: Outputs) -> str:
    found = await asyncio.to_thread(run.account.bucket, outputs.media_bucket)
    missing = [days for days in LIFECYCLE_DAYS if days not in found.expires_days]
    if missing or not found.private:
        wrong = f"no rule deletes after {missing} days" if missing else "it may be made public"
        raise NotGood(
            f"{outputs.media_bucket}: {wrong}", "Compare infra/terraform's storage module; deploy again"
        )
    return (
        f"{outputs.media_bucket} is private; objects go after {'/'.join(map(str, found.expires_days))} days"
    )


async def _health(run: Deployment, outputs: Outputs) -> str:
    found = await run.environment.api(outputs).health()
    if found.status != "healthy":
        raise NotGood(f"/health says {found.status}", "See the API's log: reelflow logs")
    return f"{found.status}, version {found.version}, {1000 * found.seconds:.0f} ms"


async def _detailed(run: Deployment, outputs: Outputs) -> str:
    return judge_health(await run.environment.api(outputs).detailed_health())


def judge_health(found: Health) -> str:
    """The parts in words; raises `NotGood` when one that is needed is bad."""
    for part in NEEDED_PARTS:
        said = found.checks.get(part)
        if said is not None and said.get("status") == "failed":
            why = str(said.get("detail") or "it does not say why").rstrip(".")
            raise NotGood(f"{part} failed: {why}", str(said.get("remedy") or "See the API's log"))
    return ", ".join(f"{part} {said.get('status')}" for part, said in found.checks.items())


async def _logs(run: Deployment, outputs: Outputs) -> str:
    since = rolled_out_at(run.release)
    for name in outputs.services:
        group = run.environment.logs(outputs, name)
        # CloudWatch finds the lines with the word; what they say is judged here.
        lines = [
            line.text
            for level in ERROR_LEVELS
            for line in await asyncio.to_thread(
                lambda g, w: list(g.lines(since=since, pattern=w)), group, level
            )
        ]
        if found := errors(lines):
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise NotGood(
                f"{name} has logged an error: {found[0]}{more}", "Read them: reelflow logs --errors"
            )
    return "no errors since the roll-out"


def errors(lines: Sequence[str]) -> list[str]:
    """What the lines of a log say that are errors: those with such a level, whatever words they hold."""
    found = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("level") in ERROR_LEVELS:
            found.append(str(entry.get("event", ""))[:200])
    return found


def rolled_out_at(release: Release) -> datetime:
    """Since when the log is the release's own: its roll-out, or its beginning."""
    stage = release.stage("roll_out")
    return stage.ended if stage and stage.ended else release.started


async def _film(run: Deployment, outputs: Outputs, *, wanted: bool) -> str:
    if not run.options.generation:
        raise NotLooked("not asked for")
    if not wanted:
        raise NotLooked("nothing has changed since the last one was made")
    progress = await run.progress("film", f"A small film, by the API of {run.environment.name}")
    try:
        film = await run.environment.api(outputs).film(
            run.scratch / "film",
            deadline_s=FILM_WITHIN_S,
            on_progress=lambda _status, percent: progress.tell(percent / 100),
        )
    except OrderRefused as refused:
        # Which the release before would have done as well.
        raise NotLooked(f"{refused.cause}: {refused.remedy}") from refused
    finally:
        await progress.close()
    return f"{film.probe.duration_s:.1f} s in {film.seconds:.1f} s, {film.size_bytes / 1e6:.1f} MB"


def _short(task_definition: str | None) -> str:
    return (task_definition or "nothing").rpartition("/")[2]
