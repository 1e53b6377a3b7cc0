"""Rows to read: sessions with their tokens, and a film as the flow leaves it."""

from __future__ import annotations

from uuid import UUID

from app import accounts, admission, jobs, records, storage_keys
from app.database import session
from app.models import JobStatus, SystemConfig, UserSession
from app.requests import GenerationCreate
from flows.generation.film import clip_requests, timeline_of
from media.timeline import Size
from planning.builtin import BuiltinPlanner
from planning.cut_list import cut_list_of

PROMPT = "Volta, the electric city bike: glide through the morning, arrive fresh. Book a ride."
ORDER = {"prompt": PROMPT, "duration_s": 30, "clip_count": 5, "brand_colors": ["#0fb5ae", "#ff8a3d"]}
WORKED_ON = (JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING)


def signed_in() -> tuple[UUID, dict[str, str]]:
    """A new session, and the headers that its requests carry."""
    with session() as db:
        opened, token = accounts.open_session(db)
    return opened.id, {"Authorization": f"Bearer {token}"}


def nothing_starts() -> None:
    """Has the dispatcher leave everything where it is."""
    with session() as db:
        db.get_one(SystemConfig, "max_concurrent_jobs").value = 0


def finished_film(session_id: UUID) -> UUID:
    """The job of a finished film: five clips and one composition, every column as the flow fills it."""
    with session() as db:
        request = GenerationCreate.model_validate(ORDER)
        job = admission.create_job(db, request, db.get_one(UserSession, session_id))
        for step in WORKED_ON:
            jobs.advance(db, job.id, step)
        storyboard = BuiltinPlanner().plan(admission.brief_of(job))
        job.storyboard, job.title = storyboard.model_dump(mode="json"), storyboard.title
        size = Size.for_aspect(request.aspect)
        orders = clip_requests(storyboard, size)
        shots = [
            records.Shot(
                number=number,
                description=order.description,
                frames=order.frames,
                address=order.address("drawn/1"),
                source="drawn/1",
            )
            for number, order in enumerate(orders, 1)
        ]
        for clip in records.plan_clips(db, job.id, shots):
            records.finish_clip(
                db,
                clip.id,
                storage_key=storage_keys.clip_key(job.id, clip.number),
                thumbnail_key=storage_keys.clip_thumbnail_key(job.id, clip.number),
            )
        cut_list = cut_list_of(storyboard)
        film = records.begin_composition(db, job.id, cut_list.model_dump(mode="json"))
        timeline = timeline_of(
            cut_list,
            size,
            palette=storyboard.palette,
            addresses={shot.number: shot.address for shot in shots},
        )
        made = records.Film(
            storage_key=storage_keys.composition_key(film.id),
            thumbnail_key=storage_keys.composition_thumbnail_key(film.id),
            contact_sheet_key=storage_keys.contact_sheet_key(film.id),
            timeline=timeline.model_dump(mode="json"),
            width=size.width,
            height=size.height,
            frames=timeline.frames,
            duration_seconds=timeline.frames / 30,
            loudness_lufs=-14.0,
            true_peak_dbtp=-1.2,
            size_bytes=4_000_000,
            sha256="ab" * 32,
        )
        records.finish_composition(db, film.id, made)
        jobs.advance(db, job.id, JobStatus.COMPLETED)
        return job.id
