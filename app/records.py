"""What a running job writes down: its clips, its composition, its flow run and its measurements."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.dispatch import DEPLOYMENT, mark_sent
from app.jobs import IllegalTransition, lock_job
from app.models import (
    AssetKind,
    BrandAsset,
    Clip,
    ClipStatus,
    Composition,
    CompositionStatus,
    DispatchStatus,
    GenerationJob,
    JobMetric,
    JobStatus,
    QueuedTask,
)
from app.quality import ClipQuality

FREE = Decimal(0)
_ENDED = frozenset({CompositionStatus.COMPLETED, CompositionStatus.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A clip as planned. ``address`` is the hash of all that decides its bytes; costs are US dollars."""

    number: int
    description: str
    frames: int
    address: str
    source: str
    estimated_cost_usd: Decimal = FREE


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A composition in another aspect ratio: where it is stored, and how its clips were cropped.

    ``padded`` are the numbers of clips whose subject does not fit and that stand on a backdrop, ``following``
    of those whose crop moves. Sizes are pixels and bytes.
    """

    aspect: str
    storage_key: str
    thumbnail_key: str
    contact_sheet_key: str
    width: int
    height: int
    size_bytes: int
    sha256: str
    padded: tuple[int, ...] = ()
    following: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Film:
    """A composition as made and probed: where it is stored, what it is made of, what was measured on it.

    Sizes are pixels, frames and bytes; loudness is LUFS and the true peak dBTP, None for silence.
    """

    storage_key: str
    thumbnail_key: str
    contact_sheet_key: str
    timeline: dict[str, Any]
    width: int
    height: int
    frames: int
    duration_seconds: float
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    size_bytes: int
    sha256: str
    preview_key: str | None = None
    captions_key: str | None = None
    stream_key: str | None = None
    renditions: tuple[Rendition, ...] = ()


def plan_clips(
    session: Session, job_id: UUID, shots: Sequence[Shot], *, beside_usd: Decimal = FREE
) -> Sequence[Clip]:
    """The job's clips, one a shot, by number. A clip planned before with the same address stays as it is.

    Args:
        session: the transaction.
        job_id: the job.
        shots: what is planned.
        beside_usd: what is ordered for the film besides its clips, US dollars.

    Raises:
        JobNotFound: there is no such job.
    """
    job = lock_job(session, job_id)
    planned = {shot.number: shot.address for shot in shots}
    kept = set[int]()
    for clip in clips_of(session, job_id):
        if planned.get(clip.number) == clip.address:
            kept.add(clip.number)
        else:
            session.delete(clip)
    # A number is taken until the row that had it is gone.
    session.flush()
    session.add_all(Clip(job_id=job_id, **asdict(shot)) for shot in shots if shot.number not in kept)
    job.estimated_cost_usd = sum((shot.estimated_cost_usd for shot in shots), beside_usd)
    session.flush()
    return clips_of(session, job_id)


def clips_of(session: Session, job_id: UUID) -> Sequence[Clip]:
    """The clips of a job in the order of the film."""
    return session.exec(select(Clip).where(Clip.job_id == job_id).order_by(col(Clip.number))).all()


def unmade(session: Session, clips: Iterable[Clip]) -> set[int]:
    """The numbers of those that no job has made yet."""
    wanted = {clip.number: clip.address for clip in clips}
    made = select(Clip.address).where(
        col(Clip.address).in_(wanted.values()), Clip.status == ClipStatus.COMPLETED
    )
    there = set(session.exec(made).all())
    return {number for number, address in wanted.items() if address not in there}


def begin_clip(session: Session, clip_id: UUID, *, external_id: str | None = None) -> Clip:
    """Notes that a clip is being made, and counts the attempt.

    Args:
        session: the transaction.
        clip_id: the clip.
        external_id: what the clip's source calls the order.

    Raises:
        IllegalTransition: its job is not generating; it was cancelled, say.
    """
    job, clip = _lock_clip(session, clip_id)
    if job.status is not JobStatus.GENERATING:
        raise IllegalTransition(
            f"Clip {clip.number} was not begun", f"job {job.id} is {job.status}", "Run the job again"
        )
    clip.status = ClipStatus.GENERATING
    clip.attempts += 1
    clip.external_id = external_id
    clip.error_message = None
    session.flush()
    return clip


def finish_clip(
    session: Session,
    clip_id: UUID,
    *,
    storage_key: str,
    thumbnail_key: str | None = None,
    cost_usd: Decimal = FREE,
) -> Clip:
    """Notes that a clip is stored, and what was spent on it; the ledger has added that to the job.

    It counts as made even when its job ended meanwhile: it is there, and it was paid for.
    """
    _, clip = _lock_clip(session, clip_id)
    clip.status = ClipStatus.COMPLETED
    clip.storage_key, clip.thumbnail_key, clip.error_message = storage_key, thumbnail_key, None
    clip.actual_cost_usd = cost_usd
    session.flush()
    return clip


def quality_of(clip: Clip) -> ClipQuality | None:
    """What was measured on a clip; None until it has arrived."""
    return None if clip.quality is None else ClipQuality.model_validate(clip.quality)


def note_quality(session: Session, clip_id: UUID, quality: ClipQuality) -> None:
    """Writes down what was measured on a clip so far."""
    _, clip = _lock_clip(session, clip_id)
    # As the row keeps it: with what the API leaves out.
    document = quality.model_dump(mode="json")
    for take, kept in zip(document["takes"], quality.takes, strict=True):
        take["style"] = list(kept.style)
    clip.quality = document
    session.flush()


def fail_clip(session: Session, clip_id: UUID, message: str) -> Clip:
    """Notes that a clip could not be made, and why."""
    _, clip = _lock_clip(session, clip_id)
    clip.status = ClipStatus.FAILED
    clip.error_message = message
    session.flush()
    return clip


def newest_composition(
    session: Session, job_id: UUID, *, status: CompositionStatus | None = None
) -> Composition | None:
    """The job's newest version of the film, or its newest one of a status."""
    versions = select(Composition).where(Composition.job_id == job_id)
    if status is not None:
        versions = versions.where(Composition.status == status)
    return session.exec(versions.order_by(col(Composition.version).desc()).limit(1)).first()


def plan_composition(session: Session, parent: Composition, cut_list: dict[str, Any]) -> Composition:
    """A new version of a film, to be cut from its clips as asked. Its job must be locked."""
    newest = newest_composition(session, parent.job_id) or parent
    composition = Composition(
        job_id=parent.job_id, version=newest.version + 1, parent_id=parent.id, cut_list=cut_list
    )
    session.add(composition)
    session.flush()
    return composition


def begin_composition(session: Session, job_id: UUID, planned: dict[str, Any]) -> Composition:
    """The version that is due, noted as being made: one that was asked for, or that a broken-off run left.

    Args:
        session: the transaction.
        job_id: the job.
        planned: the cut list of a version for which none was asked: the first one.

    Raises:
        JobNotFound: there is no such job.
    """
    lock_job(session, job_id)
    newest = newest_composition(session, job_id)
    if newest is None or newest.status in _ENDED:
        composition = Composition(job_id=job_id, version=newest.version + 1 if newest else 1)
    else:
        composition = newest
    composition.status = CompositionStatus.COMPOSING
    composition.cut_list = composition.cut_list or planned
    composition.error_message = None
    session.add(composition)
    session.flush()
    return composition


def finish_composition(session: Session, composition_id: UUID, film: Film) -> Composition:
    """Notes that a composition is stored, with what was measured on it."""
    composition = session.get_one(Composition, composition_id, with_for_update=True)
    composition.status = CompositionStatus.COMPLETED
    composition.sqlmodel_update(asdict(film))
    session.flush()
    return composition


def link_flow_run(session: Session, job_id: UUID, flow_run_id: UUID) -> None:
    """Notes which Prefect flow run works on a job, dispatched or not; noting it twice changes nothing."""
    if mark_sent(session, job_id, flow_run_id):
        return
    session.exec(
        insert(QueuedTask)
        .values(
            job_id=job_id,
            deployment=DEPLOYMENT,
            idempotency_key=f"{job_id}:{flow_run_id}",
            status=DispatchStatus.DISPATCHED,
            flow_run_id=flow_run_id,
            dispatched_at=func.clock_timestamp(),
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
    )


def record_metric(
    session: Session, job_id: UUID, name: str, value: float, unit: str, **labels: str | int
) -> None:
    """Writes down one measurement of a job, such as ``ffmpeg_seconds``, 12.5, ``s``."""
    session.add(JobMetric(job_id=job_id, name=name, value=value, unit=unit, labels=labels))


def find_asset(session: Session, session_id: UUID, kind: AssetKind, sha256: str) -> BrandAsset | None:
    """The user's unexpired asset with this content, so that the same file keeps one id."""
    return session.exec(
        select(BrandAsset)
        .where(
            BrandAsset.session_id == session_id,
            BrandAsset.sha256 == sha256,
            BrandAsset.kind == kind,
            BrandAsset.expires_at > datetime.now(UTC),
        )
        .order_by(col(BrandAsset.created_at))
        .limit(1)
    ).first()


def _lock_clip(session: Session, clip_id: UUID) -> tuple[GenerationJob, Clip]:
    # The job before the clip, as everywhere: two orders would be a deadlock.
    job = lock_job(session, session.exec(select(Clip.job_id).where(Clip.id == clip_id)).one())
    return job, session.get_one(Clip, clip_id, with_for_update=True, populate_existing=True)
