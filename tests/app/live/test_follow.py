"""Who follows a film misses nothing and gets nothing twice, whatever breaks in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app import events, jobs
from app.accounts import open_session
from app.database import session
from app.models import JobStatus
from tests.app.live.conftest import Follower
from tests.conftest import RedisServer

Follow = Callable[..., AbstractContextManager[Follower]]
Job = tuple[UUID, str]


def _progress(messages: list[dict]) -> list[int]:
    return [message["progress"] for message in messages if message["type"] == "progress"]


def _tell(job_id: UUID, *percents: int) -> None:
    for percent in percents:
        events.tell(job_id, "progress", progress=percent, clips={1: percent})


def _at(percent: int) -> Callable[[dict], bool]:
    return lambda message: message.get("progress") == percent


def test_who_comes_first_gets_the_state_and_then_what_happens(follow: Follow, job: Job) -> None:
    job_id, _ = job
    with follow() as follower:
        state = follower.next()
        assert (state["type"], state["status"]) == ("status", "pending")
        assert state["generation"]["id"] == str(job_id)
        _tell(job_id, 10)
        told = follower.next()
        assert told["clips"] == {"1": 10}
        assert told["sequence"] > state["sequence"]


def test_who_comes_back_gets_what_was_missed_once(follow: Follow, job: Job) -> None:
    job_id, _ = job
    with follow() as follower:
        follower.next()
        _tell(job_id, 10, 20)
        last = follower.until(_at(20))[-1]["sequence"]
    _tell(job_id, 30, 40)
    with follow(last) as follower:
        missed = follower.until(_at(40))
        _tell(job_id, 50)
        assert _progress([*missed, follower.next()]) == [30, 40, 50]


def test_from_nothing_everything_is_replayed(follow: Follow, job: Job) -> None:
    job_id, _ = job
    _tell(job_id, 10, 20)
    with follow(0) as follower:
        messages = follower.until(_at(20))
    assert [message["type"] for message in messages] == ["status", "progress", "progress"]
    assert "generation" not in messages[0]


def test_many_followers_get_everything_once_and_in_order(follow: Follow, job: Job) -> None:
    job_id, _ = job
    said = list(range(1, 200))

    def watch(_: int) -> list[int]:
        with follow(0) as follower:
            return _progress(follower.until(_at(said[-1])))

    with ThreadPoolExecutor(12) as pool:
        watching = [pool.submit(watch, number) for number in range(11)]
        # Told while they come.
        _tell(job_id, *said)
        assert [seen.result(120) for seen in watching] == [said] * 11


def test_a_clip_comes_with_its_links(follow: Follow, job: Job) -> None:
    job_id, _ = job
    with follow() as follower:
        follower.next()
        events.tell(job_id, "clip_completed", number=2, completed=1, total=3)
        told = follower.next()
    assert f"/media/generations/{job_id}/thumbnails/clip_002.jpg?" in told["thumbnail_url"]
    assert f"/media/generations/{job_id}/clips/clip_002.mp4?" in told["video_url"]
    assert (told["completed"], told["total"]) == (1, 3)


def test_the_server_closes_after_the_end(follow: Follow, job: Job) -> None:
    job_id, _ = job
    with follow() as follower:
        follower.next()
        events.tell(job_id, "completed", composition_id=str(uuid4()), version=1)
        assert follower.rest()[-1]["type"] == "completed"
        assert follower.socket.close_code == 1000


@pytest.mark.parametrize(("code", "goes_on"), [("interrupted", True), ("disk_full", False)])
def test_a_failure_ends_it_unless_it_goes_on_by_itself(
    follow: Follow, job: Job, engine: Engine, code: str, goes_on: bool
) -> None:
    job_id, _ = job
    with follow() as follower:
        follower.next()
        with session(engine) as db:
            jobs.fail(db, job_id, code, "It broke", "Wait")
        events.status_changed(job_id)
        told = follower.next()
        assert (told["type"], told["code"], told["recoverable"]) == ("error", code, goes_on)
        if goes_on:
            _tell(job_id, 10)
            assert follower.next()["progress"] == 10
        else:
            assert follower.rest() == []


def test_a_job_that_has_ended_is_told_and_closed(follow: Follow, job: Job, engine: Engine) -> None:
    job_id, _ = job
    with session(engine) as db:
        jobs.cancel(db, job_id)
    with follow() as follower:
        assert [message["status"] for message in follower.rest()] == ["cancelled"]


def test_after_redis_lost_everything_the_state_comes_from_the_database(
    follow: Follow, job: Job, engine: Engine, redis: RedisServer
) -> None:
    job_id, _ = job
    with follow() as follower:
        follower.next()
        _tell(job_id, 10)
        last = follower.next()["sequence"]
    redis.stop()
    redis.start()
    with session(engine) as db:
        jobs.advance(db, job_id, JobStatus.PLANNING)
    with follow(last) as follower:
        state = follower.next()
        assert (state["status"], state["generation"]["status"]) == ("planning", "planning")
        _tell(job_id, 20)
        assert follower.next()["progress"] == 20


def test_while_redis_is_away_a_follower_is_told_from_the_database(
    follow: Follow, job: Job, engine: Engine, redis: RedisServer
) -> None:
    job_id, _ = job
    with follow() as follower:
        follower.next()
        redis.stop()
        for status in (JobStatus.PLANNING, JobStatus.GENERATING):
            with session(engine) as db:
                jobs.advance(db, job_id, status)
            # What is told now is lost.
            events.status_changed(job_id)
            follower.until(lambda message, status=status: message.get("status") == status)
        redis.start()
        with session(engine) as db:
            jobs.fail(db, job_id, "disk_full", "The disk is full", "Free some space")
        assert follower.rest()[-1]["generation"]["error"]["code"] == "disk_full"


def test_redis_away_from_the_start_is_no_obstacle(
    follow: Follow, job: Job, engine: Engine, redis: RedisServer
) -> None:
    redis.stop()
    with follow() as follower:
        assert follower.next()["generation"]["status"] == "pending"
        with session(engine) as db:
            jobs.cancel(db, job[0])
        assert follower.rest()[-1]["status"] == "cancelled"


def _close_code(url: str, job_id: UUID, token: str | None) -> int | None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with connect(f"{url}/{job_id}", additional_headers=headers) as socket:
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=60)
        return socket.close_code


def test_only_the_sessions_own_films_can_be_followed(url: str, job: Job, engine: Engine) -> None:
    job_id, token = job
    with session(engine) as db:
        _, stranger = open_session(db)
    assert _close_code(url, job_id, None) == 4401
    assert _close_code(url, job_id, "rf_unknown") == 4401
    assert _close_code(url, job_id, stranger) == 4404
    assert _close_code(url, uuid4(), token) == 4404


def test_browsers_sign_in_by_subprotocol(url: str, job: Job) -> None:
    job_id, token = job
    with connect(f"{url}/{job_id}", subprotocols=["reelflow.v1", f"bearer.{token}"]) as socket:  # pyright: ignore[reportArgumentType]
        assert socket.subprotocol == "reelflow.v1"
        assert Follower(socket).next()["type"] == "connected"
