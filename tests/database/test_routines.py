"""The trigger, the functions, the views and the default configuration."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlmodel import Session, select

from app import jobs, records
from app.models import GenerationJob, JobStatus, SystemConfig, UserSession

JobIn = Callable[[JobStatus], GenerationJob]
SHOT = records.Shot(number=1, description="A kettle", frames=180, address="abc", source="drawn")


def test_the_trigger_stamps_a_jobs_times(db: Session, job_in: JobIn) -> None:
    job = job_in(JobStatus.PENDING)
    assert (job.started_at, job.completed_at) == (None, None)
    written = job.updated_at

    jobs.advance(db, job.id, JobStatus.PLANNING)
    started = job.started_at
    assert started is not None
    assert started >= job.created_at
    assert job.updated_at > written

    jobs.advance(db, job.id, JobStatus.GENERATING)
    assert (job.started_at, job.completed_at) == (started, None)

    jobs.fail(db, job.id, "disk_full", "The disk is full", "Free some space")
    assert job.started_at == started
    assert job.completed_at is not None
    assert job.completed_at > started

    jobs.retry(db, job.id)
    assert (job.started_at, job.completed_at) == (None, None)


def test_the_trigger_stamps_clips_and_compositions(db: Session, job_in: JobIn) -> None:
    job = job_in(JobStatus.GENERATING)
    [clip] = records.plan_clips(db, job.id, [SHOT])
    assert clip.started_at is None
    records.begin_clip(db, clip.id)
    assert clip.started_at is not None
    records.finish_clip(db, clip.id, storage_key="k")
    assert clip.completed_at is not None
    assert clip.completed_at > clip.started_at

    film = records.begin_composition(db, job.id, {})
    assert film.started_at is not None
    assert film.completed_at is None


def test_a_clock_that_is_set_back_does_not_stop_a_job_from_ending(db: Session, job_in: JobIn) -> None:
    job = job_in(JobStatus.COMPOSING)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    job.started_at = tomorrow
    db.flush()
    jobs.advance(db, job.id, JobStatus.COMPLETED)
    assert job.completed_at == tomorrow


def test_expired_sessions_are_cleaned_up(db: Session, user: UserSession) -> None:
    old = UserSession(
        token_hash="ab" * 32,
        created_at=datetime.now(UTC) - timedelta(days=8),
        expires_at=datetime.now(UTC) - timedelta(days=1),
    )
    db.add(old)
    db.flush()
    assert db.connection().scalar(text("SELECT cleanup_expired_sessions()")) == 1
    assert db.exec(select(UserSession.id)).all() == [user.id]
    assert db.connection().scalar(text("SELECT cleanup_expired_sessions()")) == 0


def test_a_session_lasts_seven_days(db: Session) -> None:
    fresh = UserSession(token_hash="cd" * 32)
    db.add(fresh)
    db.flush()
    assert fresh.expires_at - fresh.created_at == timedelta(days=7)


def test_old_jobs_are_cleaned_up_and_others_stay(db: Session, job_in: JobIn) -> None:
    ended = [job_in(status) for status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)]
    kept = {job_in(JobStatus.COMPLETED).id, job_in(JobStatus.GENERATING).id}
    for job in ended:
        job.started_at = None
        job.completed_at = datetime.now(UTC) - timedelta(days=7, minutes=1)
    db.flush()
    assert db.connection().scalar(text("SELECT cleanup_old_jobs(8)")) == 0
    assert db.connection().scalar(text("SELECT cleanup_old_jobs(7)")) == 3
    assert set(db.exec(select(GenerationJob.id))) == kept


@pytest.mark.parametrize("days", ["-1", "NULL"])
def test_cleanup_refuses_a_senseless_age(db: Session, days: str) -> None:
    with pytest.raises(DataError, match="0 or more"):
        db.connection().execute(text(f"SELECT cleanup_old_jobs({days})"))


def test_job_summary_counts_what_belongs_to_a_job(db: Session, job_in: JobIn) -> None:
    job, bare = job_in(JobStatus.GENERATING), job_in(JobStatus.PENDING)
    clips = records.plan_clips(
        db,
        job.id,
        [
            records.Shot(number=n, description="A", frames=90, address=str(n), source="drawn")
            for n in (1, 2, 3)
        ],
    )
    records.finish_clip(db, clips[0].id, storage_key="k")
    job.actual_cost_usd = Decimal("0.0525")
    db.flush()
    records.fail_clip(db, clips[1].id, "It could not be drawn")
    rows = db.connection().execute(
        text(
            "SELECT id, clips_total, clips_completed, clips_failed, actual_cost_usd, composition_version,"
            " running_seconds > 0 FROM job_summary"
        )
    )
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        job.id: (3, 1, 1, Decimal("0.0525"), None, True),
        bare.id: (0, 0, 0, 0, None, None),
    }


def test_job_summary_shows_the_newest_finished_film(db: Session, job_in: JobIn) -> None:
    job = job_in(JobStatus.COMPOSING)
    film = records.Film(
        storage_key="k",
        thumbnail_key="t",
        contact_sheet_key="c",
        timeline={},
        width=1280,
        height=720,
        frames=900,
        duration_seconds=30,
        loudness_lufs=-14.0,
        true_peak_dbtp=-1.2,
        size_bytes=1000,
        sha256="ab" * 32,
    )
    for version in (1, 2):
        made = records.begin_composition(db, job.id, {})
        assert made.version == version
        records.finish_composition(db, made.id, film)
    records.begin_composition(db, job.id, {})
    assert db.connection().scalar(text("SELECT composition_version FROM job_summary")) == 2


def test_active_jobs_are_those_that_have_not_ended(db: Session, job_in: JobIn) -> None:
    ended = {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}
    active = {job_in(status).id for status in JobStatus if status not in ended}
    for status in ended:
        job_in(status)
    assert set(db.connection().scalars(text("SELECT id FROM active_jobs"))) == active


def test_default_configuration(db: Session) -> None:
    assert {row.key: row.value for row in db.exec(select(SystemConfig))} == {
        "max_concurrent_jobs": 5,
        "default_clip_count_ads": 5,
        "default_clip_count_music": 15,
        "cleanup_jobs_after_days": 7,
        "enable_ad_pipeline": True,
        "enable_music_pipeline": True,
        "cost_alert_threshold_usd": 10.0,
        "storage_quota_gb": 100,
        "job_budget_usd": 20.0,
        "month_budget_usd": 200.0,
        "quality_gate": {"takes": 3},
    }


def test_changing_a_setting_stamps_it(db: Session) -> None:
    row = db.get_one(SystemConfig, "max_concurrent_jobs")
    before = row.updated_at
    row.value = 3
    db.flush()
    assert row.updated_at > before
