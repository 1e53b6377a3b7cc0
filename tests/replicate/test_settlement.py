"""What ended jobs have left open gets its end, and what it has cost."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app import settlement
from app.ledger import JobLedger
from app.settings import settings
from blocks.replicate.purchase import Counter
from sandbox.replicate.running import StandIn
from tests.replicate.conftest import Buy, offers


@pytest.fixture(autouse=True)
def configured(replicate: StandIn, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in replicate.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(settlement, "LEFT_FOR", timedelta(0))
    settings.cache_clear()
    yield
    settings.cache_clear()


def _end_job(engine: Engine, job_id: UUID, status: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE generation_jobs SET status = :status WHERE id = :id"),
            {"status": status, "id": job_id},
        )


def _state(counter: Counter) -> tuple[str, Decimal | None]:
    entry = counter.ledger.entries("a/0")[-1]
    return entry.state, entry.cost_usd


def test_what_a_cancelled_job_has_ordered_is_stopped(
    buy: Buy, counter: Counter, engine: Engine, job_id: UUID, replicate: StandIn
) -> None:
    replicate.fault("slow", delay_s=60.0)
    buy().begin()
    _end_job(engine, job_id, "cancelled")
    assert settlement.settle_left(engine) == 1
    state, cost = _state(counter)
    assert state == "cancelled"
    assert cost == Decimal(replicate.bill()["predictions"][-1]["cost_usd"])
    assert replicate.bill()["predictions"][-1]["status"] in ("canceled", "aborted")


def test_an_order_that_was_never_answered_is_found_and_counted(
    counter: Counter, engine: Engine, job_id: UUID, replicate: StandIn
) -> None:
    """As a process leaves it that was killed between the order and its answer."""
    offer = offers(secrets.randbelow(1 << 30), 1)[0]
    counter.ledger.intend("a/0", 1, offer.model, offer.inputs, offer.usd, clip=1)
    seen = counter.api.create(offer.model, offer.inputs, webhook=None, cancel_after_s=60)
    _end_job(engine, job_id, "cancelled")
    settlement.settle_left(engine)
    entry = counter.ledger.entries("a/0")[0]
    assert entry.prediction == seen.id
    assert entry.cost_usd is not None


def test_one_that_was_never_taken_costs_nothing(
    engine: Engine, job_id: UUID, replicate: StandIn, counter: Counter
) -> None:
    JobLedger(engine, job_id).intend("a/0", 1, "nobody/nothing", {}, Decimal("0.18"), clip=1)
    _end_job(engine, job_id, "cancelled")
    settlement.settle_left(engine)
    assert _state(counter) == ("failed", Decimal(0))


def test_those_of_a_job_that_goes_on_are_left_alone(buy: Buy, counter: Counter, engine: Engine) -> None:
    buy().begin()
    assert settlement.settle_left(engine) == 0
    assert _state(counter)[0] == "accepted"
