"""Requests are counted for whom they are, refused beyond the limit, and let through when nothing counts."""

import re
import socket
from collections.abc import Callable, Iterator

import httpx
import pytest

from app import accounts, limits
from app.api.limited import client_address
from app.limits import Count, described
from app.settings import Settings, settings
from tests.conftest import RedisServer

ASSETS = "/api/v1/assets"
SESSIONS = "/api/v1/sessions"


@pytest.fixture(autouse=True)
def _no_outage(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setattr(limits, "_outage", limits._Outage())


@pytest.fixture
def limit(surroundings: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the limits, for windows that don't end within a test."""

    def set_(session: int = 1000, address: int = 1000) -> None:
        surroundings.setenv("RATE_LIMIT_PER_SESSION", f"{session}/year")
        surroundings.setenv("RATE_LIMIT_PER_ADDRESS", f"{address}/year")
        settings.cache_clear()

    set_()
    return set_


def left(answer: httpx.Response) -> dict[str, int]:
    """What is left for each policy."""
    return {name: int(count) for name, count in re.findall(r'"(\w+)";r=(\d+)', answer.headers["RateLimit"])}


def test_a_session_has_its_own_quota(limit: Callable[..., None], sign_in: Callable[[], httpx.Client]) -> None:
    limit(session=3)
    client, other = sign_in(), sign_in()
    for client_ in (client, other):
        # The first shows who it is.
        assert left(client_.get(ASSETS)).keys() == {"address"}
    assert [left(client.get(ASSETS)) for _ in range(3)] == [{"session": 2}, {"session": 1}, {"session": 0}]
    refused = client.get(ASSETS)
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_requests"
    assert refused.headers["RateLimit-Policy"] == '"session";q=3;w=31104000'
    assert left(refused) == {"session": 0}
    assert f";t={refused.headers['Retry-After']}" in refused.headers["RateLimit"]
    assert left(other.get(ASSETS)) == {"session": 2}


def test_what_is_costly_counts_for_the_address_too(
    limit: Callable[..., None], client: httpx.Client, anonymous: httpx.Client
) -> None:
    client.get(ASSETS)
    answer = client.post("/api/v1/generations", json={"prompt": "A red kettle at dawn"})
    assert answer.status_code == 202
    assert left(answer).keys() == {"session", "address"}
    limit(address=1000 - left(answer)["address"] + 1)
    assert left(anonymous.post(SESSIONS)) == {"address": 0}
    assert anonymous.post(SESSIONS).status_code == 429
    assert client.post(ASSETS).status_code == 429
    assert client.get(ASSETS).status_code == 200


def test_guessed_tokens_count_for_the_address(limit: Callable[..., None], anonymous: httpx.Client) -> None:
    limit(address=2)
    tokens = (f"{accounts.TOKEN_PREFIX}{number}" for number in range(4))
    answers = [anonymous.get(ASSETS, headers={"Authorization": f"Bearer {token}"}) for token in tokens]
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]


def test_what_is_no_api_is_not_limited(limit: Callable[..., None], anonymous: httpx.Client) -> None:
    limit(address=1)
    assert [anonymous.post(SESSIONS).status_code for _ in range(2)] == [201, 429]
    for path in ("/openapi.json", "/docs"):
        assert anonymous.get(path).status_code == 200
    assert anonymous.get("/media/a/b").status_code == 403


def test_without_redis_requests_go_through(
    limit: Callable[..., None],
    surroundings: pytest.MonkeyPatch,
    anonymous: httpx.Client,
    redis_server: RedisServer,
) -> None:
    said, tried = list[str](), list[bool]()
    outage = limits._outage
    may_try = outage.may_try
    surroundings.setattr(outage, "may_try", lambda: tried.append(may_try()) or tried[-1])
    surroundings.setattr(limits.log, "warning", lambda event, **_: said.append(event))
    surroundings.setenv("REDIS_URL", redis_server.url)
    limit(address=1)
    assert [anonymous.post(SESSIONS).status_code for _ in range(2)] == [201, 429]
    redis_server.stop()
    answers = [anonymous.post(SESSIONS) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {201}
    assert not any("RateLimit" in answer.headers for answer in answers)
    # One met it; the others did not even ask.
    assert (said, tried.count(True)) == (["requests are not limited"], 3)
    redis_server.start()
    surroundings.setattr(outage, "_next_try", 0.0)
    assert [anonymous.post(SESSIONS).status_code for _ in range(2)] == [201, 429]
    assert len(said) == 1


def test_a_redis_that_does_not_answer_is_not_waited_for(
    limit: Callable[..., None],
    surroundings: pytest.MonkeyPatch,
    anonymous: httpx.Client,
    silent_url: str,
) -> None:
    surroundings.setenv("REDIS_URL", silent_url)
    limit(address=1)
    assert [anonymous.post(SESSIONS).status_code for _ in range(3)] == [201] * 3


@pytest.fixture
def silent_url() -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_counts_are_told_as_the_draft_has_them() -> None:
    counts = [Count("session", 600, 60, 601, 12), Count("address", 1200, 60, 7, 12)]
    assert described(counts) == {
        "RateLimit-Policy": '"session";q=600;w=60, "address";q=1200;w=60',
        "RateLimit": '"session";r=0;t=12, "address";r=1193;t=12',
    }


@pytest.mark.parametrize(
    ("host", "whom"),
    [
        ("198.51.100.9", "198.51.100.9"),
        ("::ffff:198.51.100.9", "198.51.100.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", "local"),
    ],
)
def test_an_address_is_a_customer(host: str, whom: str) -> None:
    assert client_address(host) == whom


@pytest.mark.parametrize("limit", ["", "many", "10/fortnight", "-1/minute"])
def test_a_limit_that_can_not_be_read_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv("RATE_LIMIT_PER_SESSION", limit)
    if limit:
        with pytest.raises(ValueError, match="count/period"):
            Settings()
    else:
        assert Settings().rate_limit_per_session == "600/minute"
