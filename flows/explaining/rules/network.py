"""Causes in the network, for which a task does not start, or stays PENDING."""

from __future__ import annotations

from collections.abc import Iterator

from blocks.ecs.facts import ServiceFacts, TaskFacts
from blocks.network import SecurityGroup, Subnet
from flows.explaining.failing import starting, task_match
from flows.explaining.findings import Evidence, Findings
from flows.explaining.reach import HTTPS, lets_out, missing_endpoints, no_way_out
from flows.explaining.rule import Match, Rule, said

_NO_ANSWER = (
    r"i/o timeout|context deadline exceeded|request canceled|network is unreachable|no such host"
    r"|send request failed|connection timed out|check your task network configuration"
)


def _unanswered(findings: Findings) -> Iterator[TaskFacts]:
    """Tasks that wait for, or gave up on, what they have to fetch over the network."""
    silent = said(_NO_ANSWER, "task")
    for task in starting(findings):
        if task.status != "STOPPED" or silent(findings.model_copy(update={"tasks": (task,)})):
            yield task


def _subnet_of(findings: Findings, task: TaskFacts) -> Subnet | None:
    return next((subnet for subnet in findings.subnets if subnet.id == task.subnet), None)


def _service_of(findings: Findings, task: TaskFacts) -> ServiceFacts | None:
    name = task.group.partition(":")[2]
    return next((s for s in findings.services if not task.one_off and s.service == name), None)


def _public(findings: Findings, task: TaskFacts) -> bool:
    service = _service_of(findings, task)
    return service.public_ip if service else findings.public_ip


def groups_of(findings: Findings, task: TaskFacts) -> list[SecurityGroup]:
    """The security groups of a task, as its service or its run has them."""
    service = _service_of(findings, task)
    ids = service.security_groups if service else findings.own_groups
    return [group for group in findings.security_groups if group.id in ids]


def _no_route(findings: Findings) -> Match | None:
    for task in _unanswered(findings):
        subnet = _subnet_of(findings, task)
        why = no_way_out(subnet, public_ip=_public(findings, task)) if subnet else None
        if subnet is None or why is None:
            continue
        missing = missing_endpoints(subnet, findings.endpoints)
        # With some of them the way was to be by endpoints, which is another cause.
        if not missing or any(e.kind == "Interface" and e.vpc == subnet.vpc for e in findings.endpoints):
            continue
        told = (*task_match(task).evidence, Evidence(source="route table", text=why))
        return Match(told, {"why": why, "task": task.id[:8], "subnet": subnet.id})
    return None


def _endpoints(findings: Findings) -> Match | None:
    for task in _unanswered(findings):
        subnet = _subnet_of(findings, task)
        if subnet is None or no_way_out(subnet, public_ip=_public(findings, task)) is None:
            continue
        if missing := missing_endpoints(subnet, findings.endpoints):
            there = sorted(e.service for e in findings.endpoints if e.vpc == subnet.vpc)
            text = f"{subnet.vpc} has {', '.join(there) or 'none'}; missing: {', '.join(missing)}"
            told = (*task_match(task).evidence, Evidence(source="VPC endpoints", text=text))
            return Match(told, {"missing": ", ".join(missing), "subnet": subnet.id, "vpc": subnet.vpc})
    return None


def _https(findings: Findings) -> Match | None:
    for task in _unanswered(findings):
        groups = groups_of(findings, task)
        if groups and not lets_out(groups, HTTPS):
            named = " and ".join(map(str, groups))
            told = Evidence(source="security groups", text=f"{named} lets nothing out on port {HTTPS}")
            return Match((*task_match(task).evidence, told), {"groups": named, "task": task.id[:8]})
    return None


RULES = (
    Rule(
        kind="https_blocked",
        title="The security group lets nothing out on port 443",
        looks_like="A task that stays PENDING, then ResourceInitializationError: … i/o timeout",
        find=_https,
        message="The task can't fetch its image and its secrets: {groups} lets nothing out on port 443",
        remedy="Allow it in infra/terraform/modules/network/security_groups.tf (tasks_to_https); "
        "`reelflow plan {environment}` shows whether it was changed by hand; then `reelflow deploy "
        "{environment}`",
    ),
    Rule(
        kind="no_route",
        title="The subnet has no way to the registry",
        looks_like="A task that stays PENDING, then ResourceInitializationError or "
        "CannotPullContainerError: … i/o timeout",
        find=_no_route,
        message="The task can't fetch its image and its secrets: {why}",
        remedy="Run it in a public subnet with assign_public_ip = true, or give the subnet a NAT gateway "
        "or the VPC endpoints (ecr.api, ecr.dkr, logs, s3, secretsmanager) in "
        "infra/terraform/modules/network/main.tf; then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="endpoint_missing",
        title="A VPC endpoint is missing",
        looks_like="A task without a way to the internet that stays PENDING, though there are endpoints",
        find=_endpoints,
        message="Tasks in {subnet} reach AWS by endpoints only, and {vpc} lacks: {missing}",
        remedy="Add aws_vpc_endpoint for each of them in infra/terraform/modules/network/main.tf; then "
        "`reelflow deploy {environment}`",
    ),
)
