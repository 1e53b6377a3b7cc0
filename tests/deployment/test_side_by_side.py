"""What runs at the same time: two branches of the deployment, and the checks of a checklist."""

from __future__ import annotations

import asyncio

import pytest

from blocks.aws import AwsDenied, AwsUnavailable
from flows.deployment import checks
from flows.deployment.checks import NotGood, NotLooked, check
from flows.deployment.ending import beside


class _Broken(Exception):
    pass


async def _value(value: str, after: asyncio.Event | None = None) -> str:
    if after:
        await after.wait()
    return value


async def _broken() -> str:
    raise _Broken


def test_both_values_come_back() -> None:
    assert asyncio.run(beside(_value("a"), _value("b"))) == ("a", "b")


def test_when_the_first_fails_the_second_is_ended() -> None:
    ended = []

    async def second() -> str:
        try:
            return await _value("never", asyncio.Event())
        except asyncio.CancelledError:
            ended.append("second")
            raise

    async def first() -> str:
        await asyncio.sleep(0)
        return await _broken()

    with pytest.raises(_Broken):
        asyncio.run(beside(first(), second()))
    assert ended == ["second"]


def test_when_the_second_fails_the_first_is_let_to_its_end() -> None:
    ended = []

    async def both() -> None:
        failed = asyncio.Event()

        async def second() -> str:
            failed.set()
            return await _broken()

        async def first() -> str:
            await failed.wait()
            await asyncio.sleep(0)
            ended.append("first")
            return "a"

        await beside(first(), second())

    with pytest.raises(_Broken):
        asyncio.run(both())
    assert ended == ["first"]


def _looking(*found: str | Exception):
    left = list(found)

    async def look() -> str:
        now = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(now, Exception):
            raise now
        return now

    return look


BAD = NotGood("redis failed", "start it")


def test_a_check_is_good_or_not_or_not_looked_at() -> None:
    assert asyncio.run(check("Redis", _looking("it answers"))).good is True
    assert asyncio.run(check("Redis", _looking(NotLooked("there is none")))).good is None
    bad = asyncio.run(check("The cache", _looking(BAD)))
    assert (bad.good, bad.kind, bad.evidence, bad.remedy) == (False, "the_cache", "redis failed", "start it")
    denied = asyncio.run(check("The cache", _looking(AwsDenied("Can't look", "no right", "Ask"))))
    assert (denied.good, denied.kind, denied.evidence) == (False, "aws_denied", "Can't look: no right")


def test_what_may_pass_is_no_verdict() -> None:
    with pytest.raises(AwsUnavailable):
        asyncio.run(check("The cache", _looking(AwsUnavailable("Can't look", "throttled", "Again"))))


def test_what_settles_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LOOKS_AGAIN_EVERY_S", 0.0)
    assert asyncio.run(check("Redis", _looking(BAD, BAD, "it answers"), settles_within_s=60)).good is True
    assert asyncio.run(check("Redis", _looking(BAD), settles_within_s=0.01)).good is False
