"""Redis is reached, comes back after a restart, and says so plainly when it is away."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from app.redis import RedisUnavailable, close_redis, reachable, redis_client, sync_redis
from app.settings import settings


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    yield
    settings.cache_clear()


def _use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    settings.cache_clear()


def test_both_clients_read_what_the_other_wrote(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    _use(monkeypatch, redis_url)

    async def write() -> bool:
        assert redis_client() is redis_client()
        await redis_client().set("greeting", "grüezi")
        await close_redis()
        return True

    # Twice: each loop has its own client, and the first loop's end does not break the second's.
    assert asyncio.run(write())
    assert asyncio.run(write())
    assert sync_redis().get("greeting") == "grüezi"


def test_a_restarted_server_is_used_at_the_first_try(
    monkeypatch: pytest.MonkeyPatch, redis_server: Any
) -> None:
    _use(monkeypatch, redis_server.url)

    async def restart() -> None:
        await redis_client().ping()
        sync_redis().ping()
        redis_server.stop()
        with pytest.raises(RedisUnavailable, match="REDIS_URL"), reachable():
            await redis_client().ping()
        with pytest.raises(RedisUnavailable), reachable():
            sync_redis().ping()
        redis_server.start()
        assert await redis_client().ping()
        assert sync_redis().ping()
        # Also when nobody asked meanwhile.
        await asyncio.to_thread(redis_server.stop)
        await asyncio.to_thread(redis_server.start)
        assert await redis_client().incr("once") == 1
        assert sync_redis().incr("once") == 2
        await close_redis()

    asyncio.run(restart())


@pytest.mark.parametrize("url", ["http://somewhere", "redis://:secret@host:port/0"])
def test_an_address_that_cannot_be_read_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    _use(monkeypatch, url)
    with pytest.raises(RedisUnavailable) as refused:
        sync_redis()
    assert url not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_no_address_is_said_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, "")
    with pytest.raises(RedisUnavailable, match="REDIS_URL is not set"):
        sync_redis()
