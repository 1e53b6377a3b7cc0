"""The drift check: what an environment is, against what its release and its configuration say it is."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blocks.ecs.events import Serving
from blocks.errors import BlockError
from blocks.terraform.plan import UNKNOWN, AttributeChange, Drift, Plan
from flows.deployment.artifacts import MARKS
from flows.deployment.checks import NotGood, NotLooked
from flows.deployment.release import Check, Release, ServiceRecord
from flows.deployment.secret_versions import secret_versions
from flows.operation import guarding
from flows.operation.looking import looked
from flows.operation.one_off import ask
from flows.operation.settings import settings_checks
from flows.operation.standing import Standing

# What a deployment sets itself, past Terraform, and what AWS counts up by itself.
NOT_BY_HAND = {
    "aws_ecs_service": {"task_definition", "desired_count"},
    "aws_db_instance": {"latest_restorable_time", "engine_version_actual", "status"},
    "aws_secretsmanager_secret": {"version_ids"},
}
RULE_TYPES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
SCHEMA_WITHIN_S = 300.0
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Compared:
    """What was compared: the checks, and the plan if there could be one."""

    checks: tuple[Check, ...]
    plan: Plan | None = None

    @property
    def verdict(self) -> str:
        return "bad" if any(check.good is False for check in self.checks) else "good"


async def examine(stands: Standing) -> Compared:
    """Compares everything; nothing that differs raises."""
    if stands.deploying:
        words = "a deployment is at work: it is compared afterwards"
        return Compared((Check(name="Deployment", good=None, evidence=words),))
    planning = asyncio.ensure_future(plan_of(stands))
    services = [
        looked(f"Service {name}", lambda name=name: _service(stands, name))
        for name in stands.outputs.services
    ]
    checks = await asyncio.gather(
        looked("Terraform", lambda: _terraform(planning)),
        looked("Configuration", lambda: _configuration(stands, planning)),
        looked("Rules made by hand", lambda: _rules(stands, planning)),
        *services,
        looked("Schema", lambda: _schema(stands)),
        looked("Secrets", lambda: _secrets(stands)),
        *settings_checks(stands),
    )
    try:
        return Compared(tuple(checks), await planning)
    except BlockError:
        return Compared(tuple(checks))


async def plan_of(stands: Standing) -> Plan:
    """A plan with what AWS says now, of which nothing is kept.

    Raises:
        TerraformFailed: it can't be made.
    """
    with tempfile.TemporaryDirectory(prefix="reelflow-drift-") as scratch:
        return await stands.environment.terraform.plan(Path(scratch) / "drift.tfplan")


def rows(plan: Plan) -> list[dict[str, Any]]:
    """A row for each attribute that somebody has changed by hand."""
    return [
        {"State": MARKS[False], "Check": drift.address, "Evidence": words, "What to do": ""}
        for drift in by_hand(plan.drift)
        for words in _in_words(drift)
    ]


def by_hand(drifts: Iterable[Drift]) -> list[Drift]:
    """The changes outside Terraform that are nobody's business, without those that deployments make."""
    found = []
    for drift in drifts:
        expected = NOT_BY_HAND.get(drift.type, set())
        changed = tuple(a for a in drift.attributes if a.path.split(".")[0].split("[")[0] not in expected)
        if drift.action == "delete" or changed:
            found.append(drift.model_copy(update={"attributes": changed}))
    return found


def judge_drift(drifts: Iterable[Drift]) -> str:
    """Whether nobody has changed anything by hand, in words; raises `NotGood` else."""
    found = by_hand(drifts)
    if found:
        words = "; ".join(f"{drift.address}: {', '.join(_in_words(drift))}" for drift in found)
        raise NotGood(
            f"changed by hand: {words}",
            "Find out who has changed it, and why; `reelflow deploy` sets it as infra/terraform has it",
        )
    return "nothing was changed by hand"


def judge_configuration(plan: Plan, *, same_source: bool) -> str:
    """Whether there is nothing to apply, in words.

    Args:
        same_source: whether the checkout is what was deployed last.

    Raises:
        NotGood: what was deployed is not what is there.
        NotLooked: the checkout is another one: what it would change is no drift.
    """
    if plan.is_empty:
        return "there is nothing to apply"
    words = f"{plan.summary()}: {', '.join(change.address for change in plan.changes) or 'outputs'}"
    if not same_source:
        raise NotLooked(f"the checkout is not what was deployed; deploying it would be: {words}")
    raise NotGood(words, "See `reelflow plan`; `reelflow deploy` sets it right")


def judge_running(serving: Serving, wanted: ServiceRecord, digest: str | None) -> str:
    """Whether a service runs its release, in words; raises `NotGood` else.

    Args:
        digest: of the release's image.
    """
    wrong = []
    if serving.task_definition != wanted.task_definition:
        wrong.append(f"runs {_short(serving.task_definition)} in place of {_short(wanted.task_definition)}")
    if digest and serving.digest and wanted.image and serving.digest not in (wanted.image, digest):
        wrong.append(f"runs image {serving.digest[:19]} in place of {digest[:19]}")
    if serving.desired != wanted.desired_count:
        wrong.append(f"is set to {serving.desired} tasks in place of {wanted.desired_count}")
    if wrong:
        raise NotGood("; ".join(wrong), "Find out who has rolled out past the deployments, and deploy again")
    return f"{wanted.desired_count} × {_short(serving.task_definition)}, image {(serving.digest or '?')[:19]}"


def judge_schema(release: Release, current: str | None, head: str) -> str:
    """Whether the schema is as the release has left it, in words; raises `NotGood` else."""
    schema = release.db_schema
    if schema is None:
        raise NotLooked("the release has not looked at it")
    if current != schema.after:
        raise NotGood(
            f"it is at {current or 'nothing'}, and release {release.id} has left it at {schema.after}",
            "Find out who has moved it: `reelflow migrate ENV status` names each step with its time",
        )
    return f"it is at {current}" + (f"; the image's head is {head}" if head != current else "")


def judge_secrets(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Whether tasks run with the current secrets, in words; raises `NotGood` else.

    Args:
        then: the versions that the release's tasks were started with, by ARN.
        now: the current ones.
    """
    if not then:
        raise NotLooked("the release was made before their versions were remembered")
    names = {arn: arn.rpartition(":")[2] for arn in (*then, *now)}
    gone = [names[arn] for arn in then if not now.get(arn)]
    changed = [names[arn] for arn in then if now.get(arn) and now[arn] != then[arn]]
    if gone or changed:
        parts = [f"{name} is gone" for name in gone]
        parts += [f"{name} has a newer version than the tasks were started with" for name in changed]
        raise NotGood("; ".join(parts), "Deploy again: tasks read their secrets when they start")
    return f"the tasks of the release have the current versions of {len(then)} secrets"


async def _terraform(planning: asyncio.Future[Plan]) -> str:
    return judge_drift((await asyncio.shield(planning)).drift)


async def _configuration(stands: Standing, planning: asyncio.Future[Plan]) -> str:
    if stands.release is None:
        raise NotLooked("nothing was deployed yet")
    source = await asyncio.to_thread(stands.environment.source_hash)
    return judge_configuration(await asyncio.shield(planning), same_source=source == stands.release.source)


async def _rules(stands: Standing, planning: asyncio.Future[Plan]) -> str:
    rules = await asyncio.to_thread(stands.environment.security().rules)
    return guarding.only_known(rules, known_rules(await asyncio.shield(planning)))


def known_rules(plan: Plan) -> set[str]:
    """The ids of the rules of security groups that Terraform has made."""
    made = [resource.before or {} for resource in plan.resources if resource.type in RULE_TYPES]
    return {str(rule.get(name)) for rule in made for name in ("id", "security_group_rule_id")}


async def _service(stands: Standing, name: str) -> str:
    if stands.release is None or name not in stands.release.services:
        raise NotLooked("the release has no such service")
    serving = await asyncio.to_thread(stands.environment.service(stands.outputs, name).running)
    wanted = stands.release.services[name]
    return judge_running(serving, wanted, stands.release.image.digest if stands.release.image else None)


async def _schema(stands: Standing) -> str:
    if stands.release is None:
        raise NotLooked("nothing was deployed yet")
    found = await ask(
        stands,
        ["migrate", "local", "status", "--json"],
        keys=("current", "head", "pending"),
        deadline_s=SCHEMA_WITHIN_S,
    )
    return judge_schema(stands.release, found["current"], found["head"])


async def _secrets(stands: Standing) -> str:
    if stands.release is None:
        raise NotLooked("nothing was deployed yet")
    now = await secret_versions(stands.environment, stands.outputs)
    return judge_secrets(stands.release.secrets, now)


def _in_words(drift: Drift) -> Sequence[str]:
    if drift.action == "delete":
        return ("it is gone",)
    return tuple(f"{a.path}: {_value(a.before)} → {_value(a.after)}" for a in drift.attributes)


def _value(value: AttributeChange | Any) -> str:
    words = "nothing" if value in (None, "", [], {}) else UNKNOWN if value == UNKNOWN else str(value)
    return words if len(words) <= LONGEST_VALUE else f"{words[: LONGEST_VALUE - 1]}…"


def _short(task_definition: str | None) -> str:
    return (task_definition or "nothing").rpartition("/")[2]
