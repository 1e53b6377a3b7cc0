"""Tasks of ECS: run once to their end with their log, and read when they have stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.aws import AwsError, AwsUnavailable, aws_errors
from blocks.ecs.events import TaskResult
from blocks.ecs.verdict import StoppedTask
from blocks.logs import LogGroup, Position
from blocks.terraform.outputs import NetworkOutputs

POLL_S = 0.5
# CloudWatch shows a line a moment after it was written.
NO_MORE_LINES_S = 0.8
NO_LINES_S = 2.5
STOPPED_WITHIN_S = 150.0
_PASSING = ("capacity", "AGENT", "throttl", "RESOURCE")


class TaskNotStarted(AwsError):
    """ECS could not place a task."""


class TaskNotPlaced(TaskNotStarted, AwsUnavailable):
    """ECS could not place a task for want of room, which may pass."""


@dataclass(frozen=True)
class OneOffTask:
    """Runs tasks of one container to their end."""

    ecs: Any
    logs: LogGroup
    cluster: str
    container: str

    def start(
        self,
        task_definition: str,
        command: Sequence[str],
        network: NetworkOutputs,
        environment: Mapping[str, str],
        role: str | None,
        token: str | None,
    ) -> str:
        """Starts a task and returns its ARN.

        Raises:
            TaskNotStarted: ECS could not place it.
        """
        override = {
            "name": self.container,
            "command": list(command),
            "environment": [{"name": name, "value": value} for name, value in environment.items()],
        }
        with aws_errors(f"start a task of {task_definition}"):
            answer = self.ecs.run_task(
                cluster=self.cluster,
                taskDefinition=task_definition,
                launchType="FARGATE",
                count=1,
                startedBy="reelflow",
                networkConfiguration={
                    "awsvpcConfiguration": {
                        "subnets": list(network.subnet_ids),
                        "securityGroups": list(network.security_group_ids),
                        "assignPublicIp": "ENABLED" if network.assign_public_ip else "DISABLED",
                    }
                },
                overrides={"containerOverrides": [override], **({"taskRoleArn": role} if role else {})},
                **({"clientToken": token} if token else {}),
            )
        if answer["tasks"]:
            return answer["tasks"][0]["taskArn"]
        why = "; ".join(f"{f.get('reason', '')} {f.get('detail', '')}".strip() for f in answer["failures"])
        kind = TaskNotPlaced if any(word in why for word in _PASSING) else TaskNotStarted
        raise kind(
            f"No task of {task_definition} was started", why or "ECS gives no reason", "Try again in a minute"
        )

    async def follow(
        self, arn: str, task_definition: str, *, deadline_s: float, on_log: Callable[[str], None]
    ) -> TaskResult:
        """Waits for the task's end while its log goes to `on_log`."""
        started = time.monotonic()
        log: list[str] = []
        position: Position | None = None

        async def drain() -> int:
            nonlocal position
            stream = f"{self.container}/{self.container}/{_id(arn)}"
            lines, position = await asyncio.to_thread(self.logs.read_stream, stream, position)
            for line in lines:
                log.append(line)
                on_log(line)
            return len(lines)

        timed_out = False
        try:
            while (task := await asyncio.to_thread(self._describe, arn))["lastStatus"] != "STOPPED":
                await drain()
                seconds = time.monotonic() - started
                if seconds > deadline_s and not timed_out:
                    timed_out = True
                    await asyncio.to_thread(self._stop, arn, f"it took longer than {deadline_s:g} s")
                if seconds > deadline_s + STOPPED_WITHIN_S:
                    break
                await asyncio.sleep(POLL_S)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.to_thread(self._stop, arn, "the caller was cancelled"))
            raise
        # A container that never ran has written nothing.
        if stopped(task, self.container).exit_code is not None:
            await _drain_the_rest(drain, log)
        ended = stopped(task, self.container)
        return TaskResult(
            task_arn=arn,
            task_definition=task_definition,
            exit_code=ended.exit_code,
            stop_code=ended.stop_code,
            stopped_reason=ended.reason,
            container_reason=ended.container_reason,
            log=tuple(log),
            timed_out=timed_out,
            seconds=time.monotonic() - started,
        )

    def _describe(self, arn: str) -> Mapping[str, Any]:
        with aws_errors(f"look up the task {_id(arn)}"):
            found = self.ecs.describe_tasks(cluster=self.cluster, tasks=[arn])["tasks"]
        # Just started, it may not be known everywhere yet.
        return found[0] if found else {"lastStatus": "PROVISIONING"}

    def _stop(self, arn: str, reason: str) -> None:
        with aws_errors(f"stop the task {_id(arn)}"):
            self.ecs.stop_task(cluster=self.cluster, task=arn, reason=reason)


async def _drain_the_rest(drain: Callable[[], Awaitable[int]], log: Sequence[str]) -> None:
    """Reads until nothing has come for a moment; for the first line longer, since there may be none."""
    last = time.monotonic()
    while time.monotonic() - last < (NO_MORE_LINES_S if log else NO_LINES_S):
        if await drain():
            last = time.monotonic()
        await asyncio.sleep(POLL_S)


def stopped(task: Mapping[str, Any], container: str) -> StoppedTask:
    """Reads a task of `DescribeTasks`."""
    main = next((c for c in task.get("containers", []) if c.get("name") == container), {})
    return StoppedTask(
        id=_id(task.get("taskArn", "")),
        task_definition=task.get("taskDefinitionArn", ""),
        stop_code=task.get("stopCode") or "",
        reason=task.get("stoppedReason") or "",
        exit_code=main.get("exitCode"),
        container_reason=main.get("reason") or "",
    )


def interface_of(task: Mapping[str, Any]) -> tuple[str, str]:
    """The id and the private address of a task's network interface; empty before it has one."""
    for attachment in task.get("attachments", []):
        if attachment.get("type") == "ElasticNetworkInterface":
            details = {d["name"]: d["value"] for d in attachment.get("details", [])}
            return details.get("networkInterfaceId", ""), details.get("privateIPv4Address", "")
    return "", ""


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]
