"""One film in the making: what its tasks share, from the claim on the job to how it ends."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from prefect.logging import get_logger
from prefect.runtime import flow_run
from sqlmodel import Session

from app import admission, events, jobs, local_user, records
from app.claims import Claim, claim
from app.clip_source import clip_source_of, planner_of
from app.database import DatabaseUnavailable, engine, session
from app.logs import job_context
from app.models import GenerationJob, JobStatus
from app.music_source import music_source_of
from app.picture_source import picture_source_of
from app.prices import require_affordable
from app.requests import GenerationCreate
from app.settings import settings
from app.settlement import settle_job
from app.store import media_store
from app.voice_source import voice_source_of
from blocks.clip_source import ClipSource
from blocks.media_store import MediaStore
from blocks.replicate.music import ReplicateMusic
from blocks.replicate.pictures import ReplicatePictures
from blocks.voice_source import VoiceSource
from flows.generation.faults import AlreadyMade, GenerationCancelled, TakenOver, explain, passing
from flows.generation.progress import Progress
from flows.generation.stopwatch import Stopwatch
from flows.generation.watcher import Watcher
from media.errors import Cancelled
from media.timeline import Size
from planning.planner import Planner

SLOT_POLL_S = 0.5
TASKS_END_WITHIN_S = 10.0
ENCODING_DEADLINE_S = 1800.0


class Production:
    """Shared by the tasks of one flow run, in one process.

    Attributes:
        job_id: the job it works for.
        request: what was asked for.
        brief: what it is planned by; the seed is drawn.
        size: of the film's picture.
        workdir: files that outlive a killed process; dropped when the film is published.
        cancel: set once nobody wants the film any more; every encoder watches it.
    """

    def __init__(self, job_id: UUID) -> None:
        self.job_id = job_id
        with session() as db:
            job = db.get_one(GenerationJob, job_id)
        self.request = GenerationCreate.model_validate(job.parameters)
        self.brief = admission.brief_of(job)
        self.session_id = job.session_id
        self.size = Size.for_aspect(self.brief.aspect, draft=self.brief.draft)
        self.workdir: Path = settings().reelflow_home / "work" / str(job_id)
        self.workdir.mkdir(parents=True, exist_ok=True)
        self.store: MediaStore = media_store()
        self.cancel = threading.Event()
        self.source: ClipSource = clip_source_of(
            job_id, self.cancel, self.workdir, built_in=self.request.built_in
        )
        self.voice: VoiceSource = voice_source_of(job_id, self.cancel, built_in=self.request.built_in)
        self.composer: ReplicateMusic | None = music_source_of(
            job_id, self.cancel, built_in=self.request.built_in
        )
        self.painter: ReplicatePictures | None = picture_source_of(
            job_id, self.cancel, built_in=self.request.built_in
        )
        self.planner: Planner = planner_of(job_id, self.cancel, built_in=self.request.built_in)
        self.progress = Progress(job_id)
        self.stopwatch = Stopwatch()
        self._busy = 0
        self._idle = threading.Condition()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Marks that a task is at work, so that the job isn't let go while it still is.

        Raises:
            Cancelled: the film is no longer wanted.
        """
        if self.cancel.is_set():
            raise Cancelled(
                "The task did not start", "the job was cancelled", "Start the job again if it's wanted"
            )
        with self._idle:
            self._busy += 1
        try:
            yield
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def stop(self) -> None:
        """Stops whatever still works for the film and waits until it has ended."""
        self.cancel.set()
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0, timeout=TASKS_END_WITHIN_S)


@contextmanager
def production(request: GenerationCreate | None, job_id: UUID | None) -> Iterator[Production]:
    """Takes up a job, or makes one of the request, and leaves its row true however it ends.

    Raises:
        GenerationCancelled: it was cancelled meanwhile.
        AlreadyMade: there is nothing left to do.
        TakenOver: another process has it, since this one lost its claim.
        JobClaimed: another process works on it.
    """
    job_id = job_id or _admit(request)
    with job_context(job_id), claim(engine(), job_id) as held:
        _wait_for_slot(held)
        _take_up(job_id)
        film = Production(job_id)
        watcher = Watcher(held, film.cancel, _run_id())
        watcher.start()
        try:
            yield film
        except BaseException as fault:
            film.stop()
            if watcher.lost:
                # The job is somebody else's: its row and its files are none of our business any more.
                raise TakenOver(f"Job {job_id} goes on elsewhere.") from fault
            if watcher.cancelled() or isinstance(fault, KeyboardInterrupt):
                with session() as db:
                    jobs.cancel(db, job_id)
                events.status_changed(job_id)
                settle_job(job_id)
                # Nobody goes on with a cancelled job; a failed one's files wait for its next run.
                shutil.rmtree(film.workdir, ignore_errors=True)
                raise GenerationCancelled(f"Job {job_id} was cancelled.") from fault
            _record_failure(job_id, fault)
            raise
        finally:
            watcher.stop()


def _admit(request: GenerationCreate | None) -> UUID:
    if request is None:
        raise ValueError("Nothing to generate: give a request, or the id of a job that waits.")
    with session() as db:
        job = admission.create_job(db, request, local_user.local_session(db))
        require_affordable(db, request)
        return job.id


def _wait_for_slot(held: Claim) -> None:
    """Waits until fewer jobs are worked on than may be at once."""
    while True:
        with session() as db:
            if db.get_one(GenerationJob, held.job_id).status is JobStatus.CANCELLED:
                raise GenerationCancelled(f"Job {held.job_id} was cancelled.")
            most = jobs.most_at_once(db)
        if held.acquire_slot(most):
            return
        time.sleep(SLOT_POLL_S)


def _take_up(job_id: UUID) -> None:
    """Moves the job to planning, from wherever a dead or failed run has left it."""
    with session() as db:
        job = jobs.lock_job(db, job_id)
        if job.status is JobStatus.CANCELLED:
            raise GenerationCancelled(f"Job {job_id} was cancelled.")
        if job.status is JobStatus.COMPLETED:
            raise AlreadyMade(f"Job {job_id} is completed.")
        if job.status in jobs.ACTIVE:
            # We hold the claim, so whoever made it active is dead.
            _interrupt(db, job_id)
        if job.status is JobStatus.FAILED:
            jobs.retry(db, job_id)
        jobs.advance(db, job_id, JobStatus.PLANNING)
        if run_id := _run_id():
            records.link_flow_run(db, job_id, run_id)
    events.status_changed(job_id)


def _record_failure(job_id: UUID, fault: BaseException) -> None:
    """Ends the job, for good or, where the fault is of its surroundings, to be gone on with."""
    try:
        with session() as db:
            if isinstance(fault, Exception) and not passing(fault):
                explanation = explain(fault)
                jobs.fail(db, job_id, explanation.code, explanation.message, explanation.remedy)
            else:
                _interrupt(db, job_id)
    except DatabaseUnavailable as unavailable:
        # The job stays as it is without a claim, and is taken up again when the database is back.
        get_logger(__name__).warning("Can't note that job %s ended: %s", job_id, unavailable)
    else:
        events.status_changed(job_id)


def _interrupt(db: Session, job_id: UUID) -> None:
    jobs.fail(
        db,
        job_id,
        jobs.INTERRUPTED,
        "The process that worked on it was ended",
        "Run it again: finished clips are kept",
    )


def _run_id() -> UUID | None:
    return UUID(flow_run.id) if flow_run.id else None
