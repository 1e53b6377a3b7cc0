"""A process that orders is killed at each line that it runs: whoever goes on pays once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from decimal import Decimal
from types import FrameType
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, text

import app.ledger
import blocks.replicate.api
import blocks.replicate.purchase
from app.ledger import JobLedger
from blocks.replicate.api import ReplicateApi
from blocks.replicate.purchase import Counter, Purchase
from sandbox.replicate.running import StandIn
from tests.replicate.conftest import delivered, offers

SUBMIT_PATH = {module.__file__ for module in (app.ledger, blocks.replicate.api, blocks.replicate.purchase)}
MOST_LINES = 1000


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.soak)])
def test_at_every_line_of_the_submit_path(
    account: ReplicateApi, replicate: StandIn, engine: Engine, job_id: UUID, step: int
) -> None:
    counter = Counter(account, JobLedger(engine, job_id), told=lambda _: True, settles_within_s=0.4)
    before = replicate.bill()
    killed, address, seed = 0, "", 0
    for line in range(1, MOST_LINES, step):
        address, seed = f"{line}/0", line * 1000
        engine.dispose()
        if not _killed(lambda: _order(replicate, engine, job_id, address, seed), at=line):  # noqa: B023
            break
        killed += 1
        delivered(Purchase(counter, address, offers(seed, 1), clip=1))
        assert replicate.bill()["count"] - before["count"] == killed, f"killed at line {line} of the way"
    # The last one was not killed, and nobody waited for it.
    delivered(Purchase(counter, address, offers(seed, 1), clip=1))
    after = replicate.bill()
    assert killed * step > 50
    assert after["count"] - before["count"] == killed + 1
    with engine.connect() as connection:
        spent = connection.scalar(text("SELECT sum(cost_usd) FROM predictions WHERE state = 'succeeded'"))
    assert spent == Decimal(after["total_usd"]) - Decimal(before["total_usd"])


def _order(replicate: StandIn, engine: Engine, job_id: UUID, address: str, seed: int) -> None:
    """What a worker does, in a process of its own, with connections of its own."""
    own = create_engine(engine.url)
    account = ReplicateApi(token=SecretStr(replicate.token), url=replicate.url)
    counter = Counter(account, JobLedger(own, job_id), settles_within_s=0.4)
    Purchase(counter, address, offers(seed, 1), clip=1).begin()


def _killed(work: Callable[[], None], *, at: int) -> bool:
    """Whether the work, done in a child, came to the line at which it was killed."""
    child = os.fork()
    if child == 0:
        try:
            sys.settrace(_Killer(at))
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


class _Killer:
    """Counts the lines of the submit path that are run, and kills the process before the wanted one."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, frame: FrameType, event: str, argument: Any) -> _Killer | None:
        if frame.f_code.co_filename not in SUBMIT_PATH:
            return None
        if event == "line":
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return self
