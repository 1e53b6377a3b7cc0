"""Replicate's calls are taken when it signed them, a moment ago, and each is told of once."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest
import redis

from app.api.webhooks import LARGEST_BODY_BYTES
from app.settings import settings
from app.webhooks import PREDICTIONS
from tests.conftest import RedisServer

URL = "/api/v1/webhooks/replicate"
KEY = b"a secret of thirty-two bytes, ok"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
ORDER = uuid4()
BODY = json.dumps({"id": "ufawqhfynnddngldkgtslldrkq", "status": "succeeded", "output": ["…"]})


@pytest.fixture(autouse=True)
def _secret(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("REPLICATE_WEBHOOK_SECRET", SECRET)
    settings.cache_clear()


@pytest.fixture
def told(redis_url: str) -> Iterator[Any]:
    """Reads what is told: everything since the last call."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client, client.pubsub() as channel:
        channel.subscribe(PREDICTIONS)
        channel.get_message(timeout=10)

        def read() -> list[dict[str, Any]]:
            # What was published before this comes before it.
            client.publish(PREDICTIONS, "end")
            messages = []
            while (message := channel.get_message(timeout=10)) and message["data"] != "end":
                messages.append(json.loads(message["data"]))
            return messages

        yield read


def signed(body: str = BODY, *, age_s: float = 0, key: bytes = KEY, call: str = "msg_1") -> dict[str, str]:
    """The headers with which Replicate sends a call."""
    timestamp = str(int(time.time() - age_s))
    digest = hmac.new(key, f"{call}.{timestamp}.{body}".encode(), sha256).digest()
    signature = base64.b64encode(digest).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": call,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def send(
    client: httpx.Client, headers: dict[str, str], body: str | bytes = BODY, query: str = f"?order={ORDER}"
) -> httpx.Response:
    return client.post(URL + query, content=body, headers=headers)


def test_a_call_is_told_of(anonymous: httpx.Client, told: Any) -> None:
    answer = send(anonymous, signed())
    assert (answer.status_code, answer.content) == (202, b"")
    facts = {"prediction": "ufawqhfynnddngldkgtslldrkq", "status": "succeeded"}
    assert told() == [facts | {"order": str(ORDER)}]
    assert send(anonymous, signed(call="msg_2"), query="").status_code == 202
    assert told() == [facts | {"order": None}]


def test_a_call_that_comes_again_is_told_of_once(anonymous: httpx.Client, told: Any) -> None:
    assert [send(anonymous, signed(age_s=age_s)).status_code for age_s in (9, 6, 3)] == [202] * 3
    assert len(told()) == 1
    assert send(anonymous, signed(call="msg_2")).status_code == 202
    assert len(told()) == 1


def test_one_of_several_signatures_is_enough(anonymous: httpx.Client) -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1,{base64.b64encode(bytes(32)).decode()} {headers['webhook-signature']}"
    assert send(anonymous, headers).status_code == 202


@pytest.mark.parametrize(
    ("how", "changed", "body"),
    [
        ({"key": b"another secret"}, {}, BODY),
        ({}, {}, BODY.replace("succeeded", "failed")),
        ({}, {"webhook-id": "msg_2"}, BODY),
        ({"age_s": 310}, {}, BODY),
        ({"age_s": -310}, {}, BODY),
        ({"age_s": 310}, {"webhook-timestamp": str(int(time.time()))}, BODY),
        ({}, {"webhook-timestamp": "yesterday"}, BODY),
        ({}, {"webhook-timestamp": "9" * 5000}, BODY),
        ({}, {"webhook-timestamp": "nan"}, BODY),
        ({}, {"webhook-signature": "garbage"}, BODY),
        ({}, {"webhook-signature": "v1,"}, BODY),
        ({}, {"webhook-signature": "v1,a"}, BODY),
        ({}, {"webhook-signature": "v1,ä"}, BODY),
        ({}, {"webhook-id": "", "webhook-timestamp": "", "webhook-signature": ""}, BODY),
        ({"body": ""}, {}, ""),
        ({}, {}, b"\xff\xfe"),
    ],
)
def test_a_call_that_is_not_signed_now_by_replicate_is_refused(
    anonymous: httpx.Client, told: Any, how: dict[str, Any], changed: dict[str, str], body: str | bytes
) -> None:
    headers = [(name.encode(), value.encode()) for name, value in (signed(**how) | changed).items()]
    answer = anonymous.post(URL, content=body, headers=headers)
    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == "signature_refused"
    assert told() == []


def test_a_call_without_any_signature_is_refused(anonymous: httpx.Client) -> None:
    assert send(anonymous, {}).status_code == 401


@pytest.mark.parametrize(
    "body", ["[]", "{}", "null", "not json", '{"id": "", "status": "succeeded"}', '{"id": 1, "status": null}']
)
def test_what_is_no_prediction_is_refused(anonymous: httpx.Client, told: Any, body: str) -> None:
    assert send(anonymous, signed(body), body).status_code == 422
    assert told() == []


def test_an_order_that_is_no_id_is_refused(anonymous: httpx.Client) -> None:
    assert send(anonymous, signed(), query="?order=1").status_code == 422


def test_a_call_has_a_size(anonymous: httpx.Client) -> None:
    frame = json.dumps({"id": "p", "status": "processing", "logs": "%"})
    for size, status in ((LARGEST_BODY_BYTES, 202), (LARGEST_BODY_BYTES + 1, 413)):
        body = frame.replace("%", "x" * (size - len(frame) + 1))
        assert send(anonymous, signed(body), body).status_code == status


@pytest.mark.parametrize("secret", ["", "not a secret"])
def test_without_a_secret_nothing_is_taken(
    anonymous: httpx.Client, surroundings: pytest.MonkeyPatch, secret: str
) -> None:
    surroundings.setenv("REPLICATE_WEBHOOK_SECRET", secret)
    settings.cache_clear()
    answer = send(anonymous, signed())
    assert answer.status_code == 503
    assert "REPLICATE_WEBHOOK_SECRET" in answer.json()["remedy"]
    assert not secret or secret not in answer.text


def test_with_redis_away_replicate_has_to_send_it_again(
    anonymous: httpx.Client, surroundings: pytest.MonkeyPatch, redis_server: RedisServer
) -> None:
    surroundings.setenv("REDIS_URL", redis_server.url)
    settings.cache_clear()
    redis_server.stop()
    answer = send(anonymous, signed())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    redis_server.start()
    assert send(anonymous, signed()).status_code == 202
