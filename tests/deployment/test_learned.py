"""What one stage learns another waits for, beside it."""

from __future__ import annotations

import asyncio

import pytest

from flows.deployment.learned import Learned


def test_who_waits_is_told() -> None:
    async def scene() -> list[str]:
        learned = Learned[str]()
        waiting = [asyncio.create_task(learned.get()) for _ in range(2)]
        await asyncio.sleep(0)
        learned.tell("here")
        return [*await asyncio.gather(*waiting), await learned.get()]

    assert asyncio.run(scene()) == ["here"] * 3


def test_told_again_it_is_another() -> None:
    async def scene() -> str:
        learned = Learned[str]()
        learned.tell("before")
        learned.tell("after")
        return await learned.get()

    assert asyncio.run(scene()) == "after"


def test_one_who_gives_up_leaves_it_to_the_others() -> None:
    async def scene() -> str:
        learned = Learned[str]()
        gone, stays = (asyncio.create_task(learned.get()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        learned.tell("here")
        return await stays

    assert asyncio.run(scene()) == "here"
