"""A part that hangs holds up nothing, piles up nothing, and is not asked more often than is good."""

import asyncio
import threading

from structlog.testing import capture_logs

from app.deadline import OneThread, within
from app.health.examination import Examination, at_most_every, ok
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


def test_who_asks_at_the_same_time_shares_one_look() -> None:
    looks = 0

    async def counted() -> Check:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return ok("")

    async def crowd() -> None:
        examination = Examination({"part": counted}, fresh_s=60)
        await asyncio.gather(*(examination.checks() for _ in range(50)))
        await examination.checks()
        assert looks == 1
        stale = Examination({"part": counted}, fresh_s=0)
        await stale.checks()
        await stale.checks()
        assert looks == 3

    asyncio.run(crowd())


def test_one_who_goes_away_does_not_end_it_for_the_others() -> None:
    async def crowd() -> None:
        may_end = asyncio.Event()

        async def waits() -> Check:
            await may_end.wait()
            return ok("")

        examination = Examination({"part": waits}, deadline_s=60)
        leaves, stays = (asyncio.create_task(examination.checks()) for _ in range(2))
        await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.wait({leaves})
        may_end.set()
        assert (await stays)["part"].status is CheckStatus.OK

    asyncio.run(crowd())


def test_somebody_elses_service_is_asked_seldom() -> None:
    looks = 0

    async def counted() -> Check:
        nonlocal looks
        looks += 1
        return ok("")

    async def often() -> None:
        seldom = at_most_every(60, counted)
        for _ in range(5):
            await seldom()

    asyncio.run(often())
    assert looks == 1


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
