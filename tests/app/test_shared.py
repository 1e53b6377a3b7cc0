"""Many ask, one looks."""

import asyncio

import pytest

from app.shared import Shared


class Counter:
    """Counts how often it is looked at."""

    def __init__(self) -> None:
        self.looks = 0
        self.may_end = asyncio.Event()

    async def look(self) -> int:
        self.looks += 1
        await self.may_end.wait()
        return self.looks


def test_who_asks_at_the_same_time_or_soon_after_shares_one_look() -> None:
    async def crowd() -> None:
        counter = Counter()
        shared = Shared(counter.look, fresh_s=60)
        asking = [asyncio.create_task(shared()) for _ in range(50)]
        await asyncio.sleep(0)
        counter.may_end.set()
        assert await asyncio.gather(*asking, shared()) == [1] * 51

    asyncio.run(crowd())


def test_what_is_stale_is_looked_at_again() -> None:
    async def twice() -> None:
        counter = Counter()
        counter.may_end.set()
        shared = Shared(counter.look, fresh_s=0)
        assert [await shared(), await shared()] == [1, 2]

    asyncio.run(twice())


def test_one_who_goes_away_does_not_end_it_for_the_others() -> None:
    async def crowd() -> None:
        counter = Counter()
        shared = Shared(counter.look, fresh_s=60)
        leaves, stays = (asyncio.create_task(shared()) for _ in range(2))
        await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.wait({leaves})
        counter.may_end.set()
        assert await stays == 1

    asyncio.run(crowd())


def test_everybody_hears_of_a_failure() -> None:
    async def breaks() -> int:
        raise ValueError("broken")

    async def crowd() -> None:
        shared = Shared(breaks, fresh_s=60)
        for _ in range(2):
            with pytest.raises(ValueError, match="broken"):
                await shared()

    asyncio.run(crowd())
