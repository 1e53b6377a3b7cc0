"""Which requests become jobs, and which job a request is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import admission, jobs, local_user, records
from app.admission import AssetUnusable, PipelineDisabled
from app.database import session
from app.models import AssetKind, BrandAsset, GenerationJob, JobStatus, SystemConfig, UserSession
from app.requests import GenerationCreate, fingerprint

REQUEST = GenerationCreate(prompt="A red kettle at dawn")


def test_a_job_keeps_the_whole_request(db: Session, user: UserSession) -> None:
    request = GenerationCreate(
        prompt="Rain on glass", job_type="music_video", duration_s=90, clip_count=12, cta="Listen", seed=11
    )
    job = admission.create_job(db, request, user)
    assert (job.status, job.progress, job.seed, job.session_id) == (JobStatus.PENDING, 0, 11, user.id)
    assert GenerationCreate.model_validate(job.parameters) == request
    assert admission.brief_of(job).model_dump() == request.model_dump(
        exclude={"logo_asset_id", "music_asset_id", "voice_asset_id", "hls", "built_in", "webhook_url"}
    )


def test_a_seed_left_to_chance_is_drawn_once(db: Session, user: UserSession) -> None:
    first, second = (admission.create_job(db, REQUEST, user) for _ in range(2))
    assert first.seed != second.seed
    assert admission.brief_of(first).seed == first.seed
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
        admission.create_job(db, REQUEST.model_copy(update={role: asset.id}), user)


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
        admission.check_request(db, request, user.id)
        # An edit may be shorter.
        with pytest.raises(AssetUnusable, match=r"the film 29\.0 s"):
            admission.check_request(db, request, user.id, frames=29 * 30)
        return
    with pytest.raises(AssetUnusable, match=says):
        admission.create_job(db, request, user)


def test_an_upload_is_found_by_its_content(db: Session, user: UserSession) -> None:
    asset = _asset(user)
    db.add(asset)
    db.flush()
    assert records.find_asset(db, user.id, AssetKind.LOGO, "ab" * 32) is asset
    assert records.find_asset(db, user.id, AssetKind.IMAGE, "ab" * 32) is None
    assert admission.create_job(db, REQUEST.model_copy(update={"logo_asset_id": asset.id}), user)


def test_a_pipeline_that_is_switched_off_takes_no_jobs(db: Session, user: UserSession) -> None:
    db.get_one(SystemConfig, "enable_ad_pipeline").value = False
    with pytest.raises(PipelineDisabled):
        admission.create_job(db, REQUEST, user)
    admission.create_job(db, GenerationCreate(prompt="A song", job_type="music_video"), user)


def test_the_local_session_is_one_row_that_each_use_renews(engine: Engine) -> None:
    with session(engine) as db:
        first = local_user.local_session(db)
        first.created_at = datetime.now(UTC) - timedelta(days=9)
        first.expires_at = datetime.now(UTC) - timedelta(days=2)
    with session(engine) as db:
        again = local_user.local_session(db)
        assert again.id == first.id
        assert again.expires_at > datetime.now(UTC) + timedelta(days=6)


def _interrupt(db: Session, job: GenerationJob) -> None:
    jobs.advance(db, job.id, JobStatus.PLANNING)
    jobs.fail(db, job.id, jobs.INTERRUPTED, "It was killed", "Run it again")


def test_what_is_resumed(db: Session, user: UserSession) -> None:
    mark = fingerprint(REQUEST)
    assert admission.resume_candidate(db, mark, user) is None
    job = admission.create_job(db, REQUEST, user)
    assert admission.resume_candidate(db, mark, user) is job
    _interrupt(db, job)
    assert admission.resume_candidate(db, mark, user) is job
    assert admission.resume_candidate(db, "00" * 32, user) is None

    stranger = UserSession(token_hash="ab" * 32)
    db.add(stranger)
    db.flush()
    assert admission.resume_candidate(db, mark, stranger) is None

    jobs.retry(db, job.id)
    jobs.fail(db, job.id, "disk_full", "The disk is full", "Free some space")
    assert admission.resume_candidate(db, mark, user) is None


def test_a_newer_job_hides_an_interrupted_one(engine: Engine) -> None:
    with session(engine) as db:
        _interrupt(db, admission.create_job(db, REQUEST, local_user.local_session(db)))
    with session(engine) as db:
        user = local_user.local_session(db)
        jobs.cancel(db, admission.create_job(db, REQUEST, user).id)
        assert admission.resume_candidate(db, fingerprint(REQUEST), user) is None
