"""The image that serves is asked, by flows that deploy nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from blocks.environment import Environment
from flows.schema import tasks


async def ask_what_serves(
    where: Environment,
    command: Sequence[str],
    *,
    answers: str,
    deadline_s: float,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Runs a command of the image that serves, with the rights to backups; see `tasks.ask`.

    Raises:
        TaskFailed: it failed.
        OutputsMissing: nothing is there yet.
        BlockError: AWS can't be asked.
    """
    outputs = await where.terraform.outputs()
    service = where.service(outputs, tasks.SERVICE)
    now = await asyncio.to_thread(service.running)
    return await tasks.ask(
        service,
        outputs,
        command,
        answers=answers,
        task_definition=now.task_definition,
        deadline_s=deadline_s,
        role=outputs.backup_role_arn,
        tell=tell,
    )
