"""What a film would take: checked as an order is, and told from what films took before."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.database import session
from app.estimates import FIRST_RATES, Queue, waiting_s
from app.models import AspectRatio, GenerationJob, JobStatus, JobType, SystemConfig
from app.settings import settings
from tests.app.editing.films import Film, finished_film, make

AD, MUSIC = JobType.AD_CREATIVE, JobType.MUSIC_VIDEO
RATES = {AD: 2.0, MUSIC: 3.0}


@pytest.mark.parametrize(
    ("queue", "most", "seconds"),
    [
        (Queue(0, {}), 5, 0.0),
        (Queue(4, {AD: 120.0}), 5, 0.0),
        (Queue(5, {AD: 150.0}), 5, 60.0),
        (Queue(2, {AD: 15.0, MUSIC: 60.0}), 1, 210.0),
        (Queue(2, {AD: 15.0}), 0, 30.0),
    ],
)
def test_waiting(queue: Queue, most: int, seconds: float) -> None:
    assert waiting_s(queue, RATES, most) == seconds


def estimated(user: httpx.Client, **order: object) -> dict[str, Any]:
    answer = user.post("/api/v1/generations/estimate", json={"prompt": "A red kettle"} | order)
    return answer.raise_for_status().json()


def test_the_first_estimate_goes_by_what_was_measured(user: httpx.Client) -> None:
    assert estimated(user, duration_s=40) == {
        "clips": 5,
        "frames": 1200,
        "cost_usd": 0.0,
        "draft_cost_usd": 0.0,
        "full_cost_usd": 0.0,
        "render_seconds": 40 * FIRST_RATES[AD],
        "queue_seconds": 0.0,
        "jobs_ahead": 0,
    }
    assert estimated(user, job_type="music_video", duration_s=90, clip_count=12)["clips"] == 12
    assert user.get("/api/v1/generations").json()["items"] == []


def took(film: Film, seconds: float) -> None:
    with session() as db:
        job = db.get_one(GenerationJob, film.job_id)
        job.completed_at = datetime.now(UTC)
        job.started_at = job.completed_at - timedelta(seconds=seconds)


def test_later_ones_by_the_median_of_films_of_that_type(user: httpx.Client) -> None:
    for seconds in (15.0, 45.0, 3000.0):
        took(finished_film(user), seconds)
    assert estimated(user, duration_s=30)["render_seconds"] == 90.0
    music = estimated(user, job_type="music_video", duration_s=60)
    assert music["render_seconds"] == 60 * FIRST_RATES[MUSIC]


def test_an_edit_says_nothing_of_a_new_film(user: httpx.Client) -> None:
    film = finished_film(user)
    took(film, 45.0)
    edited = finished_film(user)
    edited.user.post(f"{edited.version}/edit", json=edited.cut_list()).raise_for_status()
    make(edited.job_id)
    took(edited, 3.0)
    assert estimated(user, duration_s=15)["render_seconds"] == 45.0


def test_who_is_ahead(user: httpx.Client) -> None:
    with session() as db:
        db.get_one(SystemConfig, "max_concurrent_jobs").value = 2
    for duration_s in (20, 40):
        user.post("/api/v1/generations", json={"prompt": "A red kettle", "duration_s": duration_s})
    with session() as db:
        job = GenerationJob(
            job_type=AD,
            status=JobStatus.GENERATING,
            prompt="p",
            parameters={},
            duration_seconds=60,
            aspect_ratio=AspectRatio.LANDSCAPE,
            seed=0,
            fingerprint="ab" * 32,
            progress=75,
        )
        db.add(job)
    told = estimated(user)
    assert told["jobs_ahead"] == 3
    assert told["queue_seconds"] == (20 + 40 + 60 * 0.25) * FIRST_RATES[AD] / 2


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"prompt": ""},
        {"prompt": "x" * 2001},
        {"prompt": "A kettle", "duration_s": 14},
        {"prompt": "A kettle", "job_type": "music_video", "duration_s": 30},
        {"prompt": "A kettle", "clip_count": 9},
        {"prompt": "A kettle", "aspect": "4:3"},
        {"prompt": "A kettle", "brand_colors": ["teal-ish"]},
        {"prompt": "A kettle", "seed": -1},
        {"prompt": "A kettle", "logo_asset_id": str(uuid4())},
        {"prompt": "A kettle", "music_asset_id": str(uuid4())},
        {"prompt": "A kettle", "colour": "red"},
        {"prompt": "A song", "job_type": "music_video"},
    ],
)
def test_what_would_be_refused_is_refused(user: httpx.Client, order: dict[str, Any]) -> None:
    with session() as db:
        db.get_one(SystemConfig, "enable_music_pipeline").value = False
    refused = user.post("/api/v1/generations/estimate", json=order)
    submitted = user.post("/api/v1/generations", json=order)
    assert refused.status_code in (422, 503)
    ignored = {"instance": None}
    assert refused.json() | ignored == submitted.json() | ignored


def test_what_models_make_beside_the_clips_is_in_the_price(
    user: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_none")
    settings.cache_clear()
    order = {"duration_s": 15, "clip_count": 3, "voice_over": "Arrive fresh. Glide. Arrive fresh."}
    found = estimated(user, **order)
    clips = 3 * 5 * Decimal("0.036")
    # A sentence that is said twice is bought once.
    voice = Decimal("0.06") * (len("Arrive fresh.") + len("Glide.")) / 1000
    beside = Decimal("0.01") + Decimal("0.003") + Decimal("0.20") + voice
    assert found["cost_usd"] == found["full_cost_usd"] == pytest.approx(float(clips + beside))
    assert found["draft_cost_usd"] == pytest.approx(float(clips / 2 + beside))
    assert estimated(user, **order, built_in=True)["cost_usd"] == 0


def test_a_voice_that_no_model_has_is_refused_before_anything_is_ordered(
    user: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"prompt": "A red kettle", "voice_over": "Tere.", "language": "et"}
    assert user.post("/api/v1/generations/estimate", json=said).status_code == 200
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_none")
    settings.cache_clear()
    for place in ("generations", "generations/estimate"):
        refused = user.post(f"/api/v1/{place}", json=said)
        assert (refused.status_code, refused.json()["code"]) == (422, "language_unspoken")
    built_in = said | {"built_in": True}
    assert user.post("/api/v1/generations/estimate", json=built_in).status_code == 200
