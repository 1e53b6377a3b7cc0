"""What the code does with a database all day, done once."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, SQLModel, select

from app import admission, jobs, local_user, records
from app.database import session
from app.errors import AppError
from app.main import create_app
from app.models import CompositionStatus, JobStatus, SystemConfig
from app.proving.living import PROMPT
from app.records import Film, Shot
from app.requests import GenerationCreate

ADDRESS = "0" * 64
PARTS = ("database", "migrations")


class NotLiveable(AppError):
    """Something answered otherwise than it must."""


def tables() -> str:
    """Reads a row of each table, with every column that the code knows."""
    classes = [mapper.class_ for mapper in SQLModel._sa_registry.mappers]
    with session() as db:
        for each in classes:
            db.exec(select(each).limit(1)).first()
        # An operator who has switched films off has said nothing about the schema.
        for key in ("enable_ad_pipeline", "enable_music_pipeline"):
            if row := db.get(SystemConfig, key):
                row.value = True
    return f"{len(classes)} are read with every column"


def api() -> str:
    """Starts the application, and uses it as a person does: a session, a film, its list, its end."""
    with TestClient(create_app()) as client:
        _expect(client.get("/health"), 200)
        checks = client.get("/health/detailed").json()["checks"]
        for part in PARTS:
            if checks[part]["status"] != "ok":
                raise NotLiveable(f"The part {part} is {checks[part]['status']}", checks[part]["detail"], "")
        token = _expect(client.post("/api/v1/sessions"), 201)["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        film = _expect(client.post("/api/v1/generations", json={"prompt": PROMPT}), 202)
        listed = _expect(client.get("/api/v1/generations"), 200)
        if [each["id"] for each in listed["items"]] != [film["id"]]:
            raise NotLiveable("A film that was asked for is not in the list", str(len(listed["items"])), "")
        _expect(client.get(f"/api/v1/generations/{film['id']}"), 200)
        _expect(client.get("/api/v1/assets"), 200)
        ended = _expect(client.post(f"/api/v1/generations/{film['id']}/cancel"), 202)
    return f"it starts, {' and '.join(PARTS)} are ok, a film was asked for and is {ended['status']}"


def worker() -> str:
    """Takes a job through its life, as the flow that makes films does."""
    with session() as db:
        job = admission.create_job(db, GenerationCreate(prompt=PROMPT), local_user.local_session(db))
    with session() as db:
        jobs.advance(db, job.id, JobStatus.PLANNING)
        shot = Shot(number=1, description=PROMPT, frames=30, address=ADDRESS, source="proof")
        clips = records.plan_clips(db, job.id, [shot])
        jobs.advance(db, job.id, JobStatus.GENERATING)
    with session() as db:
        records.begin_clip(db, clips[0].id)
        jobs.report_progress(db, job.id, 40)
        records.finish_clip(db, clips[0].id, storage_key="generations/proof.mp4")
    with session() as db:
        jobs.advance(db, job.id, JobStatus.COMPOSING)
        film = records.begin_composition(db, job.id, {})
        records.finish_composition(db, film.id, _film())
        records.record_metric(db, job.id, "proof", 1.0, "s")
        jobs.advance(db, job.id, JobStatus.COMPLETED)
    with session() as db:
        return _looked_back(db, job)


def _looked_back(db: Session, job: Any) -> str:
    newest = records.newest_composition(db, job.id, status=CompositionStatus.COMPLETED)
    user = local_user.local_session(db)
    if newest is None or job.id not in {each.id for each in jobs.list_jobs(db, user.id)}:
        raise NotLiveable("A finished film is not found again", "its rows are not as written", "")
    return "a job went from pending to completed, with its clip, its film and its metric"


def _film() -> Film:
    return Film(
        storage_key="compositions/proof.mp4",
        thumbnail_key="compositions/proof.jpg",
        contact_sheet_key="compositions/proof.jpg",
        timeline={},
        width=1280,
        height=720,
        frames=30,
        duration_seconds=1.0,
        loudness_lufs=None,
        true_peak_dbtp=None,
        size_bytes=1,
        sha256=ADDRESS,
    )


def _expect(answer: Response, status: int) -> Any:
    if answer.status_code != status:
        asked = f"{answer.request.method} {answer.request.url.path}"
        raise NotLiveable(f"{asked} answered {answer.status_code}, not {status}", answer.text[:300], "")
    return answer.json()
