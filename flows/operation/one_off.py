"""Asks the image that serves: a one-off task in the environment's network, which answers with a document."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Sequence
from typing import Any

from blocks.ecs.events import TaskResult
from blocks.errors import BlockError
from flows.deployment.checks import NotLooked
from flows.operation.standing import Standing

SERVICE = "backend"
USAGE_ERROR = 2


class NotAnswered(BlockError):
    """A one-off task did not answer."""


async def ask(
    stands: Standing, command: Sequence[str], *, keys: Collection[str], deadline_s: float
) -> dict[str, Any]:
    """Runs the image's command and returns the JSON document that it has written.

    Args:
        command: for the image's entrypoint, which is `reelflow`.
        keys: that the document has: lines of the log are documents too.
        deadline_s: seconds after which the task is stopped.

    Raises:
        NotLooked: nothing serves yet, or its image does not know the command.
        NotAnswered: it failed, or has written none.
        BlockError: it could not be started or followed.
    """
    if stands.release is None:
        raise NotLooked("nothing serves yet")
    service = stands.environment.service(stands.outputs, SERVICE)
    serving = await asyncio.to_thread(service.running)
    result = await service.run_task(
        command, stands.outputs.network, task_definition=serving.task_definition, deadline_s=deadline_s
    )
    return document(result, command, keys)


def document(result: TaskResult, command: Sequence[str], keys: Collection[str]) -> dict[str, Any]:
    """The document that a task has written last.

    Raises:
        NotLooked: its image does not know the command.
        NotAnswered: it failed, or has written none.
    """
    words = " ".join(command)
    if result.exit_code == USAGE_ERROR:
        raise NotLooked(f"the image that serves does not know `reelflow {words}` yet")
    remedy = f"Read the log of task {result.task_arn.rpartition('/')[2]}"
    if not result.succeeded:
        raise NotAnswered(f"`reelflow {words}` failed", result.cause, remedy)
    for line in reversed(result.log):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and set(keys) <= found.keys():
            return found
    raise NotAnswered(f"`reelflow {words}` has not answered", "it has written no document", remedy)
