"""Webhooks are signed as the client of Replicate checks them, and sent again where they are not taken."""

from __future__ import annotations

import json

import httpx
import pytest
from replicate.webhook import InvalidSignatureError, Webhooks, WebhookSigningSecret

from sandbox.replicate.conduct import Conduct
from tests.sandbox.replicate.conftest import Standing, play

ADDRESS = "http://us.test/webhooks/replicate?clip=3"


def told(call: httpx.Request) -> tuple[str, str]:
    body = json.loads(call.content)
    return call.headers["webhook-id"], body["status"]


def test_the_signature_is_the_secrets(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        made = await at.made(webhook=ADDRESS, webhook_events_filter=["completed"])
        await at.receiver.number(1)
        [call] = at.receiver.calls
        assert str(call.url) == ADDRESS
        assert json.loads(call.content) == made
        secret = WebhookSigningSecret(**(await at.client.get("/v1/webhooks/default/secret")).json())
        Webhooks.validate(request=call, secret=secret, tolerance=60)
        call.headers["webhook-id"] = "msg_other"
        with pytest.raises(InvalidSignatureError):
            Webhooks.validate(request=call, secret=secret)

    play(conduct, test)


def test_those_events_are_told_that_were_asked_for(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        await at.made(webhook=ADDRESS, webhook_events_filter=["start", "completed"])
        await at.receiver.number(2)
        assert [told(call)[1] for call in at.receiver.calls] == ["processing", "succeeded"]
        at.receiver.calls.clear()
        await at.made(webhook=ADDRESS)
        await at.receiver.number(2)
        assert [told(call)[1] for call in at.receiver.calls] == ["processing", "succeeded"]
        assert json.loads(at.receiver.calls[0].content)["output"]

    play(conduct, test)


def test_the_last_one_is_sent_again_as_the_same_until_it_is_taken(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        at.receiver.answers = [500, 404]
        await at.made(webhook=ADDRESS, webhook_events_filter=["completed"])
        await at.receiver.number(3)
        assert len({told(call)[0] for call in at.receiver.calls}) == 1

    play(conduct, test)


def test_one_that_is_never_taken_is_given_up(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        at.receiver.answers = [500] * 9
        await at.made(webhook=ADDRESS, webhook_events_filter=["completed"])
        await at.receiver.number(3)
        await at.account.webhooks.delivered()
        assert len(at.receiver.calls) == 3

    play(conduct, test)


def test_a_duplicate_has_the_same_id_and_a_lost_one_never_comes(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        await at.fault("duplicate_webhook", times=1)
        await at.made(webhook=ADDRESS, webhook_events_filter=["completed"])
        await at.account.webhooks.delivered()
        assert len(at.receiver.calls) == 2
        assert len({told(call) for call in at.receiver.calls}) == 1
        await at.fault("lost_webhook")
        await at.made(webhook=ADDRESS, webhook_events_filter=["completed"])
        await at.account.webhooks.delivered()
        assert len(at.receiver.calls) == 2

    play(conduct, test)
