"""What is refused, and in which words."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.replicate.conduct import Conduct
from sandbox.replicate.problems import Problem
from sandbox.replicate.requests import read_cancel_after, read_wait
from tests.sandbox.replicate.conftest import CLIP, SEEDANCE, Standing, play


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "You did not pass an authentication token"),
        ({"Authorization": "Bearer"}, "You did not pass an authentication token"),
        ({"Authorization": "Bearer r8_other"}, "Invalid or expired API token."),
    ],
)
def test_a_call_needs_the_token(conduct: Conduct, headers: dict[str, str], detail: str) -> None:
    async def test(at: Standing) -> None:
        nobody = httpx.AsyncClient(
            transport=at.client._transport, base_url="http://api.test", headers=headers
        )
        for method, path in (
            ("GET", "/v1/account"),
            ("POST", SEEDANCE),
            ("GET", "/v1/webhooks/default/secret"),
        ):
            answer = await nobody.request(method, path, json={"input": CLIP})
            assert answer.status_code == 401
            assert answer.json() == {"title": "Unauthenticated", "detail": detail, "status": 401}

    play(conduct, test)


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"duration": 5}, "input", "prompt is required"),
        ({"prompt": "a", "duration": 13}, "input.duration", "Must be less than or equal to 12"),
        ({"prompt": "a", "duration": 1}, "input.duration", "Must be greater than or equal to 2"),
        (
            {"prompt": "a", "duration": "5"},
            "input.duration",
            "Invalid type. Expected: integer, given: string",
        ),
        (
            {"prompt": "a", "resolution": "4k"},
            "input.resolution",
            'resolution must be one of the following: "480p", "720p", "1080p"',
        ),
    ],
)
def test_an_input_is_held_against_the_models_schema(
    conduct: Conduct, given: dict[str, Any], field: str, words: str
) -> None:
    async def test(at: Standing) -> None:
        answer = await at.create(input=given)
        assert answer.status_code == 422
        problem = answer.json()
        assert (problem["title"], problem["detail"]) == ("Input validation failed", f"- {field}: {words}\n")
        assert [item["field"] for item in problem["invalid_fields"]] == [field]
        assert at.account.bill.document()["count"] == 0

    play(conduct, test)


def test_what_a_model_does_not_know_is_ignored(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        assert (await at.create(input={**CLIP, "of_another_model": 1})).status_code == 201

    play(conduct, test)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"input": 1}', 422),
        (b'{"input": {"prompt": "a"}, "webhook": "not an address"}', 422),
        (b'{"input": {"prompt": "a"}, "webhook_events_filter": ["done"]}', 422),
        (b'{"input": {"prompt": "a"}, "webhook_events_filter": "completed"}', 422),
    ],
)
def test_bodies_that_are_no_order(conduct: Conduct, content: bytes, status: int) -> None:
    async def test(at: Standing) -> None:
        answer = await at.client.post(SEEDANCE, content=content)
        assert answer.status_code == answer.json()["status"] == status
        assert at.account.bill.document()["count"] == 0

    play(conduct, test)


def test_what_is_not_there(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        for method, path in (
            ("GET", "/v1/predictions/none"),
            ("POST", "/v1/predictions/none/cancel"),
            ("POST", "/v1/models/nobody/nothing/predictions"),
            ("GET", "/v1/models/nobody/nothing"),
            ("GET", "/v1/elsewhere"),
            ("GET", "/files/key/output.mp4"),
        ):
            headers = {"Authorization": ""} if path.startswith("/files") else None
            request = at.client.build_request(method, path, json={"input": CLIP}, headers=headers)
            if headers:
                del request.headers["Authorization"]
            answer = await at.client.send(request)
            assert (answer.status_code, answer.json()["status"]) == (404, 404), path

    play(conduct, test)


def test_nothing_is_created_that_the_credit_does_not_cover(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        first, second = await at.create(), await at.create()
        assert (first.status_code, second.status_code) == (201, 402)
        assert second.json()["title"] == "Insufficient credit"

    play(dataclasses.replace(conduct, credit_usd=Decimal("0.05")), test)


def test_too_many_creates_are_told_when_to_come_back(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        answers = [await at.create() for _ in range(4)]
        assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
        refused = answers[-1]
        wait = int(refused.headers["retry-after"])
        assert 0 < wait <= 60
        assert refused.headers["ratelimit-reset"] == str(wait)
        assert refused.json()["detail"] == f"Request was throttled. Your rate limit resets in ~{wait}s."
        assert (await at.client.get("/v1/account")).status_code == 200

    play(dataclasses.replace(conduct, creates_per_minute=2), test)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 0), ("wait", 60), ("wait=5", 5), ("respond-async, wait=60", 60), ("respond-async", 0)],
)
def test_how_long_an_answer_may_take(header: str | None, seconds: int) -> None:
    assert read_wait(header) == seconds


@pytest.mark.parametrize("header", ["wait=0", "wait=61", "wait=1.5", "wait=x"])
def test_no_answer_takes_longer_than_a_minute(header: str) -> None:
    with pytest.raises(Problem, match="between 1 and 60"):
        read_wait(header)


@pytest.mark.parametrize(
    ("header", "seconds"), [(None, None), ("5s", 5), ("90", 90), ("5m", 300), ("1h30m45s", 5445)]
)
def test_when_a_prediction_is_given_up(header: str | None, seconds: int | None) -> None:
    assert read_cancel_after(header) == seconds


@pytest.mark.parametrize("header", ["", "4s", "0m", "five", "-5s", "5 s", "5d", "1.5m"])
def test_deadlines_that_are_none(header: str) -> None:
    with pytest.raises(Problem, match="Cancel-After"):
        read_cancel_after(header)
