"""`reelflow run ENV -- COMMAND`: the image of the release that serves, once, with another command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from blocks.ecs.events import TaskResult
from blocks.environment import Environment
from commands.deployment.looking import environment_outputs

DEADLINE_S = 3600.0


async def run(
    environment: Environment, command: Sequence[str], *, on_log: Callable[[str], None]
) -> TaskResult:
    """Runs it in the environment's network with its secrets, as a task that is no part of a service.

    Args:
        command: for the image's entrypoint, which is `reelflow`.
        on_log: is given each line that it writes.

    Raises:
        BlockError: it could not be started or followed.
    """
    outputs = await environment_outputs(environment)
    service = environment.service(outputs, "backend")
    now = await asyncio.to_thread(service.running)
    return await service.run_task(
        command,
        outputs.network,
        task_definition=now.task_definition,
        deadline_s=DEADLINE_S,
        on_log=on_log,
    )
