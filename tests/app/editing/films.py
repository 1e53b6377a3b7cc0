"""Jobs that are moved along as the flow does it, without rendering anything."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from app import jobs, records, storage_keys
from app.admission import brief_of
from app.database import session
from app.models import GenerationJob, JobStatus
from app.requests import GenerationCreate
from app.store import media_store
from flows.generation.film import clip_requests
from media.timeline import Size
from planning.brief import Aspect
from planning.builtin import BuiltinPlanner
from planning.cut_list import cut_list_of
from planning.storyboard import Storyboard

ORDER = {"prompt": "A calm coffee brand at dawn", "duration_s": 15, "clip_count": 3, "seed": 5}
ACTIVE = (JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING)


@dataclass(frozen=True)
class Film:
    """A user's finished film, and what the API says of it."""

    user: httpx.Client
    job_id: UUID
    version_id: UUID

    @property
    def job(self) -> str:
        return f"/api/v1/generations/{self.job_id}"

    @property
    def version(self) -> str:
        return f"/api/v1/compositions/{self.version_id}"

    def cut_list(self) -> dict[str, Any]:
        return self.user.get(f"{self.version}/timeline").raise_for_status().json()["cut_list"]

    def state(self) -> dict[str, Any]:
        return self.user.get(self.job).raise_for_status().json()

    def versions(self) -> list[tuple[int, str]]:
        return [(made["version"], made["status"]) for made in self.state()["compositions"]]

    def storyboard(self) -> Storyboard:
        with session() as db:
            return Storyboard.model_validate(db.get_one(GenerationJob, self.job_id).storyboard)


def finished_film(user: httpx.Client, **order: object) -> Film:
    """Asks for a film and has it made, as far as the database can see."""
    answer = user.post("/api/v1/generations", json=ORDER | order)
    job_id = UUID(answer.raise_for_status().json()["id"])
    return Film(user, job_id, make(job_id))


def make(job_id: UUID) -> UUID:
    """Moves a pending job to its end, and returns the version that was due."""
    move(job_id, JobStatus.COMPOSING)
    with session() as db:
        job = db.get_one(GenerationJob, job_id)
        request = GenerationCreate.model_validate(job.parameters)
        planned = cut_list_of(
            Storyboard.model_validate(job.storyboard), request.music_asset_id, also=request.also
        )
        version = records.begin_composition(db, job_id, planned.model_dump(mode="json"))
        records.finish_composition(db, version.id, _made(version.id, (version.cut_list or {})["also"]))
        jobs.advance(db, job_id, JobStatus.COMPLETED)
    return version.id


def move(job_id: UUID, to: JobStatus) -> None:
    """Moves a pending job to a state in which it is worked on; its clips are made before it is composed."""
    for step in ACTIVE:
        if step is JobStatus.GENERATING:
            _plan(job_id)
        if step is JobStatus.COMPOSING:
            _make_clips(job_id)
        with session() as db:
            jobs.advance(db, job_id, step)
        if step is to:
            return


def _plan(job_id: UUID) -> None:
    with session() as db:
        job = jobs.lock_job(db, job_id)
        storyboard = (
            Storyboard.model_validate(job.storyboard)
            if job.storyboard
            else BuiltinPlanner().plan(brief_of(job))
        )
        job.storyboard, job.title = storyboard.model_dump(mode="json"), storyboard.title
        brief = brief_of(job)
        orders = clip_requests(storyboard, Size.for_aspect("16:9", draft=brief.draft), draft=brief.draft)
        shots = [
            records.Shot(
                number=scene.number,
                description=order.description,
                frames=order.frames,
                address=order.address("drawn/1"),
                source="drawn/1",
            )
            for scene, order in zip(storyboard.shown, orders, strict=True)
        ]
        records.plan_clips(db, job_id, shots)


def _make_clips(job_id: UUID) -> None:
    with session() as db:
        numbers = [clip.number for clip in records.clips_of(db, job_id)]
    for index, number in enumerate(numbers):
        key, picture = storage_keys.clip_key(job_id, number), storage_keys.clip_thumbnail_key(job_id, number)
        media_store().put_bytes(key, b"clip", content_type="video/mp4")
        media_store().put_bytes(picture, b"picture", content_type="image/jpeg")
        with session() as db:
            clip = records.clips_of(db, job_id)[index]
            records.finish_clip(db, clip.id, storage_key=key, thumbnail_key=picture)


def _made(version: UUID, also: list[str]) -> records.Film:
    key = storage_keys.composition_key(version)
    media_store().put_bytes(key, b"film", content_type="video/mp4")
    return records.Film(
        renditions=tuple(_rendition(version, aspect) for aspect in also),
        storage_key=key,
        thumbnail_key=storage_keys.composition_thumbnail_key(version),
        contact_sheet_key=storage_keys.contact_sheet_key(version),
        timeline={},
        width=1280,
        height=720,
        frames=450,
        duration_seconds=15.0,
        loudness_lufs=-14.0,
        true_peak_dbtp=-1.2,
        size_bytes=4,
        sha256="ab" * 32,
    )


def _rendition(version: UUID, aspect: str) -> records.Rendition:
    size, key = (
        Size.for_aspect(TypeAdapter(Aspect).validate_python(aspect)),
        storage_keys.composition_key(version, aspect),
    )
    media_store().put_bytes(key, b"shape", content_type="video/mp4")
    return records.Rendition(
        aspect=aspect,
        storage_key=key,
        thumbnail_key=storage_keys.composition_thumbnail_key(version, aspect),
        contact_sheet_key=storage_keys.contact_sheet_key(version, aspect),
        width=size.width,
        height=size.height,
        size_bytes=5,
        sha256="cd" * 32,
        padded=(2,),
    )
