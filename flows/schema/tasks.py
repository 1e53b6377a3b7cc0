"""Questions to the image, put to it in the network of the database: one-off tasks that answer in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blocks.ecs import EcsService, TaskResult
from blocks.terraform.outputs import Outputs
from flows.deployment.faults import DeploymentError

SERVICE = "backend"


class TaskFailed(DeploymentError):
    """The one-off task did not answer."""


async def ask(
    service: EcsService,
    outputs: Outputs,
    command: Sequence[str],
    *,
    answers: str,
    task_definition: str,
    deadline_s: float,
    role: str | None = None,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Runs a command of the image, and returns the last JSON document it has written.

    Args:
        answers: a key that only the answer has, and no line of the log.
        task_definition: the ARN of the revision to run.
        deadline_s: seconds for all of it.
        role: the ARN of the task role; None for the definition's own.
        tell: is given the log, line by line.

    Raises:
        TaskFailed: it has written no such document.
        TaskNotStarted: ECS could not place it.
    """
    result = await service.run_task(
        [*command, "--json"],
        outputs.network,
        task_definition=task_definition,
        deadline_s=deadline_s,
        role=role,
        on_log=tell,
    )
    found = last_document(result.log, answers)
    if found is None:
        raise failed(result, command)
    return found


def failed(result: TaskResult, command: Sequence[str]) -> TaskFailed:
    """The error of a task that has not answered."""
    return TaskFailed(
        f"`reelflow {' '.join(command)}` failed",
        result.cause or "it has written no result",
        f"Read the log of task {result.task_arn.rpartition('/')[2]}, and try again when it is put right",
    )


def unknown(result: TaskResult) -> bool:
    """Whether the image is of a release that does not have the command yet."""
    return result.exit_code == 2 and any("No such command" in line for line in result.log)


def last_document(lines: Sequence[str], answers: str) -> dict[str, Any] | None:
    """The last line that is a JSON object with a key; None when there is none."""
    for line in reversed(lines):
        try:
            found: Mapping[str, Any] = json.loads(line)
        except ValueError:
            continue
        # A line of the log is a document too.
        if isinstance(found, dict) and answers in found:
            return found
    return None
