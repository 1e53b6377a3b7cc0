"""The life of a job: what may follow what, and what is kept."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session, select

from app import jobs, records
from app.jobs import IllegalTransition, JobNotFound
from app.models import (
    ClipStatus,
    CompositionStatus,
    DispatchStatus,
    GenerationJob,
    JobMetric,
    JobStatus,
    QueuedTask,
    UserSession,
)
from app.requests import GenerationCreate

JobIn = Callable[[JobStatus], GenerationJob]
REQUEST = GenerationCreate(prompt="A red kettle at dawn")
P, L, G, C = JobStatus.PENDING, JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING
DONE, FAILED, CANCELLED = JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED
# Rows: from; a job stays where it is while it is being worked on.
LEGAL = {
    P: {L, FAILED, CANCELLED},
    L: {L, G, FAILED, CANCELLED},
    G: {G, C, FAILED, CANCELLED},
    C: {C, DONE, FAILED, CANCELLED},
    DONE: {P},
    FAILED: {P},
    CANCELLED: set(),
}


def _send(db: Session, job: GenerationJob, to: JobStatus) -> None:
    match to:
        case JobStatus.FAILED:
            jobs.fail(db, job.id, "disk_full", "The disk is full", "Free some space")
        case JobStatus.CANCELLED:
            jobs.cancel(db, job.id)
        case JobStatus.PENDING if job.status is DONE:
            jobs.reopen(db, job.id)
        case JobStatus.PENDING:
            jobs.retry(db, job.id)
        case _:
            jobs.advance(db, job.id, to)


@pytest.mark.parametrize("to", JobStatus)
@pytest.mark.parametrize("start", JobStatus)
def test_every_transition(db: Session, job_in: JobIn, start: JobStatus, to: JobStatus) -> None:
    job = job_in(start)
    if to in LEGAL[start]:
        _send(db, job, to)
        assert job.status is to
    else:
        with pytest.raises(IllegalTransition, match=f"can't become {to}"):
            _send(db, job, to)
        assert job.status is start


def test_there_is_no_such_job(db: Session) -> None:
    with pytest.raises(JobNotFound):
        jobs.advance(db, uuid4(), L)


SHOTS = [
    records.Shot(
        number=n,
        description=f"Shot {n}",
        frames=90,
        address=f"a{n}",
        source="drawn",
        estimated_cost_usd=Decimal("0.05"),
    )
    for n in (1, 2, 3, 4)
]


def _statuses(db: Session, job: GenerationJob) -> list[ClipStatus]:
    return [clip.status for clip in records.clips_of(db, job.id)]


def _busy(db: Session, job: GenerationJob) -> UUID:
    """One clip made, one in the making, one failed, one waiting, and a composition begun."""
    done, making, failed, _ = records.plan_clips(db, job.id, SHOTS)
    records.begin_clip(db, done.id)
    records.finish_clip(db, done.id, storage_key="k", cost_usd=Decimal("0.04"))
    records.begin_clip(db, making.id)
    records.fail_clip(db, failed.id, "It could not be drawn")
    return records.begin_composition(db, job.id, {}).id


def test_a_failed_job_keeps_its_finished_clips_for_the_next_run(db: Session, job_in: JobIn) -> None:
    job = job_in(G)
    film = _busy(db, job)
    jobs.fail(db, job.id, "disk_full", "The disk is full", "Free some space")
    assert (job.error_code, job.error_message, job.error_remedy) == (
        "disk_full",
        "The disk is full",
        "Free some space",
    )
    db.expire_all()
    waiting = ClipStatus.PENDING
    assert _statuses(db, job) == [ClipStatus.COMPLETED, waiting, ClipStatus.FAILED, waiting]

    jobs.retry(db, job.id)
    assert (job.error_code, job.error_message, job.error_remedy, job.progress) == (None, None, None, 0)
    assert _statuses(db, job) == [ClipStatus.COMPLETED, waiting, waiting, waiting]
    again = records.begin_composition(db, job.id, {})
    assert (again.id, again.status) == (film, CompositionStatus.COMPOSING)


def test_cancelling_ends_whatever_is_unfinished(db: Session, job_in: JobIn) -> None:
    job = job_in(G)
    _busy(db, job)
    queued = QueuedTask(job_id=job.id, deployment="generate/film", idempotency_key="k")
    db.add(queued)
    jobs.request_cancel(db, job.id)
    assert job.status is G
    asked = job.cancel_requested_at
    assert asked is not None
    assert jobs.request_cancel(db, job.id).cancel_requested_at == asked

    jobs.cancel(db, job.id)
    db.expire_all()
    cancelled = ClipStatus.CANCELLED
    assert _statuses(db, job) == [ClipStatus.COMPLETED, cancelled, ClipStatus.FAILED, cancelled]
    assert queued.status is DispatchStatus.CANCELLED
    with pytest.raises(IllegalTransition, match="was not begun"):
        records.begin_clip(db, records.clips_of(db, job.id)[3].id)


def test_a_pending_job_is_cancelled_at_once(db: Session, job_in: JobIn) -> None:
    assert jobs.request_cancel(db, job_in(P).id).status is CANCELLED


def test_planning_again_keeps_what_did_not_change(db: Session, job_in: JobIn) -> None:
    job = job_in(G)
    before = records.plan_clips(db, job.id, SHOTS)
    records.finish_clip(db, before[0].id, storage_key="k")
    changed = records.Shot(number=2, description="Another", frames=60, address="new", source="drawn")
    after = records.plan_clips(db, job.id, [SHOTS[0], changed, SHOTS[2]])
    assert [clip.number for clip in after] == [1, 2, 3]
    assert [clip.id == old.id for clip, old in zip(after, before, strict=False)] == [True, False, True]
    assert [clip.status for clip in after] == [ClipStatus.COMPLETED, ClipStatus.PENDING, ClipStatus.PENDING]
    assert job.estimated_cost_usd == Decimal("0.10")


def test_a_clip_has_what_was_spent_on_it(db: Session, job_in: JobIn) -> None:
    clips = records.plan_clips(db, job_in(G).id, SHOTS)
    for cost in ("0.0401", "0.0802"):
        records.begin_clip(db, clips[0].id)
        records.finish_clip(db, clips[0].id, storage_key="k", cost_usd=Decimal(cost))
    assert (clips[0].actual_cost_usd, clips[0].attempts) == (Decimal("0.0802"), 2)


def test_progress_only_grows_and_ends_with_the_job(db: Session, job_in: JobIn) -> None:
    job = job_in(G)
    for percent in (30, 20):
        jobs.report_progress(db, job.id, percent)
        db.refresh(job)
        assert job.progress == 30
    jobs.fail(db, job.id, "x", "y", "z")
    jobs.report_progress(db, job.id, 90)
    db.refresh(job)
    assert job.progress == 30
    assert job_in(DONE).progress == 100


def test_flow_runs_and_metrics_are_written_down(db: Session, job_in: JobIn) -> None:
    job, run = job_in(G), uuid4()
    for _ in range(2):
        records.link_flow_run(db, job.id, run)
    assert [row.flow_run_id for row in db.exec(select(QueuedTask))] == [run]
    records.record_metric(db, job.id, "ffmpeg_seconds", 12.5, "s", clip=1)
    [metric] = db.exec(select(JobMetric)).all()
    assert (metric.name, metric.value, metric.unit, metric.labels) == (
        "ffmpeg_seconds",
        12.5,
        "s",
        {"clip": 1},
    )


def _many_jobs(db: Session, user: UserSession, count: int) -> None:
    """Jobs of forty users, several to each second, so that pages end between equal times."""
    db.connection().execute(
        text(
            "INSERT INTO user_sessions (id, token_hash)"
            " SELECT gen_random_uuid(), encode(sha256(n::text::bytea), 'hex')"
            " FROM generate_series(1, 39) n"
        )
    )
    db.connection().execute(
        text(
            "INSERT INTO generation_jobs (session_id, job_type, prompt, parameters, duration_seconds,"
            " aspect_ratio, seed, fingerprint, created_at)"
            " SELECT (array(SELECT id FROM user_sessions ORDER BY id))[1 + n % 40], 'ad_creative', 'p', '{}',"
            " 30, '16:9', 0, repeat('ab', 32), timestamptz '2026-01-01' + n / 100 * interval '1 second'"
            " FROM generate_series(1, :count) n"
        ),
        {"count": count},
    )


def test_pages_hold_every_job_once_newest_first(db: Session, user: UserSession) -> None:
    _many_jobs(db, user, 2000)
    seen: list[GenerationJob] = []
    before = None
    while page := jobs.list_jobs(db, user.id, before=before, limit=7):
        seen.extend(page)
        before = page[-1].created_at, page[-1].id
    assert len(seen) == len({job.id for job in seen}) == 50
    places = [(job.created_at, job.id) for job in seen]
    assert places == sorted(places, reverse=True)


def test_a_page_comes_from_its_index(db: Session, user: UserSession, engine: Engine) -> None:
    _many_jobs(db, user, 20_000)
    db.connection().execute(text("ANALYZE generation_jobs"))
    [*_, last] = jobs.list_jobs(db, user.id, limit=250)

    statements: list[tuple[str, Any]] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _x, query, values, *_: statements.append((query, values))
    )
    jobs.list_jobs(db, user.id, before=(last.created_at, last.id), limit=20)
    query, values = statements[-1]
    plan = db.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values).scalar_one()
    node = plan[0]["Plan"]
    assert node["Node Type"] == "Limit"
    [scan] = node["Plans"]
    assert scan["Node Type"] == "Index Scan"
    assert scan["Index Name"] == "ix_generation_jobs_session_id_created_at_id"
    assert scan["Actual Rows"] == 20
    assert "Filter" not in scan
