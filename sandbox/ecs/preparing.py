"""What a task needs before it starts: images, logs, the values of secrets, and the rights to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.ecs.logs import LogStream, NoLogGroup
from sandbox.ecs.reach import Reach, Silence, walled
from sandbox.ecs.records import Task, World, now
from sandbox.ecs.secret_values import NoSuchSecret, resolve
from sandbox.faults import FaultSwitch
from sandbox.rights import AccessDenied, Rights, rights_of
from sandbox.runners import PullFailed, Runner

NO_SECRETS = "ResourceInitializationError: unable to pull secrets or registry auth"
NOT_RETRIEVED = f"{NO_SECRETS}: execution resource retrieval failed: "
SILENT = "dial tcp 198.51.100.7:443: i/o timeout"
# What Fargate says when a service of AWS does not answer.
UNANSWERED = {
    "ecr.api": NOT_RETRIEVED
    + "unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send "
    'request failed caused by: Post "https://api.ecr.{region}.amazonaws.com/": {silent}. '
    "Please check your task network configuration.",
    "ecr.dkr": "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
    'resolve ref {image}: failed to do request: Head "https://{image}": {silent}',
    "s3": "CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: "
    "failed open: failed to do request: Get "
    '"https://prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com/": {silent}',
    "logs": "ResourceInitializationError: failed to validate logger args: create stream has been retried "
    "1 times: failed to create Cloudwatch log stream: RequestError: send request failed caused by: "
    'Post "https://logs.{region}.amazonaws.com/": {silent} : exit status 1',
    "secretsmanager": NOT_RETRIEVED
    + "unable to retrieve secret from asm: service call has been retried 5 time(s): failed to fetch secret "
    "{secret} from secrets manager: RequestCanceled: request context canceled caused by: context deadline "
    "exceeded",
}


class CanNotStart(Exception):
    """The task can't start; the reason as ECS tells it."""


class Preparation:
    """Prepares one task.

    Args:
        faults: those of the service "task".
        platform: what a container is given for a task role, or without one.
        silence: where stores are that the task does not reach.
    """

    def __init__(
        self,
        world: World,
        task: Task,
        runner: Runner,
        faults: FaultSwitch,
        platform: Callable[[str | None], Mapping[str, str]],
        silence: Silence,
    ) -> None:
        self._world = world
        self._task = task
        self._runner = runner
        self._faults = faults
        self._platform = platform
        self._silence = silence
        self._reach = Reach(world, task)

    def images(self) -> dict[str, str]:
        """The images by digest, by container.

        Raises:
            CanNotStart: one can't be had.
        """
        self._task.pull_started_at = now()
        images = {}
        try:
            self.meet("PullImage", "CannotPullContainerError: pull image manifest failed")
            for service in ("ecr.api", "ecr.dkr", "s3"):
                self._require_answer(service, image=self._task.containers[0].image)
            self._rights.require("ecr:GetAuthorizationToken", "*")
            for container in self._task.containers:
                self._rights.require("ecr:BatchGetImage", self._repository(container.image))
                container.image_digest = self._runner.pull(container.image)
                images[container.name] = f"{container.image.partition('@')[0]}@{container.image_digest}"
        except PullFailed as failed:
            for container in self._task.containers:
                container.reason = f"CannotPullContainerError: {failed}"
            raise CanNotStart(f"CannotPullContainerError: {failed}") from failed
        except AccessDenied as denied:
            raise CanNotStart(
                f"{NO_SECRETS}: execution resource retrieval failed: unable to retrieve ecr registry auth: "
                f"AccessDeniedException: {denied}"
            ) from denied
        finally:
            self._task.pull_stopped_at = now()
        return images

    def streams(self) -> dict[str, LogStream]:
        """The streams that the containers' lines go to, by container.

        Raises:
            CanNotStart: there is no log group, or no right to it.
        """
        try:
            return {one["name"]: self._stream(one) for one in self._task.definition.containers}
        except NoLogGroup as missing:
            raise CanNotStart(f"ResourceInitializationError: {missing}") from missing
        except AccessDenied as denied:
            raise CanNotStart(
                "ResourceInitializationError: failed to validate logger args: "
                f"AccessDeniedException: {denied}"
            ) from denied

    def environments(self) -> dict[str, dict[str, str]]:
        """The containers' environments with the values of their secrets, by container.

        Raises:
            CanNotStart: a secret can't be had.
        """
        try:
            self.meet("ResolveSecrets", NO_SECRETS)
            return {one["name"]: self._environment(one) for one in self._task.definition.containers}
        except NoSuchSecret as missing:
            raise CanNotStart(f"{NO_SECRETS}: execution resource retrieval failed: {missing}") from missing
        except AccessDenied as denied:
            raise CanNotStart(
                f"{NO_SECRETS}: execution resource retrieval failed: AccessDeniedException: {denied}"
            ) from denied

    def meet(self, operation: str, reason: str) -> None:
        """Lets a fault of this step of the task happen, if one is on.

        Raises:
            CanNotStart: one is.
        """
        fault = self._faults.meet("task", operation, json.dumps(self._task.given, default=str))
        if fault is None:
            return
        self._task.wake.wait(fault.delay_s)
        if fault.error:
            raise CanNotStart(f"{reason}: {fault.message}")

    def _require_answer(self, service: str, **named: str) -> None:
        """Has the task wait for a service of AWS that it does not reach.

        Raises:
            CanNotStart: it was not answered.
        """
        if self._reach.service(service):
            return
        self._task.wake.wait(self._world.timing.unanswered_s)
        said = UNANSWERED[service].format(region=self._world.region, silent=SILENT, **named)
        raise CanNotStart(said)

    def _stream(self, described: Mapping[str, Any]) -> LogStream:
        configuration = described.get("logConfiguration")
        if configuration and configuration["logDriver"] == "awslogs":
            group = configuration["options"]["awslogs-group"]
            arn = f"arn:aws:logs:{self._world.region}:{self._world.account}:log-group:{group}:log-stream:"
            self._require_answer("logs")
            self._rights.require("logs:CreateLogStream", arn)
            self._rights.require("logs:PutLogEvents", arn)
        return LogStream.opened(self._world.account, configuration, described["name"], self._task.id)

    def _environment(self, described: Mapping[str, Any]) -> dict[str, str]:
        override = override_of(self._task, described["name"])
        values = {one["name"]: one.get("value", "") for one in described["environment"]}
        values |= {one["name"]: one.get("value", "") for one in override.get("environment") or []}
        values = {name: walled(value, self._reach, self._silence) for name, value in values.items()}
        for secret in described.get("secrets") or []:
            self._require_answer("secretsmanager", secret=secret["valueFrom"])
            self._rights.require(
                "secretsmanager:GetSecretValue", ":".join(secret["valueFrom"].split(":")[:7])
            )
            values[secret["name"]] = resolve(
                secret["valueFrom"], account=self._world.account, region=self._world.region
            )
        role = (self._task.given.get("overrides") or {}).get("taskRoleArn")
        given = self._platform(role or self._task.definition.given.get("taskRoleArn"))
        return {**values, **given, "HOST": self._task.address}

    @property
    def _rights(self) -> Rights:
        """What the role that starts the task may do."""
        arn = self._task.definition.given.get("executionRoleArn") or ""
        return rights_of(self._world.account, arn) or Rights(f"nobody, as there is no role {arn!r}", ())

    def _repository(self, image: str) -> str:
        name = image.partition("/")[2].partition("@")[0].partition(":")[0]
        return f"arn:aws:ecr:{self._world.region}:{self._world.account}:repository/{name}"


def override_of(task: Task, name: str) -> dict[str, Any]:
    """What the task says otherwise about a container than its definition."""
    overrides = (task.given.get("overrides") or {}).get("containerOverrides") or []
    return next((one for one in overrides if one["name"] == name), {})
