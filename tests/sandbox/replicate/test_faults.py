"""Faults by name: each does what it says, as often as it is told to."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from media.errors import MediaError
from media.frames import frames_at
from media.probe import probe
from sandbox.replicate.answers import AnswerLost
from sandbox.replicate.conduct import Conduct
from sandbox.replicate.faults import NAMES, FaultRefused, Faults, read_faults
from tests.sandbox.replicate.conftest import CLIP, Standing, play


def bytes_of(conduct: Conduct, fault: str, **given: object) -> bytes:
    """The file of a clip that meets a fault."""
    found: list[bytes] = []

    async def test(at: Standing) -> None:
        await at.fault(fault)
        made = await at.made(input={**CLIP, **given})
        assert made["status"] == "succeeded", made["error"]
        async with httpx.AsyncClient(transport=at.client._transport) as nobody:
            found.append((await nobody.get(made["output"])).content)
        # Paid for all the same.
        assert at.account.bill.document()["predictions"][-1]["cost_usd"] == "0.036000"

    play(conduct, test)
    return found[0]


def test_each_has_its_share_and_the_same_seed_meets_the_same() -> None:
    def met(seed: int, *others: str) -> list[bool]:
        faults = Faults(seed)
        faults.switch([{"name": name, "rate": 0.2} for name in ("failed", *others)])
        return [bool(faults.meets("failed", "a/b")) for _ in range(500)]

    assert met(1) == met(1, "slow", "aborted") != met(2)
    assert 70 < sum(met(1)) < 130


def test_a_fault_may_concern_one_model_so_many_times_and_one_kind_of_call() -> None:
    faults = Faults()
    faults.switch({"name": "server_error", "model": "a/b", "times": 2})
    assert [bool(faults.meets("server_error", model)) for model in ("c/d", "a/b", "a/b", "a/b")] == [
        False,
        True,
        True,
        False,
    ]
    faults.switch({"name": "server_error", "calls": "reads"})
    assert faults.meets("server_error", "a/b") is None
    assert faults.meets("server_error", calls="reads")
    assert faults.document()["met"] == {"server_error": 3}


def test_a_rate_of_nothing_switches_off() -> None:
    faults = Faults()
    faults.switch(read_faults("failed, slow=0.5"))
    assert [fault["rate"] for fault in faults.document()["on"]] == [1.0, 0.5]
    faults.switch({"name": "slow", "rate": 0})
    faults.clear("failed")
    assert faults.document()["on"] == []


@pytest.mark.parametrize(
    "document", [{"name": "flood"}, {"name": "slow", "rate": 2}, {"name": "slow", "often": 1}, {}, [1]]
)
def test_what_is_no_fault_is_refused_with_the_names_that_there_are(document: object) -> None:
    faults = Faults()
    with pytest.raises(FaultRefused, match=NAMES[0]):
        faults.switch(document)  # pyright: ignore[reportArgumentType]
    with pytest.raises(FaultRefused, match=r"write slow=0\.05"):
        read_faults("slow=often")


def test_before_a_prediction_is_made(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        await at.fault("rate_limited", times=1)
        await at.fault("server_error", times=1)
        answers = [await at.create() for _ in range(3)]
        assert [answer.status_code for answer in answers] == [429, 500, 201]
        assert answers[0].headers["retry-after"] == "1"
        assert at.account.bill.document()["count"] == 1

    play(conduct, test)


def test_an_answer_is_lost_and_the_prediction_lives(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        await at.fault("timeout_after_acceptance", times=1)
        with pytest.raises(AnswerLost):
            await at.create()
        [listed] = (await at.client.get("/v1/predictions")).json()["results"]
        assert listed["input"] == CLIP

    play(conduct, test)


@pytest.mark.parametrize(("fault", "status"), [("failed", "failed"), ("aborted", "aborted")])
def test_a_prediction_that_comes_to_nothing_costs_nothing(conduct: Conduct, fault: str, status: str) -> None:
    async def test(at: Standing) -> None:
        await at.fault(fault)
        made = await at.made()
        assert (made["status"], made["output"]) == (status, None)
        assert (made["started_at"] is None) == (fault == "aborted")
        assert at.account.bill.document()["total_usd"] == "0"

    play(conduct, test)


@pytest.mark.parametrize(("for_good", "answers"), [(False, [404, 200, 200]), (True, [404, 404, 404])])
def test_a_link_is_dead_at_first_or_for_good(conduct: Conduct, for_good: bool, answers: list[int]) -> None:
    async def test(at: Standing) -> None:
        await at.fault("expired_link", for_good=for_good)
        link = (await at.made())["output"]
        async with httpx.AsyncClient(transport=at.client._transport) as nobody:
            assert [(await nobody.get(link)).status_code for _ in range(3)] == answers

    play(conduct, test)


def test_a_download_ends_in_the_middle_once(conduct: Conduct) -> None:
    async def test(at: Standing) -> None:
        await at.fault("cut_off_download")
        link = (await at.made())["output"]
        async with httpx.AsyncClient(transport=at.client._transport) as nobody:
            cut, whole = await nobody.get(link), await nobody.get(link)
        assert int(cut.headers["content-length"]) == len(whole.content) > len(cut.content)

    play(conduct, test)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_corrupt_clip_does_not_decode(conduct: Conduct, tmp_path: Path, seed: int) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes_of(conduct, "corrupt_output", seed=seed))
    try:
        found = probe(clip)
    except MediaError:
        return
    assert found.decode_errors > 0 or found.frames < 48


def test_a_corrupt_clip_spoils_no_other(conduct: Conduct, tmp_path: Path) -> None:
    bytes_of(conduct, "corrupt_output")
    (tmp_path / "clip.mp4").write_bytes(bytes_of(conduct, "duplicate_webhook"))
    assert probe(tmp_path / "clip.mp4").frames == 48


def test_a_short_clip_has_half_its_length(conduct: Conduct, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(bytes_of(conduct, "short_output"))
    found = probe(tmp_path / "clip.mp4")
    assert (found.frames, found.decode_errors) == (24, 0)


@pytest.mark.parametrize("fault", ["black_output", "frozen_output"])
def test_black_and_frozen_clips_are_whole(conduct: Conduct, tmp_path: Path, fault: str) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes_of(conduct, fault))
    found = probe(clip)
    assert (found.frames, found.width, found.height, found.decode_errors) == (48, 864, 480, 0)
    first, last = (picture.astype(int) for picture in frames_at(clip, [0, 55]))
    assert abs(first - last).mean() < 1
    assert (first.max() < 3) == (fault == "black_output")
