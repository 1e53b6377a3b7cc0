"""Keeps services running: what dies is started again where its users look for it, unless that's in vain."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stack.shared_process import ServiceFailed, ServiceStopped, SharedProcess

LOOKS_EVERY_S = 0.25
# Who has run this long has come up well, and its next death is a new matter.
STEADY_AFTER_S = 10.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
GIVEN_UP_AFTER = 6


def pause_after(quick_deaths: int) -> float | None:
    """How long to wait before the next start, in seconds; None when it's in vain.

    Args:
        quick_deaths: how often it has died in a row without having run steadily before.
    """
    if quick_deaths >= GIVEN_UP_AFTER:
        return None
    return min(FIRST_PAUSE_S * 2 ** (quick_deaths - 1), LONGEST_PAUSE_S) if quick_deaths else 0.0


def supervise(services: Sequence[SharedProcess], say: Callable[[str], None]) -> None:
    """Watches running services for ever; a death and a start are a line each.

    Args:
        services: what is watched, each after those that it needs.
        say: takes a line for people.

    Raises:
        ServiceFailed: one of them dies again and again right after its start.
        ServiceStopped: one of them was stopped by somebody else.
    """
    watched = [_Watched(service, say) for service in services]
    while True:
        for one in watched:
            one.look()
        time.sleep(LOOKS_EVERY_S)


@dataclass
class _Watched:
    """One service and its recent deaths; times are of the monotonic clock."""

    service: SharedProcess
    say: Callable[[str], None]
    quick_deaths: int = 0
    started: float = 0.0
    start_at: float | None = None

    def look(self) -> None:
        if self.start_at is not None:
            if time.monotonic() >= self.start_at:
                self._start()
        elif not self.service.running():
            steady = time.monotonic() - self.started > STEADY_AFTER_S
            self._died(self.service.last_words(), 0 if steady else self.quick_deaths + 1)

    def _start(self) -> None:
        try:
            endpoint = self.service.revive()
        except ServiceStopped:
            raise
        except ServiceFailed as failed:
            self._died(str(failed), self.quick_deaths + 1)
        else:
            self.say(f"{self.service.name} runs again on port {endpoint.port}.")
            self.started, self.start_at = time.monotonic(), None

    def _died(self, last_words: str, quick_deaths: int) -> None:
        pause = pause_after(quick_deaths)
        if pause is None:
            raise ServiceFailed(
                f"The {self.service.name} ended {quick_deaths} times right after its start: {last_words} "
                f"See {self.service.log}; when that is put right, start again."
            )
        when = f"in {pause:.1f} s" if pause else "now"
        self.say(f"{self.service.name} ended: {last_words} Starting it again {when}.")
        self.quick_deaths, self.start_at = quick_deaths, time.monotonic() + pause
