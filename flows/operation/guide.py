"""The guide's checklists for security, cost and function: each line a named check with its evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, get_args

from blocks.account import account_of
from blocks.aws import AwsMissing
from blocks.environment import PROJECT, EnvironmentName
from blocks.terraform.plan import Plan
from flows.deployment.checks import NotGood, NotLooked
from flows.deployment.release import Check
from flows.operation import costs, drift, guarding, money
from flows.operation import history as histories
from flows.operation.health import FILM, judge_lifecycle
from flows.operation.history import History
from flows.operation.looking import looked
from flows.operation.settings import settings_checks
from flows.operation.standing import Standing

ENVIRONMENTS = set(get_args(EnvironmentName))
HEALTH_RECORD = "health-check"
# Lines of the guide's functional tests that the film of the health check goes through, each in its order.
FILM_COVERS = (
    "Can create a new user session",
    "Can submit a video generation request",
    "Generated clips stored in S3",
    "Final composition downloadable",
    "Database records created",
)
# What AWS makes in our name, or a deployment besides Terraform, with our tags on it.
MADE_BESIDE = (":task/", ":task-definition/", ":snapshot:", ":network-interface/", ":security-group-rule/")


async def examine(stands: Standing) -> tuple[Check, ...]:
    """Goes through all lines; nothing that is not as it should be raises."""
    planning = asyncio.ensure_future(drift.plan_of(stands))
    checks = await asyncio.gather(
        *settings_checks(stands),
        looked("Least privilege", lambda: _roles(stands)),
        looked("No hard-coded secrets", lambda: _variables(stands)),
        looked("Logging", lambda: _logging(stands)),
        looked("Expected costs", lambda: _costs(stands, planning)),
        looked("Budget alerts", lambda: _budget(stands)),
        looked("Replicate usage", lambda: _replicate(stands)),
        looked("Lifecycle", lambda: _lifecycle(stands)),
        looked("No unexpected resources", lambda: _unexpected(stands, planning)),
        *_functional(stands),
    )
    await asyncio.gather(planning, return_exceptions=True)
    return tuple(checks)


def unexpected(
    tagged: Mapping[str, Mapping[str, str]], known: set[str], environments: set[str], environment: str
) -> list[str]:
    """The resources with our tags that nobody knows, in words.

    Args:
        tagged: every resource of the region that is tagged as the project's, with its tags, by ARN.
        known: the ARNs that the environment's state knows.
        environments: those that there may be.
    """
    found = []
    for arn, tags in sorted(tagged.items()):
        whose = tags.get("Environment", "")
        if whose == environment and arn not in known and not any(each in arn for each in MADE_BESIDE):
            found.append(f"{arn}: its tags say {environment}, whose state does not know it")
        elif whose not in environments:
            found.append(f"{arn}: of environment {whose or 'none'}, which there is not")
    return found


def state_arns(plan: Plan) -> set[str]:
    """The ARNs that a state knows."""
    known = [resource.before or {} for resource in plan.resources]
    return {str(held["arn"]) for held in known if held.get("arn")}


def functional(history: History, covered: str) -> str:
    """What the newest film of the health check says of a line, in words."""
    at = history.last(FILM)
    if at is None:
        raise NotLooked("covered by the health check's Film, which was not made yet")
    if history.entries and "Film" in history.entries[-1].failed:
        raise NotGood("the health check's newest Film has failed", f"{covered}: see the health check")
    return f"by the health check's Film of {at:%Y-%m-%d %H:%M} UTC"


def _functional(stands: Standing) -> list[Coroutine[Any, Any, Check]]:
    where = histories.key(stands.environment.name, HEALTH_RECORD)

    def by_film(line: str) -> Callable[[], Coroutine[Any, Any, str]]:
        async def look() -> str:
            return functional(await histories.read(stands.records, where, History), line)

        return look

    async def redis() -> str:
        history = await histories.read(stands.records, where, History)
        if not history.entries:
            raise NotLooked("covered by the health check's Part redis, which was not looked at yet")
        if "Part redis" in history.entries[-1].failed:
            raise NotGood("the health check's Part redis is not good", "See the health check")
        return f"by the health check's Part redis of {history.entries[-1].at:%Y-%m-%d %H:%M} UTC"

    async def by_tests() -> str:
        raise NotLooked("no health check does it; `make test` does, before an image is built")

    others = ("Can upload a brand asset", "WebSocket connection")
    return [
        *(looked(line, by_film(line)) for line in FILM_COVERS),
        looked("Redis working", redis),
        *(looked(line, by_tests) for line in others),
    ]


async def _roles(stands: Standing) -> str:
    guard, arns = stands.environment.security(), set[str]()
    for known in stands.outputs.services.values():
        arns |= set(await asyncio.to_thread(guard.roles_of, known.task_definition))
    roles = await asyncio.gather(*(asyncio.to_thread(guard.role, arn) for arn in sorted(arns)))
    return guarding.least_privilege(roles)


async def _variables(stands: Standing) -> str:
    guard, held = stands.environment.security(), dict[str, Mapping[str, str]]()
    for name, definition in (await _serving(stands)).items():
        held[name] = await asyncio.to_thread(guard.variables, definition)
    return guarding.no_secrets(held)


async def _logging(stands: Standing) -> str:
    guard, silent, wanted = stands.environment.security(), [], set[str]()
    for name, definition in (await _serving(stands)).items():
        for container, group in (await asyncio.to_thread(guard.log_drivers, definition)).items():
            silent += [] if group else [f"{name}: {container}"]
            wanted |= {group} if group else set()
    if silent:
        raise NotGood(f"what these write goes nowhere: {', '.join(silent)}", guarding.SET_RIGHT)
    prefix = stands.environment.prefix
    starts = (f"/ecs/{stands.environment.name}/{prefix}-", f"/aws/rds/instance/{prefix}-db/")
    found = await asyncio.gather(*(asyncio.to_thread(guard.log_groups, start) for start in starts))
    return guarding.logging([group for groups in found for group in groups], wanted)


async def _serving(stands: Standing) -> dict[str, str]:
    """The task definitions that run, by service."""
    found = {}
    for name in stands.outputs.services:
        service = stands.environment.service(stands.outputs, name)
        found[name] = (await asyncio.to_thread(service.running)).task_definition
    return found


async def _costs(stands: Standing, planning: asyncio.Future[Plan]) -> str:
    plan = await asyncio.shield(planning)
    return costs.judge_expected(await money.month_of(stands, plan), money.expected(stands, plan))


async def _budget(stands: Standing) -> str:
    try:
        return costs.judge_budget(await money.budget_of(stands))
    except AwsMissing as error:
        raise NotGood(f"there is no budget: {error.cause}", guarding.SET_RIGHT) from error


async def _replicate(stands: Standing) -> str:
    return costs.judge_replicate(await money.films(stands), stands.now)


async def _lifecycle(stands: Standing) -> str:
    bucket = stands.outputs.media_bucket
    found = await asyncio.to_thread(account_of(stands.environment).bucket, bucket)
    return judge_lifecycle(bucket, found.expires_days)


async def _unexpected(stands: Standing, planning: asyncio.Future[Plan]) -> str:
    tagged = await asyncio.to_thread(stands.environment.security().tagged, {"Project": PROJECT})
    known = state_arns(await asyncio.shield(planning))
    found = unexpected(tagged, known, ENVIRONMENTS, stands.environment.name)
    if found:
        raise NotGood("; ".join(found), "Find out who has made it: import it into the state, or delete it")
    return f"{len(tagged)} resources carry our tags, and each is known"
