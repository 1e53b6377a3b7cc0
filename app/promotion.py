"""Drafts: their scenes are looked at and approved, and promoted to a film in full.

The film is a job of its own, with the draft's plan. Scenes that are not promoted are left out of it. What it
orders is what the whole film would, so a clip that was made in full before is there and is not paid again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from app import admission, generations, jobs
from app.clip_source import clip_source
from app.links import Links
from app.models import Clip, ClipStatus, GenerationJob, JobStatus, UserSession
from app.problems import Conflict, NotFound, Unauthenticated, Unprocessable
from app.records import clips_of
from app.requests import GenerationCreate
from app.schemas.scenes import Scene, SceneChange, Scenes
from blocks.clip_source import ClipRequest, ClipSource
from media.timeline import Size
from planning.cut_list import SHORTEST_FILM
from planning.storyboard import Storyboard


class Promoted(NamedTuple):
    """The job of a promotion, whether it is new, and whether it has yet to be sent to a worker."""

    job: GenerationJob
    new: bool
    due: bool


def scenes(db: Session, session_id: UUID, job_id: UUID, links: Links) -> Scenes:
    """The scenes of the session's generation; only a draft's are approved and promoted.

    Raises:
        NotFound: there is no such generation, or it is another session's.
        Conflict: it is not planned yet.
    """
    return _described(db, *_planned(generations.owned(db, session_id, job_id)), links)


def change_scene(
    db: Session, session_id: UUID, job_id: UUID, number: int, change: SceneChange, links: Links
) -> Scenes:
    """Notes what the user says of a scene, and returns all of them.

    Raises:
        NotFound: there is no such generation or scene, or it is another session's.
        Conflict: it is no draft, or it is being made.
    """
    job, storyboard = _draft(_still(db, generations.owned(db, session_id, job_id)))
    _require(storyboard, [number])
    clip = next(clip for clip in clips_of(db, job_id) if clip.number == number)
    before = storyboard.scenes[number - 1]
    if change.description and change.description != before.description:
        after = before.model_copy(update={"description": change.description})
        others = [after if scene.number == number else scene for scene in storyboard.scenes]
        storyboard = storyboard.model_copy(update={"scenes": tuple(others)})
        job.storyboard = storyboard.model_dump(mode="json")
        clip.approved = None
    if "approved" in change.model_fields_set:
        clip.approved = change.approved
    db.flush()
    return _described(db, job, storyboard, links)


def promote(db: Session, session_id: UUID, job_id: UUID, numbers: Collection[int] | None) -> Promoted:
    """The job that makes a draft's scenes in full.

    Asked for twice it is one job; one that has failed is taken up again, after a cancelled one is a new one.

    Args:
        numbers: of the scenes; None for those that are approved.

    Raises:
        NotFound: there is no such generation, or it is another session's.
        Conflict: it is no draft, is being made, or no scene is approved.
        Unprocessable: there is no such scene, or the film would be too short.
        AssetUnusable, LanguageUnspoken, PipelineDisabled, QuotaReached: as `admission.create_job`.
    """
    draft, storyboard = _draft(_still(db, generations.owned(db, session_id, job_id)))
    user = db.get(UserSession, session_id)
    if user is None:
        raise Unauthenticated("The request was refused", "its session is over", "Open a new session")
    chosen = _chosen(db, draft, storyboard, numbers)
    request = GenerationCreate.model_validate(
        draft.parameters | {"draft": False, "seed": draft.seed, "webhook_url": draft.webhook_url}
    )
    planned = storyboard.showing(chosen).without_references().model_dump(mode="json")
    mark = hashlib.sha256(json.dumps([str(draft.id), draft.parameters, planned]).encode()).hexdigest()
    if known := _known(db, session_id, key := f"promotion:{mark}"):
        return known
    job = admission.create_job(db, request, user)
    job.storyboard, job.title = planned, draft.title
    # The fingerprint of no request: another one for the whole film is not to find this job.
    job.fingerprint, job.idempotency_key = mark, key
    db.flush()
    return Promoted(job, new=True, due=True)


def _known(db: Session, session_id: UUID, key: str) -> Promoted | None:
    same = GenerationJob.session_id == session_id, GenerationJob.idempotency_key == key
    job = db.exec(select(GenerationJob).where(*same)).first()
    if job is None:
        return None
    if job.status is JobStatus.CANCELLED:
        job.idempotency_key = None
        db.flush()
        return None
    failed = job.status is JobStatus.FAILED
    if failed:
        jobs.retry(db, job.id)
    return Promoted(job, new=False, due=failed)


def _draft(job: GenerationJob) -> tuple[GenerationJob, Storyboard]:
    if not job.draft:
        raise Conflict(
            f"Generation {job.id} has no scenes to approve",
            "it is no draft",
            "Edit its film, or ask for a draft with `draft`",
        )
    return _planned(job)


def _planned(job: GenerationJob) -> tuple[GenerationJob, Storyboard]:
    if job.storyboard is None:
        raise Conflict(f"Generation {job.id} has no scenes", "it is not planned yet", "Wait a moment")
    return job, Storyboard.model_validate(job.storyboard)


def _still(db: Session, job: GenerationJob) -> GenerationJob:
    """The job, locked, if nobody works on it."""
    job = jobs.lock_job(db, job.id)
    if job.status is JobStatus.PENDING or job.status in jobs.ACTIVE:
        raise Conflict(
            "The draft can't be changed or promoted now", f"it is {job.status}", "Wait until it is completed"
        )
    return job


def _require(storyboard: Storyboard, numbers: Collection[int]) -> None:
    known = [scene.number for scene in storyboard.scenes]
    for number in numbers:
        if number not in known:
            raise NotFound(
                f"There is no scene {number}",
                f"the draft has {len(known)}",
                "Choose one of the scenes there are",
            )


def _chosen(
    db: Session, draft: GenerationJob, storyboard: Storyboard, numbers: Collection[int] | None
) -> set[int]:
    if numbers is None:
        numbers = [clip.number for clip in clips_of(db, draft.id) if clip.approved]
        if not numbers:
            raise Conflict(
                "Nothing was promoted", "no scene of the draft is approved", "Approve scenes, or name them"
            )
    _require(storyboard, numbers)
    chosen = set(numbers)
    frames = sum(scene.frames for scene in storyboard.scenes if scene.number in chosen)
    if frames < SHORTEST_FILM:
        raise Unprocessable(
            "The scenes were not promoted",
            f"the film would last {frames} frames, and lasts {SHORTEST_FILM} at least",
            "Promote more of them",
        )
    return chosen


def _described(db: Session, draft: GenerationJob, storyboard: Storyboard, links: Links) -> Scenes:
    source = clip_source(built_in=GenerationCreate.model_validate(draft.parameters).built_in)
    orders = orders_in_full(storyboard, Size.for_aspect(draft.aspect_ratio.value))
    addresses = [order.address(source.identity) for order in orders]
    made = set(
        db.exec(
            select(Clip.address).where(col(Clip.address).in_(addresses), Clip.status == ClipStatus.COMPLETED)
        ).all()
    )
    rows = {clip.number: clip for clip in clips_of(db, draft.id)}
    items = [
        Scene(
            number=scene.number,
            description=scene.description,
            frames=scene.frames,
            approved=rows[scene.number].approved,
            thumbnail_url=_thumbnail(rows[scene.number], links),
            cost_usd=float(_price(source, order, there=address in made)),
            already_made=address in made,
        )
        for scene, order, address in zip(storyboard.scenes, orders, addresses, strict=True)
        if scene.number in rows
    ]
    approved = [item for item in items if item.approved]
    return Scenes(
        items=items, approved=len(approved), cost_usd=round(sum(item.cost_usd for item in approved), 4)
    )


def _price(source: ClipSource, order: ClipRequest, *, there: bool) -> Decimal:
    return Decimal(0) if there else source.cost(order)


def _thumbnail(clip: Clip, links: Links) -> str | None:
    return links(clip.thumbnail_key, version=clip.completed_at) if clip.thumbnail_key else None


def orders_in_full(storyboard: Storyboard, size: Size) -> list[ClipRequest]:
    """What is ordered for each scene, but for its cuts, which change neither price nor address."""
    leads = [*(scene.transition_frames for scene in storyboard.scenes[1:]), 0]
    return [
        ClipRequest(
            description=scene.description,
            width=size.width,
            height=size.height,
            # While the next transition lasts, the clip runs on below it.
            frames=scene.frames + lead,
            palette=storyboard.palette,
            seed=scene.seed,
            style=style,
            negative=negative,
            # The picture that a model drew for the draft is the film's, too.
            reference=scene.reference,
        )
        for scene, lead, (style, negative) in zip(
            storyboard.scenes, leads, map(storyboard.style_of, storyboard.scenes), strict=True
        )
    ]
