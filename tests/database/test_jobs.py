"""The life of a job: what may follow what, and what is kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session, select

from app import jobs, records
from app.database import session
from app.jobs import AssetUnusable, IllegalTransition, JobNotFound, PipelineDisabled
from app.models import (
    AssetKind,
    BrandAsset,
    ClipStatus,
    CompositionStatus,
    DispatchStatus,
    GenerationJob,
    JobMetric,
    JobStatus,
    QueuedTask,
    SystemConfig,
    UserSession,
)
from app.requests import GenerationCreate, fingerprint

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


def test_a_job_keeps_the_whole_request(db: Session, user: UserSession) -> None:
    request = GenerationCreate(
        prompt="Rain on glass", job_type="music_video", duration_s=90, aspect="9:16", cta="Listen", seed=11
    )
    job = jobs.create_job(db, request, user)
    assert (job.status, job.progress, job.seed, job.session_id) == (P, 0, 11, user.id)
    assert GenerationCreate.model_validate(job.parameters) == request
    assert jobs.brief_of(job).model_dump() == request.model_dump(
        exclude={"logo_asset_id", "music_asset_id", "voice_asset_id", "hls", "built_in", "webhook_url"}
    )


def test_a_seed_left_to_chance_is_drawn_once(db: Session, user: UserSession) -> None:
    first, second = (jobs.create_job(db, REQUEST, user) for _ in range(2))
    assert first.seed != second.seed
    assert jobs.brief_of(first).seed == first.seed
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "A blue kettle at dawn"},
        {"duration_s": 31},
        {"aspect": "1:1"},
        {"brand_colors": ("#ff0000",)},
        {"cta": "Buy"},
        {"clip_count": 3},
        {"seed": 0},
        {"logo_asset_id": UUID(int=1)},
        {"music_asset_id": UUID(int=1)},
        {"voice_asset_id": UUID(int=1)},
        {"voice_over": "Steam."},
        {"voice_over": "Steam.", "captions": "track"},
        {"voice_over": "Steam.", "language": "de"},
        {"hls": True},
    ],
)
def test_whatever_decides_the_film_is_in_the_fingerprint(change: dict[str, Any]) -> None:
    changed = GenerationCreate.model_validate(REQUEST.model_dump() | change)
    assert fingerprint(changed) != fingerprint(REQUEST)
    assert fingerprint(changed) == fingerprint(changed.model_copy())


def _asset(user: UserSession, **changes: Any) -> BrandAsset:
    good: dict[str, Any] = {
        "session_id": user.id,
        "kind": AssetKind.LOGO,
        "filename": "logo.png",
        "content_type": "image/png",
        "size_bytes": 100,
        "sha256": "ab" * 32,
        "storage_key": "k",
        "width": 8,
        "height": 8,
    }
    return BrandAsset(**good | changes)


@pytest.mark.parametrize("fault", ["missing", "not mine", "expired", "another kind"])
def test_an_unusable_logo_is_refused(db: Session, user: UserSession, fault: str) -> None:
    stranger = UserSession(token_hash="ab" * 32)
    db.add(stranger)
    db.flush()
    asset = _asset(user)
    if fault == "not mine":
        asset.session_id = stranger.id
    if fault == "expired":
        asset.created_at = datetime.now(UTC) - timedelta(days=31)
        asset.expires_at = datetime.now(UTC) - timedelta(days=1)
    if fault != "missing":
        db.add(asset)
        db.flush()
    role = "music_asset_id" if fault == "another kind" else "logo_asset_id"
    with pytest.raises(AssetUnusable):
        jobs.create_job(db, REQUEST.model_copy(update={role: asset.id}), user)


@pytest.mark.parametrize(
    ("kind", "seconds", "says"),
    [
        (AssetKind.AUDIO, 30.0, ""),
        (AssetKind.AUDIO, 30.2, "the recording lasts 30.2 s and the film 30.0 s"),
        (AssetKind.MUSIC, 10.0, "it is music, not audio"),
    ],
)
def test_a_recording_is_one_that_the_film_has_time_for(
    db: Session, user: UserSession, kind: AssetKind, seconds: float, says: str
) -> None:
    sound = {"content_type": "audio/wav", "width": None, "height": None, "duration_seconds": seconds}
    asset = _asset(user, kind=kind, **sound)
    db.add(asset)
    db.flush()
    request = REQUEST.model_copy(update={"voice_asset_id": asset.id})
    if not says:
        jobs.check_request(db, request, user.id)
        # An edit may be shorter.
        with pytest.raises(AssetUnusable, match=r"the film 29\.0 s"):
            jobs.check_request(db, request, user.id, frames=29 * 30)
        return
    with pytest.raises(AssetUnusable, match=says):
        jobs.create_job(db, request, user)


def test_an_upload_is_found_by_its_content(db: Session, user: UserSession) -> None:
    asset = _asset(user)
    db.add(asset)
    db.flush()
    assert records.find_asset(db, user.id, AssetKind.LOGO, "ab" * 32) is asset
    assert records.find_asset(db, user.id, AssetKind.IMAGE, "ab" * 32) is None
    assert jobs.create_job(db, REQUEST.model_copy(update={"logo_asset_id": asset.id}), user)


def test_a_pipeline_that_is_switched_off_takes_no_jobs(db: Session, user: UserSession) -> None:
    db.get_one(SystemConfig, "enable_ad_pipeline").value = False
    with pytest.raises(PipelineDisabled):
        jobs.create_job(db, REQUEST, user)
    jobs.create_job(db, GenerationCreate(prompt="A song", job_type="music_video"), user)


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


def test_the_local_session_is_one_row_that_each_use_renews(engine: Engine) -> None:
    with session(engine) as db:
        first = jobs.local_session(db)
        first.created_at = datetime.now(UTC) - timedelta(days=9)
        first.expires_at = datetime.now(UTC) - timedelta(days=2)
    with session(engine) as db:
        again = jobs.local_session(db)
        assert again.id == first.id
        assert again.expires_at > datetime.now(UTC) + timedelta(days=6)


def _interrupt(db: Session, job: GenerationJob) -> None:
    jobs.advance(db, job.id, L)
    jobs.fail(db, job.id, jobs.INTERRUPTED, "It was killed", "Run it again")


def test_what_is_resumed(db: Session, user: UserSession) -> None:
    mark = fingerprint(REQUEST)
    assert jobs.resume_candidate(db, mark, user) is None
    job = jobs.create_job(db, REQUEST, user)
    assert jobs.resume_candidate(db, mark, user) is job
    _interrupt(db, job)
    assert jobs.resume_candidate(db, mark, user) is job
    assert jobs.resume_candidate(db, "00" * 32, user) is None

    stranger = UserSession(token_hash="ab" * 32)
    db.add(stranger)
    db.flush()
    assert jobs.resume_candidate(db, mark, stranger) is None

    jobs.retry(db, job.id)
    jobs.fail(db, job.id, "disk_full", "The disk is full", "Free some space")
    assert jobs.resume_candidate(db, mark, user) is None


def test_a_newer_job_hides_an_interrupted_one(engine: Engine) -> None:
    with session(engine) as db:
        _interrupt(db, jobs.create_job(db, REQUEST, jobs.local_session(db)))
    with session(engine) as db:
        user = jobs.local_session(db)
        jobs.cancel(db, jobs.create_job(db, REQUEST, user).id)
        assert jobs.resume_candidate(db, fingerprint(REQUEST), user) is None


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
