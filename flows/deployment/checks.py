"""Named checks: each looks at one thing and ends good, not good, or not looked at."""

from __future__ import annotations

from collections.abc import Awaitable

from blocks.errors import BlockError
from flows.deployment.faults import kind_of
from flows.deployment.release import Check


class NotGood(Exception):
    """What was looked at is not as it should be."""

    def __init__(self, evidence: str, remedy: str) -> None:
        super().__init__(evidence, remedy)
        self.evidence, self.remedy = evidence, remedy


class NotLooked(Exception):
    """There is nothing to look at, and that is no fault."""


async def check(name: str, looking: Awaitable[str]) -> Check:
    """One line of a checklist.

    Args:
        looking: returns what it has seen; raises `NotGood` or `NotLooked` else.

    Raises:
        BlockError: a fault of the way there that may pass: nobody knows yet.
    """
    try:
        return Check(name=name, good=True, evidence=await looking)
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
