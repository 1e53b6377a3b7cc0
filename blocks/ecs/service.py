"""One service of an ECS cluster as a Prefect block: what it runs, and how it is moved to something else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import Field

from blocks.aws import AwsBlock, AwsError, AwsMissing, aws_errors
from blocks.ecs import definition as definitions
from blocks.ecs import task as tasks
from blocks.ecs.definition import TaskDefinition
from blocks.ecs.events import Addresses, RollOut, RollOutEvent, Serving, TaskResult
from blocks.ecs.verdict import (
    Deployment,
    Failed,
    InProgress,
    StoppedTask,
    Succeeded,
    diagnose,
    telling,
    threatens,
    verdict,
)
from blocks.logs import LogGroup
from blocks.terraform.outputs import NetworkOutputs

FIRST_POLL_S = 0.3
# ECS's read calls are throttled at 20 a second for the whole account.
LONGEST_POLL_S = 5.0
LOOKED_AT_REVISIONS = 10
# Of a deployment that never gets one task to run; the circuit breaker's own threshold is between 3 and 200.
MOST_FAILURES = 10
DESCRIBED_AT_ONCE = 100


def _ignore(_event: RollOutEvent) -> None:
    pass


class EcsService(AwsBlock):
    """A service of an ECS cluster: what it runs, and how it is moved to something else.

    Its methods raise `AwsMissing` when there is no such service, and the other errors of `blocks.aws`.
    """

    _block_type_name = "ECS Service"
    _block_type_slug = "ecs-service"
    _description = "Rolls out task definitions on one ECS service, and runs one-off tasks beside it."
    _code_example = """```python
from blocks.ecs import EcsService

service = EcsService.load("prod-backend")
service.running()
```"""

    cluster: str = Field(title="Cluster", description="Name of the cluster.")
    service: str = Field(title="Service", description="Name of the service.")
    family: str = Field(title="Task family", description="Of the task definitions that it runs.")
    container: str = Field(title="Container", description="Name of the container that runs the image.")
    log_group: str = Field(title="Log group", description="In CloudWatch Logs, where its tasks write.")

    def definition(self, arn: str) -> TaskDefinition:
        """A revision, by its ARN or as `family:revision`."""
        return definitions.read(self._described(arn), self.container)

    def register(self, base_arn: str, image: str) -> str:
        """The ARN of a revision that is the base's with another image.

        Idempotent: a recent revision of the same content is used again.

        Args:
            base_arn: the revision that Terraform wrote.
            image: `repository@sha256:…`.
        """
        base = definitions.registerable(self._described(base_arn))
        try:
            wanted = definitions.with_image(base, self.container, image)
        except KeyError:
            raise AwsError(
                f"Can't register a revision of {self.family}",
                f"{base_arn} has no container {self.container}",
                "Compare the outputs of infra/terraform with its task definitions",
            ) from None
        address = definitions.content(wanted)
        for arn in self._revisions():
            if definitions.content(definitions.registerable(self._described(arn))) == address:
                return arn
        with aws_errors(f"register a revision of {self.family}"):
            answer = self.client("ecs").register_task_definition(**wanted)
        return answer["taskDefinition"]["taskDefinitionArn"]

    def update(self, task_definition: str, desired_count: int, *, force: bool = False) -> Deployment:
        """Moves the service to a revision and a number of tasks; returns at once. Follow what it returns.

        Args:
            task_definition: the ARN of the revision.
            desired_count: 0 stops it.
            force: starts tasks anew even when nothing changes.
        """
        with aws_errors(f"update the service {self.service}"):
            answer = self.client("ecs").update_service(
                cluster=self.cluster,
                service=self.service,
                taskDefinition=task_definition,
                desiredCount=desired_count,
                forceNewDeployment=force,
            )
        primary = next((d for d in answer["service"]["deployments"] if d["status"] == "PRIMARY"), None)
        if primary is None:
            raise AwsError(
                f"The service {self.service} was not updated", "ECS names no deployment for it", "Try again"
            )
        return Deployment(
            id=primary["id"],
            task_definition=primary["taskDefinition"],
            desired_count=desired_count,
            created_at=primary["createdAt"],
        )

    async def follow(
        self,
        deployment: Deployment,
        *,
        deadline_s: float,
        on_event: Callable[[RollOutEvent], None] = _ignore,
    ) -> RollOut:
        """Waits until the deployment has ended, one way or the other.

        A deadline that passes is a failure too; what goes on in the service then is left as it is.
        """
        started = time.monotonic()
        watch = _Watch(deployment, on_event)
        poll_s, arn = FIRST_POLL_S, None
        while True:
            arn, service, service_deployment = await asyncio.to_thread(self._look, deployment, arn)
            watch.see(service)
            found = verdict(deployment, service, service_deployment)
            if isinstance(found, InProgress):
                found = threatens(deployment, service, most_failures=MOST_FAILURES) or found
            seconds = time.monotonic() - started
            if isinstance(found, InProgress) and seconds > deadline_s:
                found = Failed("deadline", f"after {seconds:.0f} s: {found.note}")
            if isinstance(found, Succeeded):
                return RollOut(deployment=deployment, succeeded=True, seconds=seconds)
            if isinstance(found, Failed):
                return await asyncio.to_thread(self._failed, deployment, found, seconds)
            await asyncio.sleep(min(poll_s, max(0.0, deadline_s - seconds) + 0.05))
            poll_s = min(poll_s * 1.2, LONGEST_POLL_S)

    def running(self) -> Serving:
        """What the service runs now."""
        service = self._service()
        primary = next((d for d in service["deployments"] if d["status"] == "PRIMARY"), {})
        arn = primary.get("taskDefinition") or service["taskDefinition"]
        image = self.definition(arn).image
        complete = (
            primary.get("rolloutState", "COMPLETED") == "COMPLETED" and len(service["deployments"]) == 1
        )
        return Serving(
            task_definition=arn,
            image=image,
            digest=definitions.digest_of(image),
            desired=service["desiredCount"],
            running=service["runningCount"],
            pending=service["pendingCount"],
            deployments=len(service["deployments"]),
            steady=complete and service["runningCount"] == service["desiredCount"],
        )

    def addresses(self) -> tuple[Addresses, ...]:
        """Where its running tasks are now; it changes with every task, so ask each time."""
        running = self._tasks("RUNNING")
        interfaces = {task["taskArn"]: tasks.interface_of(task) for task in running}
        wanted = [interface for interface, _ in interfaces.values() if interface]
        public: dict[str, str] = {}
        if wanted:
            with aws_errors(f"look up the addresses of {self.service}"):
                answer = self.client("ec2").describe_network_interfaces(NetworkInterfaceIds=wanted)
            for entry in answer["NetworkInterfaces"]:
                if address := (entry.get("Association") or {}).get("PublicIp"):
                    public[entry["NetworkInterfaceId"]] = address
        return tuple(
            Addresses(
                task_arn=task["taskArn"],
                private=interfaces[task["taskArn"]][1],
                public=public.get(interfaces[task["taskArn"]][0]),
                healthy=task.get("healthStatus") == "HEALTHY",
            )
            for task in running
            if task.get("lastStatus") == "RUNNING"
        )

    def stopped(self, task_definition: str | None = None) -> tuple[StoppedTask, ...]:
        """Its tasks that ended within about the last hour, newest first; of one revision, or of all."""
        found = sorted(
            self._tasks("STOPPED"), key=lambda task: str(task.get("stoppedAt") or ""), reverse=True
        )
        return tuple(
            tasks.stopped(task, self.container)
            for task in found
            if task.get("lastStatus") == "STOPPED" and task_definition in (None, task["taskDefinitionArn"])
        )

    async def run_task(
        self,
        command: Sequence[str],
        network: NetworkOutputs,
        *,
        task_definition: str,
        deadline_s: float,
        environment: Mapping[str, str] | None = None,
        role: str | None = None,
        token: str | None = None,
        on_log: Callable[[str], None] = lambda _: None,
    ) -> TaskResult:
        """Runs the image once with another command, in the same network, and waits for its end.

        Args:
            command: what the container runs in place of the service's command.
            task_definition: the ARN of the revision to run.
            deadline_s: seconds after which it is stopped. It is stopped too when the caller is cancelled.
            environment: variables added to the definition's.
            role: the ARN of the task role; None for the definition's own.
            token: asked again with the same one within a day, ECS starts no second task.
            on_log: is given each line that it writes.

        Raises:
            TaskNotStarted: ECS could not place it.
        """
        one_off = tasks.OneOffTask(
            ecs=self.client("ecs"),
            logs=LogGroup(name=self.log_group, region=self.region, credentials=self.credentials),
            cluster=self.cluster,
            container=self.container,
        )
        arn = await asyncio.to_thread(
            one_off.start, task_definition, command, network, dict(environment or {}), role, token
        )
        return await one_off.follow(arn, task_definition, deadline_s=deadline_s, on_log=on_log)

    def _look(
        self, deployment: Deployment, arn: str | None
    ) -> tuple[str | None, Mapping[str, Any], Mapping[str, Any] | None]:
        service = self._service()
        arn = arn or self._service_deployment_of(deployment)
        if arn is None:
            return None, service, None
        with aws_errors(f"look up a deployment of {self.service}"):
            found = self.client("ecs").describe_service_deployments(serviceDeploymentArns=[arn])
        return arn, service, next(iter(found["serviceDeployments"]), None)

    def _service_deployment_of(self, deployment: Deployment) -> str | None:
        """The ARN of the service deployment that belongs to it; None while there is none.

        ECS has two views of one roll-out and no reference from the one to the other: revision and time tell.
        """
        ecs = self.client("ecs")
        with aws_errors(f"list the deployments of {self.service}"):
            listed = ecs.list_service_deployments(
                cluster=self.cluster,
                service=self.service,
                createdAt={"after": deployment.created_at - timedelta(seconds=5)},
            )["serviceDeployments"]
            targets = {d["targetServiceRevisionArn"] for d in listed if d.get("targetServiceRevisionArn")}
            if not targets:
                return None
            described = ecs.describe_service_revisions(serviceRevisionArns=sorted(targets)[:20])
        revisions = {r["serviceRevisionArn"]: r["taskDefinition"] for r in described["serviceRevisions"]}
        for entry in sorted(listed, key=lambda d: d["createdAt"], reverse=True):
            if revisions.get(entry.get("targetServiceRevisionArn")) == deployment.task_definition:
                return entry["serviceDeploymentArn"]
        return None

    def _failed(self, deployment: Deployment, found: Failed, seconds: float) -> RollOut:
        # What its own tasks say is a better cause than that the circuit breaker has had enough of them.
        stopped = telling(self.stopped(deployment.task_definition))
        if found.kind in ("circuit_breaker", "deadline") and (told := diagnose(stopped)):
            found = Failed(told.kind, f"{found.message}; {told.message}")
        return RollOut(
            deployment=deployment,
            succeeded=False,
            kind=found.kind,
            message=found.message,
            stopped=stopped[:MOST_FAILURES],
            seconds=seconds,
        )

    def _service(self) -> Mapping[str, Any]:
        with aws_errors(f"look up the service {self.service}"):
            answer = self.client("ecs").describe_services(cluster=self.cluster, services=[self.service])
        if not answer["services"]:
            raise AwsMissing(
                f"Can't look up the service {self.service}",
                f"the cluster {self.cluster} has none of this name",
                "Apply the infrastructure first",
            )
        return answer["services"][0]

    def _described(self, arn: str) -> Mapping[str, Any]:
        with aws_errors(f"look up the task definition {arn}"):
            return self.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]

    def _revisions(self) -> Sequence[str]:
        """The newest active revisions of the family."""
        with aws_errors(f"list the revisions of {self.family}"):
            return self.client("ecs").list_task_definitions(
                familyPrefix=self.family, status="ACTIVE", sort="DESC", maxResults=LOOKED_AT_REVISIONS
            )["taskDefinitionArns"]

    def _tasks(self, status: str) -> list[Mapping[str, Any]]:
        ecs = self.client("ecs")
        with aws_errors(f"list the tasks of {self.service}"):
            arns = [
                arn
                for page in ecs.get_paginator("list_tasks").paginate(
                    cluster=self.cluster, serviceName=self.service, desiredStatus=status
                )
                for arn in page["taskArns"]
            ]
            return [
                task
                for some in _in_parts(arns)
                for task in ecs.describe_tasks(cluster=self.cluster, tasks=some)["tasks"]
            ]


class _Watch:
    """Tells what is new of a service: counts that changed, and what ECS has said since."""

    def __init__(self, deployment: Deployment, on_event: Callable[[RollOutEvent], None]) -> None:
        self._deployment = deployment
        self._on_event = on_event
        self._told: set[str] = set()
        self._counts: tuple[int, ...] | None = None

    def see(self, service: Mapping[str, Any]) -> None:
        ours = next((d for d in service.get("deployments", []) if d["id"] == self._deployment.id), {})
        counts = tuple(
            int(ours.get(name) or 0)
            for name in ("desiredCount", "runningCount", "pendingCount", "failedTasks")
        )
        for event in reversed(service.get("events", [])):
            if event["id"] not in self._told and event["createdAt"] >= self._deployment.created_at:
                self._told.add(event["id"])
                self._tell(event["createdAt"], event["message"], counts)
        if counts != self._counts:
            self._counts = counts
            desired, running, pending, failed = counts
            words = f"{running} of {desired} tasks run, {pending} starting, {failed} failed"
            self._tell(datetime.now(UTC), words, counts)

    def _tell(self, at: datetime, message: str, counts: tuple[int, ...]) -> None:
        desired, running, pending, failed = counts
        self._on_event(
            RollOutEvent(
                at=at, message=message, desired=desired, running=running, pending=pending, failed=failed
            )
        )


def _in_parts(arns: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(arns), DESCRIBED_AT_ONCE):
        yield arns[start : start + DESCRIBED_AT_ONCE]
