"""A prediction from its create to the end of its data."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import httpx
import pytest

from media.probe import probe
from sandbox.replicate.conduct import Conduct
from tests.sandbox.replicate.conftest import CLIP, SEEDANCE, Standing, play


def test_a_clip_has_the_length_and_size_that_were_ordered(conduct: Conduct, tmp_path: Path) -> None:
    async def test(at: Standing) -> None:
        made = await at.made()
        assert (made["status"], made["input"], made["data_removed"]) == ("succeeded", CLIP, False)
        async with httpx.AsyncClient(transport=at.client._transport) as nobody:
            file = await nobody.get(made["output"])
        (tmp_path / "clip.mp4").write_bytes(file.content)

    play(conduct, test)
    clip = probe(tmp_path / "clip.mp4")
    assert (clip.frames, clip.fps, clip.width, clip.height, clip.decode_errors) == (48, 24, 864, 480, 0)


def test_a_create_answers_at_once_and_the_prediction_is_found_and_listed(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        created = await at.create()
        assert created.status_code == 201
        assert created.json()["status"] == "starting"
        assert created.headers["x-stand-in"]
        older, newer = created.json()["id"], (await at.made())["id"]
        found = await at.client.get(created.json()["urls"]["get"])
        assert found.json()["id"] == older
        listed = (await at.client.get("/v1/predictions")).json()
        assert [item["id"] for item in listed["results"]] == [newer, older]
        assert listed["next"] is listed["previous"] is None

    play(conduct, test)


def test_pages_follow_one_another_whatever_is_created_meanwhile(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        for _ in range(5):
            await at.create()
        made = [item.id for item in at.account.predictions]
        first = (await at.client.get("/v1/predictions")).json()
        await at.create()
        second = (await at.client.get(first["next"])).json()
        third = (await at.client.get(second["next"])).json()
        seen = [item["id"] for page in (first, second, third) for item in page["results"]]
        assert seen == made[::-1]
        assert third["next"] is None
        assert (await at.client.get(third["previous"])).json()["results"] == second["results"]
        assert (await at.client.get("/v1/predictions?cursor=none")).status_code == 422

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sandbox.replicate.predictions.PAGE", 2)
        play(conduct, test)


def test_cancelled_before_it_began_it_costs_nothing_and_after_that_its_price(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        await at.fault("slow", delay_s=60)
        running = (await at.create(webhook="http://us.test", webhook_events_filter=["start"])).json()
        await at.receiver.number(1)
        waiting = (await at.create()).json()
        ends = [(await at.client.post(item["urls"]["cancel"])).json() for item in (waiting, running)]
        assert [end["status"] for end in ends] == ["canceled", "canceled"]
        assert [end["started_at"] is None for end in ends] == [True, False]
        bill = (await at.client.get("/sandbox/bill")).json()
        assert [line["cost_usd"] for line in bill["predictions"]] == ["0.036000", "0"]
        assert bill["total_usd"] == "0.036000"

    play(dataclasses.replace(conduct, at_once=1), test)


def test_an_ended_prediction_stays_as_it_is_when_it_is_cancelled(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        made = await at.made()
        assert (await at.client.post(made["urls"]["cancel"])).json() == made

    play(conduct, test)


def test_a_deadline_aborts_what_waits_and_cancels_what_runs(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        await at.fault("slow", delay_s=60)
        running = await at.create(headers={"Cancel-After": "5s"})
        waiting = await at.create(headers={"Cancel-After": "0h1s"})
        ends = [at.account.predictions.get(answer.json()["id"]) for answer in (running, waiting)]
        await asyncio.gather(*(end.ended.wait() for end in ends if end))
        assert [end.status for end in ends if end] == ["canceled", "aborted"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sandbox.replicate.requests._UNITS", {"h": 0, "m": 0, "s": 0.02, "": 0})
        patch.setattr("sandbox.replicate.requests.SHORTEST_LIFE_S", 0)
        play(dataclasses.replace(conduct, at_once=1), test)


def test_links_and_data_are_gone_after_an_hour(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        made = await at.made()
        nobody = httpx.AsyncClient(transport=at.client._transport)
        at.ahead[0] = 3599
        assert (await nobody.get(made["output"])).status_code == 200
        at.ahead[0] = 3601
        assert (await nobody.get(made["output"])).status_code == 404
        later = (await at.client.get(made["urls"]["get"])).json()
        assert (later["status"], later["data_removed"]) == ("succeeded", True)
        assert [later[name] for name in ("input", "output", "logs")] == [None, None, None]
        assert later["metrics"] == made["metrics"]

    play(conduct, test)


def test_a_token_that_reaches_the_host_of_the_files_is_refused(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        made = await at.made()
        assert (await at.client.get(made["output"])).status_code == 400

    play(conduct, test)


def test_waiting_in_vain_is_answered_with_what_is_unfinished(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        await at.fault("slow", delay_s=60)
        answer = await at.create(headers={"Prefer": "wait=1"})
        assert (answer.status_code, answer.json()["status"]) == (202, "processing")

    play(conduct, test)


def test_a_version_is_its_id_or_the_models_name_with_it(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        model = (await at.client.get("/v1/models/bytedance/seedance-1-lite")).json()
        version = model["latest_version"]["id"]
        for reference in (version, f"bytedance/seedance-1-lite:{version}", "bytedance/seedance-1-lite"):
            made = await at.made("/v1/predictions", version=reference)
            assert (made["model"], made["version"]) == ("bytedance/seedance-1-lite", version)
        refused = await at.create("/v1/predictions", version=f"minimax/video-01:{version}")
        assert refused.status_code == 422
        assert refused.json()["title"] == "Invalid version or not permitted"

    play(conduct, test)


def test_what_was_ordered_outlives_the_process(conduct: Conduct) -> None:
    async def first(at: Standing) -> None:
        await at.made()
        await at.fault("slow", delay_s=60)
        await at.create(SEEDANCE)

    async def second(at: Standing) -> None:
        bill = (await at.client.get("/sandbox/bill")).json()
        assert bill["by_status"] == {"succeeded": 1, "aborted": 1}
        assert bill["total_usd"] == "0.036000"

    play(conduct, first)
    play(conduct, second)
