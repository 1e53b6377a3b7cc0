"""Clips from models: lengths that can be had, prices, parts that are joined, files that are refused."""

from __future__ import annotations

import secrets
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.clip_source import ClipRequest
from blocks.replicate.api import ReplicateApi
from blocks.replicate.clips import ReplicateClipSource
from blocks.replicate.models import ModelsInvalid, load_models
from blocks.replicate.purchase import Counter
from media.probe import probe
from sandbox.replicate.running import StandIn

SLOTS = load_models().clip[0]
FIXED = load_models().clip[2]


@pytest.mark.parametrize(
    ("seconds", "flexible", "fixed"),
    [
        (0.5, (2,), (6,)),
        (2.0, (2,), (6,)),
        (5.1, (6,), (6,)),
        (6.1, (7,), (10,)),
        (12.0, (12,), (6, 6)),
        (12.1, (7, 6), (10, 6)),
        (25.0, (9, 8, 8), (10, 10, 6)),
    ],
)
def test_lengths_are_covered(seconds: float, flexible: tuple[int, ...], fixed: tuple[int, ...]) -> None:
    assert SLOTS.parts(seconds) == flexible
    assert FIXED.parts(seconds) == fixed
    assert sum(flexible) >= seconds


def test_a_clip_costs_what_is_ordered_for_it(account: ReplicateApi) -> None:
    source = ReplicateClipSource(account=account)
    assert source.cost(_request(150)) == Decimal("0.18")
    assert source.cost(_request(151)) == Decimal("0.216")
    assert source.cost(_request(150, draft=True)) == Decimal("0.09")


def test_a_long_shot_is_made_of_parts_and_paid_once(
    account: ReplicateApi, counter: Counter, replicate: StandIn, tmp_path: Path
) -> None:
    request = _request(13 * 30, draft=True, seed=secrets.randbelow(1 << 30))
    before = replicate.bill()["count"]
    _deliver(account, counter, request, tmp_path / "clip.mp4")
    found = probe(tmp_path / "clip.mp4")
    assert (found.frames, found.decode_errors) == (13 * 30, 0)
    _deliver(account, counter, request, tmp_path / "again.mp4")
    assert replicate.bill()["count"] - before == 2


def test_a_refused_clip_is_known_to_other_processes(
    account: ReplicateApi, counter: Counter, tmp_path: Path
) -> None:
    request = _request(60, draft=True, seed=secrets.randbelow(1 << 30))
    _deliver(account, counter, request, tmp_path / "clip.mp4")
    source = ReplicateClipSource(account=account).at(counter)
    assert not source.was_refused(request)
    source.refuse(request, "black")
    assert ReplicateClipSource(account=account).at(counter).was_refused(request)
    assert counter.ledger.entries(f"{request.address(source.identity)}/0")[0].cost_usd == Decimal("0.036")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clip = 3", "clip"),
        ('[[clip]]\nname = "a/b"\nprice.per_run = "1"\ninput = { prompt = "p" }', "needs seconds"),
        (
            '[[clip]]\nname = "a/b"\nseconds = [5, 5]\nprice.per_run = "1"\ninput = {}',
            "rise",
        ),
        ("[[clip]", "can't be read"),
    ],
)
def test_a_file_of_models_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (file := tmp_path / "models.toml").write_text(text)
    with pytest.raises(ModelsInvalid, match=said):
        load_models(file)


def _request(frames: int, *, draft: bool = False, seed: int = 1) -> ClipRequest:
    return ClipRequest(
        description="A lighthouse at dusk",
        width=854,
        height=480,
        frames=frames,
        draft=draft,
        seed=seed,
        number=1,
    )


def _deliver(account: ReplicateApi, counter: Counter, request: ClipRequest, destination: Path) -> None:
    source = ReplicateClipSource(account=account, scratch=destination.parent).at(counter)
    submission = source.submit(request)
    for _ in range(600):
        if source.poll(submission).state == "succeeded":
            source.fetch(submission, destination)
            return
        counter.pause(0.05)
    raise AssertionError("it was not delivered")
