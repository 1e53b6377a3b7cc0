"""A stand-in of Replicate, a job that may order there, and counters for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlmodel import Session

from app import admission, local_user
from app.ledger import JobLedger
from app.requests import GenerationCreate
from blocks.replicate.api import ReplicateApi
from blocks.replicate.models import load_models
from blocks.replicate.purchase import Counter, Offer, Purchase
from sandbox.replicate.running import StandIn, stand_in

SECONDS = 2


@pytest.fixture(scope="module")
def replicate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A stand-in that makes small clips at once."""
    with stand_in(tmp_path_factory.mktemp("replicate"), "--quick") as running:
        yield running


@pytest.fixture
def account(replicate: StandIn) -> ReplicateApi:
    replicate.no_faults()
    return ReplicateApi(token=SecretStr(replicate.token), url=replicate.url)


@pytest.fixture
def job_id(engine: Engine) -> UUID:
    with Session(engine) as db, db.begin():
        request = GenerationCreate(prompt="A red kettle at dawn", duration_s=15, clip_count=3)
        return admission.create_job(db, request, local_user.local_session(db)).id


@pytest.fixture
def counter(account: ReplicateApi, engine: Engine, job_id: UUID) -> Counter:
    return Counter(account, JobLedger(engine, job_id), settles_within_s=1.0)


@pytest.fixture
def eager(counter: Counter) -> Counter:
    """The same, asking at each look, as if it had been told."""
    return replace(counter, told=lambda _: True)


Buy = Callable[..., Purchase]
States = Callable[[], list[tuple[str, str, Decimal | None]]]


@pytest.fixture
def states(engine: Engine) -> States:
    """What the ledger has of orders, the first one first: model, state and cost in US dollars."""

    def read() -> list[tuple[str, str, Decimal | None]]:
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT model, state, cost_usd FROM predictions ORDER BY created_at, attempt")
            )
            return [(row[0], row[1], row[2]) for row in rows]

    return read


@pytest.fixture
def buy(counter: Counter) -> Buy:
    """Makes a purchase of the smallest clip, from the first so many of the configured models."""
    # The account is the same for all tests, and their databases don't know of each other's orders.
    seed = secrets.randbelow(1 << 30)

    def make(address: str = "a/0", *, models: int = 2, usd: Decimal | None = None) -> Purchase:
        return Purchase(counter, address, offers(seed, models, usd), clip=1)

    return make


def offers(seed: int, models: int, usd: Decimal | None = None) -> list[Offer]:
    """A clip of two seconds in draft size, from the first so many models."""
    given = {
        "prompt": "a lighthouse",
        "seconds": SECONDS,
        "aspect": "16:9",
        "resolution": "480p",
        "seed": seed,
    }
    return [
        Offer(model.name, model.inputs(given), usd or model.price_of(seconds=SECONDS, use="draft"))
        for model in load_models().clip[:models]
    ]


def delivered(purchase: Purchase) -> Purchase:
    """Begins it and looks until it is there; bounded, since a stand-in makes it at once."""
    purchase.begin()
    for _ in range(400):
        if purchase.look():
            return purchase
        purchase.counter.pause(0.05)
    raise AssertionError("it was not delivered")


def clip_file(directory: Path) -> Path:
    return directory / "clip.mp4"
