"""A film that is too dear is refused before anything is ordered for it."""

from decimal import Decimal

import httpx
import pytest

from app.configuration import configure
from app.database import session
from app.models import Prediction, PredictionState, Purpose
from app.settings import settings

FILM = {"prompt": "A red kettle at dawn", "duration_s": 15, "clip_count": 3}


@pytest.fixture
def buyer(user: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> httpx.Client:
    """A user whose films are ordered at Replicate; one of FILM costs $0.75, as a draft $0.48."""
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_none")
    settings.cache_clear()
    return user


def test_one_dearer_than_a_job_may_be(buyer: httpx.Client) -> None:
    with session() as db:
        configure(db, "job_budget_usd", 0.6)
    refused = buyer.post("/api/v1/generations", json=FILM)
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_exceeded")
    assert "it costs $0.75, and of the $0.60 for the job $0.00 are spent" in refused.json()["detail"]
    assert "job_budget_usd" in refused.json()["remedy"]
    assert buyer.get("/api/v1/generations").json()["items"] == []
    for cheaper in ({"draft": True}, {"built_in": True}):
        assert buyer.post("/api/v1/generations", json=FILM | cheaper).status_code == 202
    # What it would cost is still to be had.
    assert buyer.post("/api/v1/generations/estimate", json=FILM).json()["cost_usd"] > 0.6


def test_one_dearer_than_what_is_left_of_the_month(buyer: httpx.Client) -> None:
    with session() as db:
        db.add(
            Prediction(
                purpose=Purpose.CLIP,
                address="a",
                attempt=1,
                model="a/b",
                input_sha256="ab" * 32,
                state=PredictionState.SUCCEEDED,
                prediction_id="p1",
                estimated_usd=Decimal(1),
                cost_usd=Decimal("199.50"),
            )
        )
    refused = buyer.post("/api/v1/generations", json=FILM)
    assert refused.status_code == 402
    assert "of the $200.00 for this month $199.50 are spent" in refused.json()["detail"]
