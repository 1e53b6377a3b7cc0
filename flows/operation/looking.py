"""Checks of an environment that runs: nothing raises, since not being able to look is a finding too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from blocks.errors import BlockError
from flows.deployment.checks import check
from flows.deployment.faults import kind_of
from flows.deployment.release import Check

TRIES = 3
PAUSE_S = 1.0


async def looked(
    name: str, look: Callable[[], Awaitable[str]], *, tries: int = TRIES, pause_s: float = PAUSE_S
) -> Check:
    """One line of a checklist; a fault that may pass is waited for, and is the finding when it stays.

    Args:
        name: of the check.
        look: returns what it has seen; raises `NotGood` or `NotLooked` else.
        tries: how often a fault on the way is met before it counts.
        pause_s: seconds between two tries.
    """
    for left in reversed(range(tries)):
        try:
            return await check(name, look)
        except BlockError as error:
            if not left:
                evidence = f"{error.what}: {error.cause}"
                return Check(
                    name=name, good=False, evidence=evidence, kind=kind_of(error), remedy=error.remedy
                )
            await asyncio.sleep(pause_s)
    raise ValueError("A check needs a try")


def failed(checks: Sequence[Check]) -> tuple[str, ...]:
    """The names of those that are not good."""
    return tuple(check.name for check in checks if check.good is False)
