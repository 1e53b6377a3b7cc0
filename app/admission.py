"""Whether a request can become a job now, and the job that it becomes."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.configuration import Configuration, configured
from app.jobs import INTERRUPTED, JobError
from app.models import (
    AspectRatio,
    AssetKind,
    BrandAsset,
    GenerationJob,
    JobStatus,
    JobType,
    UserSession,
)
from app.outgoing.addresses import anywhere, check_url
from app.quota import require_space
from app.replicate import ordered_from
from app.requests import GenerationCreate, fingerprint
from planning.brief import FPS, SEED_LIMIT, Brief

_PIPELINES = {
    JobType.AD_CREATIVE: "enable_ad_pipeline",
    JobType.MUSIC_VIDEO: "enable_music_pipeline",
}


class AssetUnusable(JobError):
    """A request names an asset that is not there, is somebody else's, expired, or of another kind."""


class LanguageUnspoken(JobError):
    """A request has something spoken in a language that nothing configured speaks."""


class PipelineDisabled(JobError):
    """An operator has switched this type of job off."""


def check_request(
    session: Session, request: GenerationCreate, session_id: UUID, *, frames: int | None = None
) -> None:
    """Makes sure that a user session's request can become a job now.

    Args:
        frames: how long the film will be, where that is another length than was asked for.

    Raises:
        AssetUnusable: the logo, the music or the recording can't be used.
        LanguageUnspoken: the voice-over's language can't be spoken.
        PipelineDisabled: jobs of this type are switched off.
        QuotaReached: no more media may be stored.
        WebhookRefused: the webhook's address may not be called.
    """
    if request.webhook_url is not None:
        check_url(request.webhook_url, anywhere=anywhere())
    now = configured(session)
    require_space(now)
    _check_enabled(now, JobType(request.job_type))
    _check_asset(session, session_id, request.logo_asset_id, {AssetKind.LOGO, AssetKind.IMAGE})
    _check_asset(session, session_id, request.music_asset_id, {AssetKind.MUSIC, AssetKind.AUDIO})
    voice = _check_asset(session, session_id, request.voice_asset_id, {AssetKind.AUDIO})
    if voice and voice.duration_seconds:
        _check_length(voice, (frames or request.frames) / FPS)
    if request.voice_over and voice is None:
        _check_spoken(request)


def create_job(session: Session, request: GenerationCreate, user_session: UserSession) -> GenerationJob:
    """A new pending job for a request. A seed left to chance is drawn here, and the scenes are counted.

    Raises:
        AssetUnusable, LanguageUnspoken, PipelineDisabled, QuotaReached, WebhookRefused: as `check_request`.
    """
    check_request(session, request, user_session.id)
    job = GenerationJob(
        session_id=user_session.id,
        job_type=JobType(request.job_type),
        prompt=request.prompt,
        parameters=counted(session, request).model_dump(mode="json", exclude={"webhook_url"}),
        webhook_url=request.webhook_url,
        duration_seconds=request.duration_s,
        aspect_ratio=AspectRatio(request.aspect),
        seed=secrets.randbelow(SEED_LIMIT + 1) if request.seed is None else request.seed,
        draft=request.draft,
        fingerprint=fingerprint(request),
    )
    session.add(job)
    session.flush()
    return job


def counted(session: Session, request: GenerationCreate) -> GenerationCreate:
    """The request with a number of scenes, the operator's default where it names none."""
    if request.clip_count is not None:
        return request
    now = configured(session)
    ad = request.job_type == JobType.AD_CREATIVE
    default = now.default_clip_count_ads if ad else now.default_clip_count_music
    return request.model_copy(update={"clip_count": default})


def resume_candidate(session: Session, mark: str, user_session: UserSession) -> GenerationJob | None:
    """The job to take up again rather than start the same request anew.

    That is the user's newest job with this fingerprint, if it is pending or was interrupted.

    Args:
        session: the transaction.
        mark: the request's fingerprint.
        user_session: whose jobs to look through.
    """
    job = session.exec(
        select(GenerationJob)
        .where(GenerationJob.fingerprint == mark, GenerationJob.session_id == user_session.id)
        .order_by(col(GenerationJob.created_at).desc(), col(GenerationJob.id).desc())
        .limit(1)
    ).first()
    if job and (job.status is JobStatus.PENDING or job.error_code == INTERRUPTED):
        return job
    return None


def brief_of(job: GenerationJob) -> Brief:
    """The brief that a job is planned by."""
    return GenerationCreate.model_validate(job.parameters).brief(job.seed)


def _check_enabled(now: Configuration, job_type: JobType) -> None:
    key = _PIPELINES[job_type]
    if not getattr(now, key):
        raise PipelineDisabled(
            f"No {job_type} was started", f"{key} is switched off", "Ask the operator, or try later"
        )


def _check_asset(
    session: Session, session_id: UUID, asset_id: UUID | None, kinds: set[AssetKind]
) -> BrandAsset | None:
    if asset_id is None:
        return None
    # Held until the job is there: an asset that a job uses is not deleted.
    asset = session.get(BrandAsset, asset_id, with_for_update={"read": True, "key_share": True})
    # One answer for "not there" and "not yours": nobody learns which ids exist.
    if asset is None or asset.session_id != session_id or asset.expires_at <= datetime.now(UTC):
        cause = "there is no such asset in this session, or it has expired"
    elif asset.kind not in kinds:
        cause = f"it is {asset.kind}, not {' or '.join(sorted(kinds))}"
    else:
        return asset
    raise AssetUnusable(f"Asset {asset_id} can't be used", cause, "Upload the file again")


def _check_spoken(request: GenerationCreate) -> None:
    found = ordered_from(built_in=request.built_in)
    # Without a model that speaks, what is built in does, which knows all languages.
    if found and found.voice and not any(model.speaks(request.language) for model in found.voice):
        raise LanguageUnspoken(
            f"The voice-over can't be spoken in the language {request.language}",
            "none of the configured models speaks it",
            "Choose another language, give a recording, or ask for a film without models",
        )


def _check_length(recording: BrandAsset, film_s: float) -> None:
    lasts = recording.duration_seconds or 0.0
    if lasts > film_s:
        raise AssetUnusable(
            f"Asset {recording.id} can't be used",
            f"the recording lasts {lasts:.1f} s and the film {film_s:.1f} s",
            "Give a shorter recording, or make the film longer",
        )
