"""Edits of a finished film: another version of it, cut anew, or with a clip made again.

Each makes the version that is due, puts the job back to pending and dispatches it, in one transaction; the
flow that made the film makes the version. Clips are the job's: later versions show them as they are then.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from app import admission, compositions, generations, jobs
from app.dispatch import enqueue
from app.models import Composition, CompositionStatus, GenerationJob, JobStatus
from app.problems import Conflict, NotFound, Unprocessable
from app.records import clips_of, newest_composition, plan_composition
from app.requests import GenerationCreate
from app.schemas.clips import ClipRegenerate
from planning.brief import SEED_LIMIT
from planning.cut_list import CutList, Misfit, check
from planning.storyboard import Scene, Storyboard


class CutListInvalid(Unprocessable):
    """A film can't be cut as a cut list asks."""


def edit_composition(db: Session, session_id: UUID, composition_id: UUID, cut_list: CutList) -> GenerationJob:
    """Has a finished version of the session's film cut anew, and returns its job, pending.

    Raises:
        NotFound: there is no such version, or it is another session's.
        Conflict: the film is being made, or the version is not finished.
        CutListInvalid: the clips there are can't be cut so.
        AssetUnusable: the music or the recording can't be used, or the film's logo not any more.
        PipelineDisabled: films of this type are switched off.
    """
    parent, job = compositions.owned(db, session_id, composition_id)
    _lock(db, job)
    # It may have changed before its job was locked.
    db.refresh(parent)
    if parent.status is not CompositionStatus.COMPLETED:
        raise Conflict(
            f"Version {parent.version} can't be edited",
            f"it is {parent.status}",
            "Edit a version that is completed",
        )
    available = {clip.number: clip.frames for clip in clips_of(db, job.id)}
    if misfits := check(cut_list, available):
        raise _invalid(misfits)
    return _repeat(db, session_id, job, parent, cut_list)


def regenerate_clip(
    db: Session, session_id: UUID, job_id: UUID, number: int, change: ClipRegenerate
) -> GenerationJob:
    """Has a clip of the session's film made again, and a new version with it; returns the job, pending.

    The new version is cut as the newest finished one.

    Raises:
        NotFound: there is no such generation or clip, or it is another session's.
        Conflict: the film is being made, or was never finished.
        Unprocessable: nothing would be another.
        AssetUnusable: the film's music or logo can't be used any more.
        PipelineDisabled: films of this type are switched off.
    """
    job = generations.owned(db, session_id, job_id)
    _lock(db, job)
    parent = newest_composition(db, job_id, status=CompositionStatus.COMPLETED)
    if parent is None:
        raise Conflict(
            f"Clip {number} can't be made again", "the film has no finished version", "Retry it first"
        )
    # Before the storyboard changes: a version that has no cut list is cut as the storyboard is.
    cut_list = compositions.cut_list_of_version(job, parent)
    storyboard = Storyboard.model_validate(job.storyboard)
    job.storyboard = _with_another(storyboard, number, change).model_dump(mode="json")
    return _repeat(db, session_id, job, parent, cut_list)


def _lock(db: Session, job: GenerationJob) -> None:
    jobs.lock_job(db, job.id)
    if job.status is JobStatus.CANCELLED:
        raise Conflict("The film can't be changed", "it was cancelled unfinished", "Ask for it anew")
    if job.status not in (JobStatus.COMPLETED, JobStatus.FAILED):
        raise Conflict(
            "The film can't be changed now",
            f"it is {job.status}",
            "Wait until it is completed, or cancel what is being made",
        )


def _repeat(
    db: Session, session_id: UUID, job: GenerationJob, parent: Composition, cut_list: CutList
) -> GenerationJob:
    # What was right when the film was asked for may have been deleted or switched off since.
    request = GenerationCreate.model_validate(job.parameters)
    voice = cut_list.voice
    heard = {
        "music_asset_id": cut_list.music.asset_id,
        "voice_asset_id": voice and voice.asset_id,
        "voice_over": voice and voice.text,
        "language": voice.language if voice else request.language,
    }
    admission.check_request(db, request.model_copy(update=heard), session_id, frames=cut_list.frames)
    jobs.reopen(db, job.id)
    plan_composition(db, parent, cut_list.model_dump(mode="json"))
    enqueue(db, job)
    return job


def _with_another(storyboard: Storyboard, number: int, change: ClipRegenerate) -> Storyboard:
    """The storyboard with one scene described or drawn by chance otherwise; its length is kept."""
    scenes = list(storyboard.scenes)
    if number > len(scenes):
        raise NotFound(
            f"There is no clip {number}", f"the film has {len(scenes)}", "Choose one of the clips there are"
        )
    before = scenes[number - 1]
    if before.left_out:
        raise Conflict(
            f"Clip {number} can't be made again",
            "its scene is left out of this film",
            "Promote the draft again with it",
        )
    after = before.model_copy(
        update={
            "description": change.description or before.description,
            "seed": change.seed if change.seed is not None else _seed(before, change),
        }
    )
    if after == before:
        raise Unprocessable(
            f"Clip {number} was not made again",
            "it was made with this description and seed",
            "Give another description or seed, or leave both out",
        )
    scenes[number - 1] = after
    return storyboard.model_copy(update={"scenes": tuple(scenes)})


def _seed(scene: Scene, change: ClipRegenerate) -> int:
    """Another seed, unless the description alone was to change."""
    if change.description:
        return scene.seed
    return (scene.seed + 1 + secrets.randbelow(SEED_LIMIT)) % (SEED_LIMIT + 1)


def _invalid(misfits: Sequence[Misfit]) -> CutListInvalid:
    alone = misfits[0].remedy if len(misfits) == 1 else "Correct what `errors` names and send it again"
    return CutListInvalid(
        "The film can't be cut so",
        "; ".join(dict.fromkeys(misfit.cause for misfit in misfits)),
        alone,
        places=[(misfit.pointer, f"{misfit.cause}. {misfit.remedy}.") for misfit in misfits],
    )
