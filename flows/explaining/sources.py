"""Where findings come from: each source is one look, through the blocks, at one thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.masking import Masker
from blocks.account import account_of
from blocks.aws import AwsError, AwsMissing
from blocks.ecs.facts import (
    DefinitionFacts,
    ServiceFacts,
    TaskFacts,
    definition_facts,
    family_tasks,
    service_facts,
)
from blocks.environment import Environment
from blocks.network import Network
from blocks.registry import Registry
from blocks.targets import TargetGroup
from blocks.terraform.outputs import Outputs
from flows.deployment.release import Release
from flows.explaining.findings import (
    Evidence,
    Fault,
    ImageFacts,
    SecretFacts,
    StoreFacts,
    TargetFacts,
)

POSTGRES_PORT, REDIS_PORT = 5432, 6379
LAST_LINES = 40
MOST_ERRORS = 12
# Of a task that is read: the newest failed ones tell the same as the older.
MOST_LOGS = 4
# ECS keeps what has ended for about an hour.
REMEMBERED = timedelta(hours=1)

WORDS = ("error", "critical", "Error")
_LEVEL = re.compile(r"\"level\": ?\"(error|critical)\"|^\w*(\.\w+)*(Error|Exception)\b|Error: ")

# Stages whose failure has nothing to do with what ECS runs.
BEFORE_ANY_TASK = ("preflight", "plan", "approve", "apply", "build", "push")

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """What is to be explained.

    Attributes:
        outputs: None before the infrastructure was applied, or when nobody can tell.
        fault: None when it is to be found out whether anything is wrong.
        since: nothing older has to do with it.
    """

    environment: Environment
    outputs: Outputs | None
    release: Release | None
    fault: Fault | None
    since: datetime

    @property
    def runs_tasks(self) -> bool:
        """Whether what ECS runs may have to do with it."""
        return self.fault is None or self.fault.stage not in BEFORE_ANY_TASK


@dataclass(frozen=True)
class Source:
    """One look: its name, as a gap is told by it, and what returns fields of the findings."""

    name: str
    look: Callable[[], Facts]


def first(subject: Subject) -> Iterator[Source]:
    """The sources that need nothing but the outputs."""
    environment, outputs = subject.environment, subject.outputs
    yield Source("Terraform's state lock", lambda: {"state_lock": _state_lock(environment)})
    if outputs is None or not subject.runs_tasks:
        return
    for name in outputs.services:
        yield Source(f"service {name}", lambda name=name: {"services": (_service(subject, name),)})
        yield Source(f"tasks of {name}", lambda name=name: {"tasks": _tasks(subject, name)})
    yield Source("RDS", lambda: {"database": _database(environment, outputs)})
    yield Source("ElastiCache", lambda: {"cache": _cache(environment, outputs)})
    yield Source("alarms", lambda: {"alarms": account_of(environment).ringing(outputs.alarm_names)})
    if outputs.target_group_arn:
        yield Source("target group", lambda: {"targets": _targets(environment, outputs)})
    if subject.fault and subject.fault.stage in ("verify", "bake"):
        for name in outputs.services:
            yield Source(f"log of {name}", lambda name=name: {"errors": _errors(subject, name)})


def second(subject: Subject, found: Facts) -> Iterator[Source]:
    """The sources that need to know what the first have found."""
    outputs = subject.outputs
    if outputs is None or not subject.runs_tasks:
        return
    services: Sequence[ServiceFacts] = found.get("services", ())
    tasks: Sequence[TaskFacts] = found.get("tasks", ())
    stores = [store for store in (found.get("database"), found.get("cache")) if store]
    subnets = {
        *outputs.network.subnet_ids,
        *(s for each in services for s in each.subnets),
        *(t.subnet for t in tasks if t.subnet),
    }
    groups = {
        *outputs.network.security_group_ids,
        *(g for each in (*services, *stores) for g in each.security_groups),
    }
    network = Network(region=subject.environment.region, credentials=subject.environment.credentials)
    if subnets:
        yield Source("routes", lambda: _ways(network, subnets))
    if groups:
        yield Source("security groups", lambda: {"security_groups": network.security_groups(groups)})
    wanted = {task.task_definition for task in tasks if not _went_well(task)}
    for name in outputs.services:
        service = subject.environment.service(outputs, name)
        arns = sorted(arn for arn in wanted if f"/{service.family}:" in arn)[-2:]
        for arn in arns:
            yield Source(
                arn.rpartition("/")[2], lambda s=service, a=arn: _definition(subject, definition_facts(s, a))
            )


def _state_lock(environment: Environment) -> str:
    holder = environment.terraform.state_lock()
    return str(holder or "")


def _service(subject: Subject, name: str) -> ServiceFacts:
    assert subject.outputs is not None
    return service_facts(subject.environment.service(subject.outputs, name), name)


def _tasks(subject: Subject, name: str) -> tuple[TaskFacts, ...]:
    """The tasks of a service's family with their last lines, those of them that did not go well."""
    assert subject.outputs is not None
    service = subject.environment.service(subject.outputs, name)
    group = subject.environment.logs(subject.outputs, name)
    masker = Masker()
    tasks = family_tasks(service, since=subject.since)
    told = [task.id for task in tasks if not _went_well(task)][:MOST_LOGS]
    with_log = []
    for task in tasks:
        lines: list[str] = []
        if task.id in told and task.started is not None:
            lines = group.last_lines(f"{service.container}/{service.container}/{task.id}", LAST_LINES)
        with_log.append(task.model_copy(update={"log": tuple(map(masker.text, lines))}))
    return tuple(with_log)


def _went_well(task: TaskFacts) -> bool:
    """Whether a task runs, or was a one-off one that ended well."""
    stopped = task.as_stopped
    if stopped is None:
        return task.status == "RUNNING"
    return task.one_off and stopped.exit_code == 0


def _database(environment: Environment, outputs: Outputs) -> StoreFacts:
    identifier = outputs.database_identifier
    try:
        found = environment.database(outputs).describe()
    except AwsMissing:
        return StoreFacts(identifier=identifier, status="missing", port=POSTGRES_PORT)
    return StoreFacts(
        identifier=identifier,
        status=found.status,
        port=found.port or POSTGRES_PORT,
        security_groups=found.security_groups,
    )


def _cache(environment: Environment, outputs: Outputs) -> StoreFacts:
    identifier = outputs.redis_replication_group_id
    cache = environment.cache(outputs)
    try:
        found, groups = cache.describe(), cache.security_groups()
    except AwsMissing:
        return StoreFacts(identifier=identifier, status="missing", port=REDIS_PORT)
    return StoreFacts(
        identifier=identifier,
        status=found.status,
        port=found.port or REDIS_PORT,
        security_groups=groups,
    )


def _targets(environment: Environment, outputs: Outputs) -> tuple[TargetFacts, ...]:
    group = TargetGroup(
        arn=outputs.target_group_arn or "",
        region=environment.region,
        credentials=environment.credentials,
    )
    return tuple(
        TargetFacts(target=t.target, state=t.state, reason=t.reason, description=t.description)
        for t in group.health()
    )


def _errors(subject: Subject, name: str) -> tuple[Evidence, ...]:
    assert subject.outputs is not None
    group, masker = subject.environment.logs(subject.outputs, name), Masker()
    # CloudWatch finds the lines with a word; the level is what they are judged by.
    found = [line for word in WORDS for line in group.lines(since=subject.since, pattern=word)]
    last = sorted((line for line in found if _LEVEL.search(line.text)), key=lambda line: line.at)
    texts = dict.fromkeys(masker.text(line.text) for line in reversed(last[-MOST_ERRORS:]))
    return tuple(Evidence(source=f"log of {name}", text=text) for text in texts)


def _ways(network: Network, ids: set[str]) -> Facts:
    subnets = network.subnets(ids)
    return {"subnets": subnets, "endpoints": network.endpoints({subnet.vpc for subnet in subnets})}


def _definition(subject: Subject, definition: DefinitionFacts) -> Facts:
    """A task definition, whether its secrets exist, and whether its image does."""
    account = account_of(subject.environment)
    secrets = []
    for reference in definition.secrets:
        # arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME[:KEY:STAGE:VERSION]
        parts = reference.reference.split(":")
        arn, key = ":".join(parts[:7]), parts[7] if len(parts) > 7 else ""
        facts = SecretFacts(name=parts[6] if len(parts) > 6 else arn, variable=reference.variable, key=key)
        try:
            filled = account.filled_keys(arn) if key else None
            secrets.append(
                facts.model_copy(
                    update={"exists": None if filled is None else True, "has_key": key in (filled or {key})}
                )
            )
        except AwsMissing:
            secrets.append(facts.model_copy(update={"exists": False}))
        except AwsError:
            # Not everybody may look.
            secrets.append(facts)
    return {
        "definitions": (definition,),
        "secrets": tuple(secrets),
        "images": tuple(_image(subject, reference) for reference in definition.images),
    }


def _image(subject: Subject, reference: str) -> ImageFacts:
    assert subject.outputs is not None
    repository = subject.outputs.ecr_repository_url
    if not reference.startswith(repository):
        return ImageFacts(reference=reference)
    registry = Registry(
        repository_url=repository,
        region=subject.environment.region,
        credentials=subject.environment.credentials,
    )
    name = reference.removeprefix(repository).lstrip("@:")
    return ImageFacts(reference=reference, exists=registry.digest_of(name) is not None)
