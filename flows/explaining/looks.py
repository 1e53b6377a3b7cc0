"""Looks at one thing each, through the blocks; what a look may raise is whatever its block raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.masking import Masker
from blocks.account import account_of
from blocks.aws import AwsError, AwsMissing
from blocks.ecs import EcsService
from blocks.ecs.facts import (
    SecretReference,
    ServiceFacts,
    TaskFacts,
    definition_facts,
    family_tasks,
    service_facts,
)
from blocks.environment import Environment
from blocks.errors import BlockError
from blocks.network import Network
from blocks.registry import Registry
from blocks.targets import TargetGroup
from blocks.terraform.outputs import Outputs
from flows.explaining.findings import Evidence, ImageFacts, SecretFacts, StoreFacts, TargetFacts
from flows.explaining.subject import Subject

Facts = Mapping[str, Any]

POSTGRES_PORT, REDIS_PORT = 5432, 6379
LAST_LINES = 40
MOST_ERRORS = 12
# The newest failed tasks tell the same as the older ones.
MOST_LOGS = 4
WORDS = ("error", "critical", "Error")
_LEVEL = re.compile(r"\"level\": ?\"(error|critical)\"|^\w*(\.\w+)*(Error|Exception)\b|Error: ")


def state_lock(environment: Environment) -> str:
    """Who holds the lock of Terraform's state; empty when nobody does."""
    holder = environment.terraform.state_lock()
    return str(holder or "")


def service(subject: Subject, name: str) -> ServiceFacts:
    """A service of the outputs."""
    assert subject.outputs is not None
    return service_facts(subject.environment.service(subject.outputs, name), name)


def tasks(subject: Subject, name: str) -> tuple[TaskFacts, ...]:
    """The tasks of a service's family with their last lines, those of them that did not go well."""
    assert subject.outputs is not None
    service = subject.environment.service(subject.outputs, name)
    group = subject.environment.logs(subject.outputs, name)
    masker = Masker()
    tasks = family_tasks(service, since=subject.since)
    told = [task.id for task in tasks if not went_well(task)][:MOST_LOGS]
    with_log = []
    for task in tasks:
        lines: list[str] = []
        if task.id in told and task.started is not None:
            lines = group.last_lines(f"{service.container}/{service.container}/{task.id}", LAST_LINES)
        with_log.append(task.model_copy(update={"log": tuple(map(masker.text, lines))}))
    return tuple(with_log)


def went_well(task: TaskFacts) -> bool:
    """Whether a task runs, or was a one-off one that ended well."""
    stopped = task.as_stopped
    if stopped is None:
        return task.status == "RUNNING"
    return task.one_off and stopped.exit_code == 0


def database(environment: Environment, outputs: Outputs) -> StoreFacts:
    """The database; one that is gone is `missing`."""
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


def cache(environment: Environment, outputs: Outputs) -> StoreFacts:
    """The cache; one that is gone is `missing`."""
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


def targets(environment: Environment, outputs: Outputs) -> tuple[TargetFacts, ...]:
    """The targets of the load balancer."""
    group = TargetGroup(
        arn=outputs.target_group_arn or "",
        region=environment.region,
        credentials=environment.credentials,
    )
    return tuple(
        TargetFacts(target=t.target, state=t.state, reason=t.reason, description=t.description)
        for t in group.health()
    )


def errors(subject: Subject, name: str) -> tuple[Evidence, ...]:
    """The errors that a service has logged, the newest first."""
    assert subject.outputs is not None
    group, masker = subject.environment.logs(subject.outputs, name), Masker()
    # CloudWatch finds the lines with a word; the level is what they are judged by.
    found = [line for word in WORDS for line in group.lines(since=subject.since, pattern=word)]
    last = sorted((line for line in found if _LEVEL.search(line.text)), key=lambda line: line.at)
    texts = dict.fromkeys(masker.text(line.text) for line in reversed(last[-MOST_ERRORS:]))
    return tuple(Evidence(source=f"log of {name}", text=text) for text in texts)


def ways(network: Network, ids: set[str]) -> Facts:
    """Subnets with their routes, and the endpoints of their VPCs."""
    subnets = network.subnets(ids)
    return {"subnets": subnets, "endpoints": network.endpoints({subnet.vpc for subnet in subnets})}


def definition(subject: Subject, service: EcsService, arn: str) -> Facts:
    """A task definition, whether its secrets exist, and whether its image does."""
    found = definition_facts(service, arn)
    secrets = (_secret(subject, reference) for reference in found.secrets)
    return {
        "definitions": (found,),
        "secrets": tuple(secrets),
        "images": tuple(_image(subject, reference) for reference in found.images),
    }


def _secret(subject: Subject, wanted: SecretReference) -> SecretFacts:
    # arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME[:KEY:STAGE:VERSION]
    parts = wanted.reference.split(":")
    arn, key = ":".join(parts[:7]), parts[7] if len(parts) > 7 else ""
    facts = SecretFacts(name=parts[6] if len(parts) > 6 else arn, variable=wanted.variable, key=key)
    if not key:
        return facts
    try:
        filled = account_of(subject.environment).filled_keys(arn)
    except AwsMissing:
        return facts.model_copy(update={"exists": False})
    except AwsError:
        # Not everybody may look.
        return facts
    return facts.model_copy(update={"exists": True, "has_key": key in filled})


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
    try:
        return ImageFacts(reference=reference, exists=registry.digest_of(name) is not None)
    except BlockError:
        # What the registry does not tell must not hide what the definition does.
        return ImageFacts(reference=reference)
