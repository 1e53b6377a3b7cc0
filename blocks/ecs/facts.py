"""What ECS knows of a service, its tasks and a task definition, kept as values: it forgets stopped tasks.

Read for whoever has to tell why something went wrong; nothing here judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from blocks.aws import AwsMissing, aws_errors
from blocks.ecs.service import DESCRIBED_AT_ONCE, EcsService
from blocks.ecs.verdict import StoppedTask

REMEMBERED_EVENTS = 20
# The newest are listed first, and the older ones tell the same.
MOST_TASKS = 20


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ContainerFacts(_Value):
    """One container of a task. `exit_code` is None when it never ran to an end, or runs still."""

    name: str
    image: str = ""
    status: str = ""
    exit_code: int | None = None
    reason: str = ""
    health: str = ""


class TaskFacts(_Value):
    """One task, running or stopped.

    Attributes:
        group: `service:NAME` of a service's task, `family:NAME` of a one-off one.
        status: ECS's `lastStatus`.
        log: the last lines that it has written, oldest first.
    """

    id: str
    task_definition: str
    group: str = ""
    status: str = ""
    stop_code: str = ""
    reason: str = ""
    containers: tuple[ContainerFacts, ...] = ()
    subnet: str = ""
    created: datetime | None = None
    started: datetime | None = None
    stopped: datetime | None = None
    log: tuple[str, ...] = ()

    @property
    def one_off(self) -> bool:
        return not self.group.startswith("service:")

    @property
    def main(self) -> ContainerFacts | None:
        """The container that ended badly, or the first one."""
        bad = (c for c in self.containers if c.exit_code or c.reason)
        return next(bad, self.containers[0] if self.containers else None)

    @property
    def as_stopped(self) -> StoppedTask | None:
        """The same as a roll-out's verdict takes it; None while it runs."""
        if self.status != "STOPPED":
            return None
        main = self.main
        return StoppedTask(
            id=self.id,
            task_definition=self.task_definition,
            stop_code=self.stop_code,
            reason=self.reason,
            exit_code=main.exit_code if main else None,
            container_reason=main.reason if main else "",
        )


class DeploymentFacts(_Value):
    """One deployment of a service, as `DescribeServices` lists it."""

    id: str
    task_definition: str
    status: str = ""
    rollout_state: str = ""
    reason: str = ""
    desired: int = 0
    running: int = 0
    pending: int = 0
    failed: int = 0


class ServiceEvent(_Value):
    """What ECS said about a service."""

    at: datetime
    message: str


class ServiceFacts(_Value):
    """A service: counts, deployments, what ECS said of it, and where its tasks are.

    Attributes:
        name: in Terraform's outputs, such as `backend`.
        launch_type: `FARGATE`, `EC2`, or the name of a capacity provider.
    """

    name: str
    service: str
    status: str = ""
    desired: int = 0
    running: int = 0
    pending: int = 0
    launch_type: str = ""
    task_definition: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    public_ip: bool = False
    target_groups: tuple[str, ...] = ()
    deployments: tuple[DeploymentFacts, ...] = ()
    events: tuple[ServiceEvent, ...] = ()

    @property
    def steady(self) -> bool:
        """Whether it runs what it should, with nothing on its way."""
        states = [d.rollout_state for d in self.deployments]
        return self.running == self.desired and states in (["COMPLETED"], [""], [])


class SecretReference(_Value):
    """A variable of a container whose value is a secret's: `arn:…:secret:NAME[:KEY:STAGE:VERSION]`."""

    variable: str
    reference: str


class DefinitionFacts(_Value):
    """A task definition, without the values of its environment."""

    arn: str
    active: bool = True
    cpu: str = ""
    memory: str = ""
    images: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    secrets: tuple[SecretReference, ...] = ()
    execution_role: str = ""
    task_role: str = ""
    log_groups: tuple[str, ...] = ()
    architecture: str = ""


def service_facts(service: EcsService, name: str) -> ServiceFacts:
    """The service as it is now. Raises `AwsMissing` when there is none, and the errors of `blocks.aws`."""
    with aws_errors(f"look up the service {service.service}"):
        found = service.client("ecs").describe_services(cluster=service.cluster, services=[service.service])
    if not found["services"]:
        raise AwsMissing(
            f"Can't look up the service {service.service}", "there is none", "Apply the infrastructure first"
        )
    return read_service(found["services"][0], name)


def family_tasks(service: EcsService, *, since: datetime | None = None) -> tuple[TaskFacts, ...]:
    """The tasks of the service's family, one-off ones too, newest first; ECS keeps ended ones for an hour.

    Args:
        since: only those that were made since then.
    """
    ecs = service.client("ecs")
    found: list[Mapping[str, Any]] = []
    with aws_errors(f"list the tasks of {service.family}"):
        for status in ("STOPPED", "RUNNING"):
            pages = ecs.get_paginator("list_tasks").paginate(
                cluster=service.cluster, family=service.family, desiredStatus=status
            )
            arns = [arn for page in pages for arn in page["taskArns"]]
            for start in range(0, len(arns), DESCRIBED_AT_ONCE):
                some = arns[start : start + DESCRIBED_AT_ONCE]
                found += ecs.describe_tasks(cluster=service.cluster, tasks=some)["tasks"]
    wanted = [task for task in found if since is None or (task.get("createdAt") or since) >= since]
    wanted.sort(key=lambda task: str(task.get("createdAt") or ""), reverse=True)
    return tuple(read_task(task) for task in wanted[:MOST_TASKS])


def definition_facts(service: EcsService, arn: str) -> DefinitionFacts:
    """A task definition. Raises the errors of `blocks.aws`."""
    with aws_errors(f"look up the task definition {arn}"):
        found = service.client("ecs").describe_task_definition(taskDefinition=arn)
    return read_definition(found["taskDefinition"])


def read_service(described: Mapping[str, Any], name: str) -> ServiceFacts:
    """Reads a service of `DescribeServices`."""
    network = (described.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    providers = [entry["capacityProvider"] for entry in described.get("capacityProviderStrategy") or []]
    return ServiceFacts(
        name=name,
        service=described["serviceName"],
        status=described.get("status") or "",
        desired=int(described.get("desiredCount") or 0),
        running=int(described.get("runningCount") or 0),
        pending=int(described.get("pendingCount") or 0),
        launch_type=described.get("launchType") or ", ".join(providers),
        task_definition=described.get("taskDefinition") or "",
        subnets=tuple(network.get("subnets") or ()),
        security_groups=tuple(network.get("securityGroups") or ()),
        public_ip=network.get("assignPublicIp") == "ENABLED",
        target_groups=tuple(b["targetGroupArn"] for b in described.get("loadBalancers") or []),
        deployments=tuple(map(_deployment, described.get("deployments") or [])),
        events=tuple(_events(described)),
    )


def read_task(described: Mapping[str, Any]) -> TaskFacts:
    """Reads a task of `DescribeTasks`."""
    return TaskFacts(
        id=described["taskArn"].rpartition("/")[2],
        task_definition=described.get("taskDefinitionArn") or "",
        group=described.get("group") or "",
        status=described.get("lastStatus") or "",
        stop_code=described.get("stopCode") or "",
        reason=described.get("stoppedReason") or "",
        containers=tuple(map(_container, described.get("containers") or [])),
        subnet=_subnet(described),
        created=described.get("createdAt"),
        started=described.get("startedAt"),
        stopped=described.get("stoppedAt"),
    )


def read_definition(described: Mapping[str, Any]) -> DefinitionFacts:
    """Reads the `taskDefinition` of `DescribeTaskDefinition`."""
    containers = described.get("containerDefinitions") or []
    groups = (
        ((c.get("logConfiguration") or {}).get("options") or {}).get("awslogs-group") for c in containers
    )
    return DefinitionFacts(
        arn=described["taskDefinitionArn"],
        active=described.get("status", "ACTIVE") == "ACTIVE",
        cpu=described.get("cpu") or "",
        memory=described.get("memory") or "",
        images=tuple(c.get("image", "") for c in containers),
        variables=tuple(e["name"] for c in containers for e in c.get("environment") or []),
        secrets=tuple(
            SecretReference(variable=s["name"], reference=s["valueFrom"])
            for c in containers
            for s in c.get("secrets") or []
        ),
        execution_role=described.get("executionRoleArn") or "",
        task_role=described.get("taskRoleArn") or "",
        log_groups=tuple(sorted({group for group in groups if group})),
        architecture=(described.get("runtimePlatform") or {}).get("cpuArchitecture") or "",
    )


def _deployment(described: Mapping[str, Any]) -> DeploymentFacts:
    return DeploymentFacts(
        id=described["id"],
        task_definition=described.get("taskDefinition") or "",
        status=described.get("status") or "",
        rollout_state=described.get("rolloutState") or "",
        reason=described.get("rolloutStateReason") or "",
        desired=int(described.get("desiredCount") or 0),
        running=int(described.get("runningCount") or 0),
        pending=int(described.get("pendingCount") or 0),
        failed=int(described.get("failedTasks") or 0),
    )


def _events(described: Mapping[str, Any]) -> Iterator[ServiceEvent]:
    for event in (described.get("events") or [])[:REMEMBERED_EVENTS]:
        yield ServiceEvent(at=event["createdAt"], message=event["message"])


def _container(described: Mapping[str, Any]) -> ContainerFacts:
    return ContainerFacts(
        name=described.get("name") or "",
        image=described.get("image") or "",
        status=described.get("lastStatus") or "",
        exit_code=described.get("exitCode"),
        reason=described.get("reason") or "",
        health=described.get("healthStatus") or "",
    )


def _subnet(described: Mapping[str, Any]) -> str:
    for attachment in described.get("attachments") or []:
        for detail in attachment.get("details") or []:
            if detail.get("name") == "subnetId":
                return detail.get("value") or ""
    return ""
