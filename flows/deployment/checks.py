"""Named checks: each looks at one thing and ends good, not good, or not looked at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from blocks.errors import BlockError
from flows.deployment.faults import kind_of
from flows.deployment.release import Check

LOOKS_AGAIN_EVERY_S = 1.0


class NotGood(Exception):
    """What was looked at is not as it should be."""

    def __init__(self, evidence: str, remedy: str) -> None:
        super().__init__(evidence, remedy)
        self.evidence, self.remedy = evidence, remedy


class NotLooked(Exception):
    """There is nothing to look at, and that is no fault."""


async def check(name: str, look: Callable[[], Awaitable[str]], *, settles_within_s: float = 0.0) -> Check:
    """One line of a checklist.

    Args:
        look: returns what it has seen; raises `NotGood` or `NotLooked` else.
        settles_within_s: what is not good at first is looked at again for so long: a part that has just
            been started is connected with late, and a busy machine answers late.

    Raises:
        BlockError: a fault of the way there that may pass: nobody knows yet.
    """
    until = time.monotonic() + settles_within_s
    while True:
        found = await _look(name, look)
        if found.good is not False or time.monotonic() >= until:
            return found
        await asyncio.sleep(LOOKS_AGAIN_EVERY_S)


async def _look(name: str, look: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(name=name, good=True, evidence=await look())
    except NotLooked as why:
        return Check(name=name, good=None, evidence=str(why))
    except NotGood as found:
        kind = name.lower().replace(" ", "_")
        return Check(name=name, good=False, evidence=found.evidence, kind=kind, remedy=found.remedy)
    except BlockError as error:
        if error.transient:
            raise
        evidence = f"{error.what}: {error.cause}"
        return Check(name=name, good=False, evidence=evidence, kind=kind_of(error), remedy=error.remedy)
