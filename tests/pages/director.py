"""Plays the flow's part: moves a film along by the application's own functions, and renders nothing."""

import hashlib
import io
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from PIL import Image

from app import admission, events, jobs, records, storage_keys
from app.claims import claim
from app.database import engine, session
from app.models import Composition, GenerationJob, JobStatus
from app.store import media_store
from planning.builtin import BuiltinPlanner
from planning.cut_list import cut_list_of
from planning.storyboard import Storyboard


class Director:
    """Makes one film, step by step, for as long as it holds the job's claim."""

    def __init__(self, job_id: UUID, footage: Path) -> None:
        self.job_id = job_id
        self._footage = footage
        self._store = media_store()
        self._held = ExitStack()

    @property
    def storyboard(self) -> Storyboard:
        with session() as db:
            return Storyboard.model_validate(db.get_one(GenerationJob, self.job_id).storyboard)

    def make(self, *, width: int = 64) -> None:
        """All that isn't there yet, with pictures so many pixels wide."""
        self.plan()
        with session() as db:
            missing = [clip.number for clip in records.clips_of(db, self.job_id) if not clip.storage_key]
        for number in missing:
            self.shoot(number, width=width)
        self.cut()
        self.deliver()

    def plan(self) -> None:
        """Pending → generating: every clip is planned."""
        self._held.enter_context(claim(engine(), self.job_id))
        with session() as db:
            job = jobs.advance(db, self.job_id, JobStatus.PLANNING)
            storyboard = (
                Storyboard.model_validate(job.storyboard)
                if job.storyboard
                else BuiltinPlanner().plan(admission.brief_of(job))
            )
            job.storyboard, job.title = storyboard.model_dump(mode="json"), storyboard.title
        events.status_changed(self.job_id)
        with session() as db:
            records.plan_clips(db, self.job_id, _shots(storyboard))
            jobs.advance(db, self.job_id, JobStatus.GENERATING)
        events.status_changed(self.job_id)

    def progress(self, percent: int, **clips: int) -> None:
        """The film is so far, and clips by `scene_3=40`."""
        with session() as db:
            jobs.report_progress(db, self.job_id, percent)
        parts = {name.removeprefix("scene_"): part for name, part in clips.items()}
        events.tell(self.job_id, "progress", progress=percent, clips=parts)

    def shoot(self, number: int, *, width: int = 64) -> None:
        """A clip is there, with a picture so many pixels wide."""
        video = storage_keys.clip_key(self.job_id, number)
        picture = storage_keys.clip_thumbnail_key(self.job_id, number)
        self._store.put_file(video, self._footage, content_type="video/mp4")
        self._store.put_bytes(picture, _picture(width), content_type="image/jpeg")
        with session() as db:
            clips = records.clips_of(db, self.job_id)
            clip = next(clip for clip in clips if clip.number == number)
            records.begin_clip(db, clip.id)
            records.finish_clip(db, clip.id, storage_key=video, thumbnail_key=picture)
        made = sum(clip.status == "completed" for clip in clips)
        events.tell(self.job_id, "clip_completed", number=number, completed=made, total=len(clips))

    def cut(self) -> None:
        """Generating → composing."""
        with session() as db:
            also = admission.brief_of(db.get_one(GenerationJob, self.job_id)).also
        planned = cut_list_of(self.storyboard, also=also).model_dump(mode="json")
        with session() as db:
            jobs.advance(db, self.job_id, JobStatus.COMPOSING)
            self._version = records.begin_composition(db, self.job_id, planned).id
        events.status_changed(self.job_id)

    def encode(self, percent: int) -> None:
        """The film is encoded so far."""
        events.tell(self.job_id, "encoding_progress", progress=percent)

    def deliver(self) -> None:
        """Composing → completed: a version is there."""
        version, film = self._version, self._footage.read_bytes()
        keys = {
            storage_keys.composition_key(version): (film, "video/mp4"),
            storage_keys.composition_thumbnail_key(version): (_picture(), "image/jpeg"),
            storage_keys.contact_sheet_key(version): (_picture(), "image/jpeg"),
            storage_keys.timeline_picture_key(version): (_picture(kind="PNG"), "image/png"),
        }
        for key, (content, content_type) in keys.items():
            self._store.put_bytes(key, content, content_type=content_type)
        with session() as db:
            aspects = (db.get_one(Composition, version).cut_list or {})["also"]
        made = records.Film(
            renditions=tuple(self._rendition(version, aspect, film) for aspect in aspects),
            storage_key=storage_keys.composition_key(version),
            thumbnail_key=storage_keys.composition_thumbnail_key(version),
            contact_sheet_key=storage_keys.contact_sheet_key(version),
            timeline={},
            width=320,
            height=180,
            frames=60,
            duration_seconds=2.0,
            loudness_lufs=-14.0,
            true_peak_dbtp=-1.5,
            size_bytes=len(film),
            sha256=hashlib.sha256(film).hexdigest(),
        )
        with session() as db:
            records.finish_composition(db, version, made)
            jobs.advance(db, self.job_id, JobStatus.COMPLETED)
            number = db.get_one(Composition, version).version
        events.tell(self.job_id, "completed", composition_id=str(version), version=number)
        self.leave()

    def _rendition(self, version: UUID, aspect: str, film: bytes) -> records.Rendition:
        key = storage_keys.composition_key(version, aspect)
        self._store.put_bytes(key, film, content_type="video/mp4")
        return records.Rendition(
            aspect=aspect,
            storage_key=key,
            thumbnail_key=storage_keys.composition_thumbnail_key(version),
            contact_sheet_key=storage_keys.contact_sheet_key(version),
            width=180,
            height=320,
            size_bytes=len(film),
            sha256=hashlib.sha256(film).hexdigest(),
        )

    def fail(self) -> None:
        """It goes wrong for good."""
        with session() as db:
            jobs.fail(
                db, self.job_id, "disk_full", "The film can't be written: the disk is full", "Free space"
            )
        events.status_changed(self.job_id)
        self.leave()

    def leave(self) -> None:
        """Gives the job up."""
        self._held.close()


def _shots(storyboard: Storyboard) -> list[records.Shot]:
    tails = [scene.transition_frames for scene in storyboard.scenes[1:]] + [0]
    planned = zip(storyboard.scenes, tails, strict=True)
    return [
        records.Shot(
            number=scene.number,
            description=scene.description,
            frames=scene.frames + tail,
            address=hashlib.sha256(scene.description.encode()).hexdigest(),
            source="played",
        )
        for scene, tail in planned
        if not scene.left_out
    ]


def _picture(width: int = 64, kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, 36), (40, 120, 160)).save(file, kind)
    return file.getvalue()
