"""What is stored, measured beside the requests, and what a full store refuses."""

import threading
from collections.abc import Callable

import httpx
import pytest

from app.configuration import configure
from app.database import session
from app.quota import Stored, stored
from app.settings import settings
from app.store import media_store
from blocks.media_store import StoreUnavailable
from tests.app.files import png


class Clock:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_is_measured_when_it_was_too_long_ago() -> None:
    clock, sizes = Clock(), iter((1, 2))
    held = Stored(lambda: next(sizes), every_s=10.0, clock=clock)
    seen = list[int | None]()
    for moment in (0.0, 9.9, 10.0):
        clock.now = moment
        held.known()
        held.wait()
        seen.append(held.known())
    assert seen == [1, 1, 2]


def test_nobody_waits_for_it_and_nobody_measures_beside_it() -> None:
    go, times = threading.Event(), list[int]()

    def measure() -> int:
        times.append(1)
        go.wait(30)
        return 7

    held = Stored(measure, every_s=0.0)
    assert [held.known() for _ in range(5)] == [None] * 5
    go.set()
    held.wait()
    assert (len(times), held.known()) == (1, 7)
    held.wait()


def test_a_store_that_can_t_be_asked_leaves_what_is_known() -> None:
    answers: list[int | Exception] = [3, StoreUnavailable("It was not listed", "it is away", "Try later")]

    def measure() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    clock = Clock()
    held = Stored(measure, every_s=10.0, clock=clock)
    for moment in (0.0, 10.0):
        clock.now = moment
        held.known()
        held.wait()
    assert held.known() == 3


@pytest.fixture
def full(sign_in: Callable[[], httpx.Client]) -> httpx.Client:
    """A user of a store that holds all that it may."""
    user = sign_in()
    media_store().put_bytes("generations/a/clips/clip_001.mp4", b"x" * 2000, content_type="video/mp4")
    with session() as db:
        configure(db, "storage_quota_gb", 1e-6)
    held = stored(settings().media_url)
    held.known()
    held.wait()
    return user


def test_a_full_store_takes_nothing_new(full: httpx.Client) -> None:
    film = full.post("/api/v1/generations", json={"prompt": "A red kettle"})
    upload = full.post("/api/v1/assets", files={"file": ("logo.png", png())}, data={"kind": "logo"})
    for answer in (film, upload):
        assert answer.status_code == 507
        assert "storage_quota_gb" in answer.json()["detail"]
    assert full.get("/api/v1/generations").json()["items"] == []
    assert full.get("/api/v1/assets").json()["items"] == []


def test_with_more_room_it_goes_on(full: httpx.Client) -> None:
    with session() as db:
        configure(db, "storage_quota_gb", 1)
    full.post("/api/v1/generations", json={"prompt": "A red kettle"}).raise_for_status()
