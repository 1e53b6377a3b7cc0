"""The figures of the jobs, over a real database, there and away."""

import asyncio
import math
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from sqlalchemy import Engine
from sqlmodel import Session

from app import admission, dispatch, jobs, local_user
from app.job_metrics import JobMetrics
from app.main import create_app
from app.models import JobStatus
from app.requests import GenerationCreate
from app.settings import settings
from stack.shared_process import free_port

WAY = (JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING, JobStatus.COMPLETED)


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[None]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def metrics() -> JobMetrics:
    return JobMetrics(fresh_s=0, settled_after_s=0)


def _figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"reelflow_{name}", labels) or 0.0


def _make(engine: Engine, status: JobStatus) -> None:
    with Session(engine) as db:
        job = admission.create_job(db, GenerationCreate(prompt="A kettle"), local_user.local_session(db))
        dispatch.enqueue(db, job)
        if status is JobStatus.FAILED:
            jobs.fail(db, job.id, "disk_full", "The disk is full", "Free some space")
        elif status is JobStatus.CANCELLED:
            jobs.cancel(db, job.id)
        else:
            for step in WAY[: WAY.index(status) + 1] if status in WAY else ():
                jobs.advance(db, job.id, step)
        db.commit()


def test_webhooks_that_wait(metrics: JobMetrics, engine: Engine) -> None:
    with Session(engine) as db:
        request = GenerationCreate(prompt="A kettle", webhook_url="https://shop.example.com/")
        jobs.cancel(db, admission.create_job(db, request, local_user.local_session(db)).id)
        db.commit()
    asyncio.run(metrics.refresh())
    assert _figure("webhook_outbox_depth") == 1


def test_jobs_under_way(metrics: JobMetrics, engine: Engine) -> None:
    for status in (JobStatus.PENDING, JobStatus.PENDING, JobStatus.GENERATING):
        _make(engine, status)
    asyncio.run(metrics.refresh())
    found = {status: _figure("jobs", status=status) for status in ("pending", "planning", "generating")}
    assert found == {"pending": 2, "planning": 0, "generating": 1}
    assert _figure("dispatch_outbox_depth") == 3
    assert _figure("oldest_pending_job_age_seconds") > 0
    assert _figure("jobs_counted") == 1


def test_each_end_is_counted_once(metrics: JobMetrics, engine: Engine) -> None:
    _make(engine, JobStatus.COMPLETED)
    asyncio.run(metrics.refresh())
    before = {status: _figure("jobs_ended_total", status=status) for status in ("completed", "failed")}
    durations = _figure("job_duration_seconds_count", job_type="ad_creative")
    for status in (JobStatus.COMPLETED, JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED):
        _make(engine, status)
    for _ in range(3):
        asyncio.run(metrics.refresh())
    assert _figure("jobs_ended_total", status="completed") == before["completed"] + 2
    assert _figure("jobs_ended_total", status="failed") == before["failed"] + 1
    assert _figure("job_duration_seconds_count", job_type="ad_creative") == durations + 2


def test_without_the_database_there_are_no_old_figures(
    metrics: JobMetrics, engine: Engine, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    _make(engine, JobStatus.PENDING)
    asyncio.run(metrics.refresh())
    monkeypatch.setenv("DATABASE_URL", f"postgresql://127.0.0.1:{free_port()}/none")
    settings.cache_clear()
    asyncio.run(metrics.refresh())
    assert REGISTRY.get_sample_value("reelflow_jobs", {"status": "pending"}) is None
    assert math.isnan(_figure("dispatch_outbox_depth"))
    assert _figure("jobs_counted") == 0
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings.cache_clear()
    asyncio.run(metrics.refresh())
    assert (_figure("jobs", status="pending"), _figure("jobs_counted")) == (1, 1)


def test_a_scrape_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    client = TestClient(create_app())
    assert "reelflow_jobs_counted 1.0" in client.get("/metrics").text
    monkeypatch.setenv("DATABASE_URL", f"postgresql://127.0.0.1:{free_port()}/none")
    settings.cache_clear()
    client = TestClient(create_app())
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert "reelflow_jobs_counted 0.0" in answer.text
    assert 'reelflow_http_requests_total{method="GET",route="/metrics",status="200"}' in answer.text
