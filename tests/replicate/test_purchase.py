"""Nothing is paid for twice, and nothing is lost: one purchase, whatever the API does."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.budgets import BudgetExceeded
from blocks.clip_source import ClipSourceError, ClipSourceUnavailable
from blocks.replicate.purchase import Counter
from media.probe import probe
from sandbox.replicate.running import StandIn
from tests.replicate.conftest import Buy, clip_file, delivered

DRAFT_USD = Decimal("0.036")


def _books(engine: Engine) -> list[tuple[str, Decimal | None]]:
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT state, cost_usd FROM predictions ORDER BY created_at, attempt")
        )
        return [(row[0], row[1]) for row in rows]


def _ordered(replicate: StandIn, before: int) -> int:
    return replicate.bill()["count"] - before


@pytest.fixture
def before(replicate: StandIn) -> int:
    return replicate.bill()["count"]


def test_it_is_ordered_delivered_and_booked(
    buy: Buy, replicate: StandIn, before: int, engine: Engine, job_id: UUID, tmp_path: Path
) -> None:
    total = Decimal(replicate.bill()["total_usd"])
    purchase = delivered(buy())
    purchase.fetch(clip := clip_file(tmp_path))
    assert probe(clip).duration_s == pytest.approx(2.0, abs=0.1)
    assert _ordered(replicate, before) == 1
    assert _books(engine) == [("succeeded", DRAFT_USD)]
    assert Decimal(replicate.bill()["total_usd"]) - total == DRAFT_USD
    with engine.connect() as connection:
        cost = connection.scalar(
            text("SELECT actual_cost_usd FROM generation_jobs WHERE id = :id"), {"id": job_id}
        )
    assert cost == DRAFT_USD


def test_another_process_goes_on_with_it(buy: Buy, replicate: StandIn, before: int, tmp_path: Path) -> None:
    buy().begin()
    delivered(buy()).fetch(clip_file(tmp_path))
    delivered(buy()).fetch(clip_file(tmp_path))
    assert _ordered(replicate, before) == 1


@pytest.mark.parametrize("fault", ["timeout_after_acceptance", "server_error", "rate_limited"])
def test_an_order_without_an_answer_is_looked_for(
    buy: Buy, replicate: StandIn, before: int, engine: Engine, fault: str
) -> None:
    replicate.fault(fault, times=1)
    delivered(buy())
    assert _ordered(replicate, before) == 1
    assert _books(engine) == [("succeeded", DRAFT_USD)]


def test_two_unanswered_orders_of_the_same_are_two(buy: Buy, replicate: StandIn, before: int) -> None:
    replicate.fault("timeout_after_acceptance", times=2)
    first, second = buy("a/0"), buy("b/0")
    assert delivered(first).output() != delivered(second).output()
    assert _ordered(replicate, before) == 2


def test_what_failed_is_ordered_again_and_then_from_the_next_model(
    buy: Buy, replicate: StandIn, before: int, engine: Engine
) -> None:
    replicate.fault("failed", times=2)
    purchase = delivered(buy())
    assert [state for state, _ in _books(engine)] == ["failed", "failed", "succeeded"]
    assert _ordered(replicate, before) == 3
    assert purchase.counter.ledger.entries("a/0")[-1].model == "bytedance/seedance-1-pro"


def test_a_model_that_refuses_is_left_at_once(
    buy: Buy, replicate: StandIn, before: int, counter: Counter
) -> None:
    purchase = buy()
    purchase.offers[0].inputs["duration"] = 99
    delivered(purchase)
    entries = counter.ledger.entries("a/0")
    assert [entry.state for entry in entries] == ["failed", "succeeded"]
    assert "Must be less than or equal to 12" in (entries[0].reason or "")
    assert _ordered(replicate, before) == 1


def test_when_no_model_makes_it_the_reasons_are_told(buy: Buy, replicate: StandIn) -> None:
    replicate.fault("failed")
    with pytest.raises(ClipSourceError, match="No model at Replicate makes it") as told:
        delivered(buy(models=1))
    assert not isinstance(told.value, ClipSourceUnavailable)


def test_a_link_that_is_gone_once_is_asked_for_again(
    buy: Buy, replicate: StandIn, before: int, tmp_path: Path
) -> None:
    replicate.fault("expired_link", times=1)
    replicate.fault("cut_off_download", times=1)
    delivered(buy()).fetch(clip := clip_file(tmp_path))
    assert probe(clip).decode_errors == 0
    assert _ordered(replicate, before) == 1


def test_what_is_gone_for_good_is_bought_once_more(
    buy: Buy, replicate: StandIn, before: int, engine: Engine, tmp_path: Path
) -> None:
    replicate.fault("expired_link", times=1, for_good=True)
    with pytest.raises(ClipSourceUnavailable, match="ordered, and paid, once more"):
        delivered(buy()).fetch(clip_file(tmp_path))
    assert not clip_file(tmp_path).exists()
    delivered(buy()).fetch(clip_file(tmp_path))
    assert _ordered(replicate, before) == 2
    assert _books(engine) == [("failed", DRAFT_USD), ("succeeded", DRAFT_USD)]


def test_a_budget_is_not_passed(buy: Buy, replicate: StandIn, before: int, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE system_config SET value = '0.05' WHERE key = 'job_budget_usd'"))
    delivered(buy("a/0"))
    with pytest.raises(
        BudgetExceeded, match=r"costs \$0\.04, and of the \$0\.05 for the job \$0\.04 are spent"
    ):
        buy("b/0").begin()
    assert _ordered(replicate, before) == 1
    assert len(_books(engine)) == 1


def test_an_order_that_others_have_given_up_is_ordered_again(
    buy: Buy, replicate: StandIn, before: int, counter: Counter, engine: Engine
) -> None:
    # So that the first one is still open when it is looked at.
    replicate.fault("slow", times=1)
    purchase = buy()
    purchase.begin()
    counter.ledger.end(counter.ledger.entries("a/0")[0].id, "cancelled", Decimal(0), "the job was cancelled")
    assert not purchase.look()
    delivered(buy())
    assert [state for state, _ in _books(engine)] == ["cancelled", "succeeded"]
    assert _ordered(replicate, before) == 2
