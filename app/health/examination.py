"""Looks at all parts at once, each within its own time, and seldom enough not to be a burden."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from app.deadline import within
from app.schemas.health import Check, CheckStatus
from app.shared import Shared

DEADLINE_S = 2.0
FRESH_S = 1.0

Probe = Callable[[], Coroutine[Any, Any, Check]]

log = structlog.get_logger(__name__)


class Examination:
    """The state of the parts.

    Args:
        probes: what looks at each part; one that raises has failed.
        deadline_s: how long one may take.
        fresh_s: for how long what was found is told again without looking.
    """

    def __init__(
        self, probes: Mapping[str, Probe], *, deadline_s: float = DEADLINE_S, fresh_s: float = FRESH_S
    ) -> None:
        self._probes = probes
        self._deadline_s = deadline_s
        self._known: Mapping[str, Check] = {}
        self._shared = Shared(self._look, fresh_s)

    async def checks(self) -> Mapping[str, Check]:
        """How each part was found."""
        return await self._shared()

    async def _look(self) -> Mapping[str, Check]:
        found = await asyncio.gather(*(self._one(name, probe) for name, probe in self._probes.items()))
        checks = dict(zip(self._probes, found, strict=True))
        self._tell_changes(checks)
        self._known = checks
        return checks

    async def _one(self, name: str, probe: Probe) -> Check:
        start = time.perf_counter()
        try:
            check = await within(self._deadline_s, probe())
        except TimeoutError:
            check = failed(
                f"It did not answer within {self._deadline_s:g} seconds.",
                "See whether it is overloaded, or cut off from this server.",
            )
        except Exception as fault:
            log.error("health probe failed", part=name, exc_info=fault)
            check = failed("Looking at it failed unexpectedly.", "See the log of this server.")
        return check.model_copy(update={"latency_ms": round((time.perf_counter() - start) * 1000, 1)})

    def _tell_changes(self, checks: Mapping[str, Check]) -> None:
        for name, check in checks.items():
            before = self._known.get(name)
            if check.status is CheckStatus.FAILED and (before is None or before.detail != check.detail):
                log.warning("part failed", part=name, detail=check.detail)
            elif before and before.status is CheckStatus.FAILED and check.status is CheckStatus.OK:
                log.info("part is back", part=name)


def ok(detail: str) -> Check:
    """A part that is as it should be."""
    return Check(status=CheckStatus.OK, detail=detail)


def failed(detail: str, remedy: str) -> Check:
    """A part that can't be used. Anybody may read it: no addresses, no names of hosts."""
    return Check(status=CheckStatus.FAILED, detail=detail, remedy=remedy)


def skipped(detail: str) -> Check:
    """A part that was not looked at."""
    return Check(status=CheckStatus.SKIPPED, detail=detail)
