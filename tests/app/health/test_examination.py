"""A part that hangs holds up nothing, piles up nothing, and is not asked more often than is good."""

import asyncio
import threading

import pytest
from structlog.testing import capture_logs

from app.deadline import OneThread, within
from app.health.examination import Examination, ok
from app.schemas.health import Check, CheckStatus


async def fine() -> Check:
    return ok("It answers.")


def test_a_part_that_hangs_does_not_hold_up_the_others() -> None:
    async def hangs() -> Check:
        await asyncio.Event().wait()
        raise AssertionError

    async def breaks() -> Check:
        raise RuntimeError("password=c4nary")

    looks = Examination({"slow": hangs, "broken": breaks, "well": fine}, deadline_s=0.05)
    checks = asyncio.run(looks.checks())
    assert [check.status for check in checks.values()] == ["failed", "failed", "ok"]
    assert "did not answer" in checks["slow"].detail
    assert "c4nary" not in checks["broken"].model_dump_json()
    assert all(check.latency_ms is not None for check in checks.values())


def test_work_that_does_not_heed_its_end_is_left_behind_and_ended() -> None:
    ended = asyncio.Event()

    async def stubborn() -> None:
        for _ in range(3):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue
        ended.set()

    async def look() -> None:
        for _ in range(5):
            try:
                await within(0.01, stubborn())
            except TimeoutError:
                continue
            raise AssertionError("it ended by itself")
        await asyncio.wait_for(ended.wait(), 10)
        while len(asyncio.all_tasks()) > 1:
            await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=10)

    asyncio.run(look())


def test_a_hanging_call_holds_one_thread_however_often_it_is_asked_for() -> None:
    release, started = threading.Event(), []

    def hangs() -> None:
        started.append(threading.current_thread())
        release.wait(30)

    async def ask() -> None:
        look = OneThread(hangs)
        for _ in range(10):
            try:
                await within(0.01, look())
            except TimeoutError:
                continue
            raise AssertionError("it returned")
        assert len(started) == 1
        assert started[0].daemon
        release.set()
        await look()
        await look()
        assert len(started) >= 2

    asyncio.run(ask())


@pytest.mark.usefixtures("unheard")
def test_changes_are_logged_once() -> None:
    states = iter(("failed", "failed", "ok", "ok"))

    async def changing() -> Check:
        return Check(status=CheckStatus(next(states)), detail="It is as it is.")

    async def look() -> None:
        examination = Examination({"part": changing}, fresh_s=0)
        for _ in range(4):
            await examination.checks()

    with capture_logs() as lines:
        asyncio.run(look())
    assert [line["event"] for line in lines] == ["part failed", "part is back"]
