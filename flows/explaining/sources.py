"""Where findings come from: which looks there are to take, and which of them need what others have found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from blocks.account import account_of
from blocks.ecs.facts import ServiceFacts, TaskFacts
from blocks.network import Network
from flows.explaining import looks
from flows.explaining.looks import Facts
from flows.explaining.subject import Subject

MOST_DEFINITIONS = 2


@dataclass(frozen=True)
class Source:
    """One look: its name, as a gap is told by it, and what returns fields of the findings."""

    name: str
    look: Callable[[], Facts]


def first(subject: Subject) -> Iterator[Source]:
    """The sources that need nothing but the outputs."""
    environment, outputs = subject.environment, subject.outputs
    yield Source("Terraform's state lock", lambda: {"state_lock": looks.state_lock(environment)})
    if outputs is None or not subject.runs_tasks:
        return
    for name in outputs.services:
        yield Source(f"service {name}", lambda name=name: {"services": (looks.service(subject, name),)})
        yield Source(f"tasks of {name}", lambda name=name: {"tasks": looks.tasks(subject, name)})
    yield Source("RDS", lambda: {"database": looks.database(environment, outputs)})
    yield Source("ElastiCache", lambda: {"cache": looks.cache(environment, outputs)})
    yield Source("alarms", lambda: {"alarms": account_of(environment).ringing(outputs.alarm_names)})
    if outputs.target_group_arn:
        yield Source("target group", lambda: {"targets": looks.targets(environment, outputs)})
    if subject.fault and subject.fault.stage in ("verify", "bake"):
        for name in outputs.services:
            yield Source(f"log of {name}", lambda name=name: {"errors": looks.errors(subject, name)})


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
        yield Source("routes", lambda: looks.ways(network, subnets))
    if groups:
        yield Source("security groups", lambda: {"security_groups": network.security_groups(groups)})
    # The newest first, as the tasks are.
    wanted = dict.fromkeys(task.task_definition for task in tasks if not looks.went_well(task))
    for name in outputs.services:
        service = subject.environment.service(outputs, name)
        arns = [arn for arn in wanted if f"/{service.family}:" in arn][:MOST_DEFINITIONS]
        for arn in arns:
            yield Source(arn.rpartition("/")[2], lambda s=service, a=arn: looks.definition(subject, s, a))
