"""`reelflow render`: a prompt to a finished film, in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlmodel import col, func, select

from app import admission, local_user, promotion, storage_keys
from app.assets import keep_upload
from app.database import session
from app.models import (
    AssetKind,
    Clip,
    Composition,
    CompositionStatus,
    GenerationJob,
    JobMetric,
    JobStatus,
    QueuedTask,
)
from app.prices import require_affordable
from app.records import clips_of, newest_composition
from app.requests import fingerprint
from app.store import media_store
from commands.order import Order
from commands.surroundings import surroundings
from flows.generate import generate
from stack.embedded import Addresses

POLL_EVERY_S = 0.25
LINKED_S = 7 * 24 * 3600


class RenderFailed(Exception):
    """The film was not made.

    Attributes:
        cause: what went wrong, and why.
        remedy: what to do next.
        cancelled: whether somebody wanted it so.
    """

    def __init__(self, cause: str, remedy: str, *, cancelled: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.cancelled = cancelled


def render(order: Order, console: Console) -> dict[str, object]:
    """Makes the film, showing its progress on the console, and tells all about it.

    Raises:
        RenderFailed: it was not made; nothing half-written is left.
    """
    return _made(lambda: _job_for(order), order.out, console)


def promote(
    draft: UUID, scenes: Collection[int] | None, out: Path | None, console: Console, *, every: bool = False
) -> dict[str, object]:
    """Makes a draft's scenes in full, showing its progress on the console, and tells all about it.

    Args:
        scenes: by number; None for those that are approved, or for all.

    Raises:
        RenderFailed: it was not made; nothing half-written is left.
        AppError: there is no such draft or scene, or none is approved.
    """
    return _made(lambda: _promoted(draft, scenes, every), out, console)


def _made(job_for: Callable[[], UUID], out: Path | None, console: Console) -> dict[str, object]:
    started = time.monotonic()
    with console.status("Starting what the film needs…") as status, surroundings() as addresses:
        job_id = job_for()
        status.stop()
        with _progress_shown(job_id, console):
            _run(job_id)
        report, encoding = _report(job_id, out, addresses)
    total = time.monotonic() - started
    seconds = {"total": total, "ffmpeg": encoding, "other": total - encoding}
    return report | {"seconds": {name: round(value, 2) for name, value in seconds.items()}}


def _run(job_id: UUID) -> None:
    """Runs the flow to its end, whatever that is: the job's row tells."""
    try:
        generate(job_id=job_id, return_state=True)
    except Exception as fault:
        # Faults of the flow are in its state; this is Prefect itself, its server gone, say.
        raise RenderFailed(
            f"The flow could not be run: {fault}", "Run the same command again: finished clips are kept."
        ) from fault


def _job_for(order: Order) -> UUID:
    """The interrupted job that asked for the very same film, or a new one."""
    with session() as db:
        user = local_user.local_session(db)
    files = {
        "logo_asset_id": order.logo and keep_upload(user.id, order.logo, AssetKind.LOGO)[0].id,
        "voice_asset_id": order.voice and keep_upload(user.id, order.voice, AssetKind.AUDIO)[0].id,
        "music_asset_id": order.music and keep_upload(user.id, order.music, AssetKind.MUSIC)[0].id,
    }
    request = order.request.model_copy(update=files)
    with session() as db:
        if waiting := admission.resume_candidate(db, fingerprint(request), user):
            return waiting.id
        job = admission.create_job(db, request, user)
        require_affordable(db, request)
        return job.id


def _promoted(draft: UUID, scenes: Collection[int] | None, every: bool) -> UUID:
    with session() as db:
        user = local_user.local_session(db)
        if every:
            scenes = [clip.number for clip in clips_of(db, draft)]
        # It is run here, and not sent to a worker.
        job = promotion.promote(db, user.id, draft, scenes).job
        return job.id


@contextmanager
def _progress_shown(job_id: UUID, console: Console) -> Iterator[None]:
    """A bar that follows the job's row until the block ends."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    over = threading.Event()

    def follow() -> None:
        line = bar.add_task("Planning", total=100)
        while not over.wait(POLL_EVERY_S):
            bar.update(line, completed=_percent(job_id), description=_activity(job_id))

    with bar:
        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield
        finally:
            over.set()
            follower.join()


def _percent(job_id: UUID) -> int:
    with session() as db:
        return db.get_one(GenerationJob, job_id).progress


def _activity(job_id: UUID) -> str:
    with session() as db:
        status = db.get_one(GenerationJob, job_id).status
        done, of = db.exec(
            select(func.count().filter(col(Clip.status) == "completed"), func.count()).where(
                Clip.job_id == job_id
            )
        ).one()
    texts = {
        JobStatus.GENERATING: f"Drawing clips, {done} of {of} done",
        JobStatus.COMPOSING: "Composing the film",
    }
    return texts.get(status, "Planning")


def _report(job_id: UUID, out: Path | None, addresses: Addresses) -> tuple[dict[str, object], float]:
    with session() as db:
        job = db.get_one(GenerationJob, job_id)
        film = newest_composition(db, job_id, status=CompositionStatus.COMPLETED)
        clips = db.exec(select(Clip).where(Clip.job_id == job_id)).all()
        encoding = db.exec(
            select(JobMetric.value)
            .where(JobMetric.job_id == job_id, JobMetric.name == "ffmpeg_seconds")
            .order_by(col(JobMetric.recorded_at).desc())
        ).first()
        run = db.exec(
            select(QueuedTask.flow_run_id)
            .where(QueuedTask.job_id == job_id)
            .order_by(col(QueuedTask.dispatched_at).desc())
        ).first()
    _require_completed(job)
    assert film is not None
    places = _deliver(film, out)
    report = {
        "job_id": str(job_id),
        **places,
        "frames": film.frames,
        "duration_s": film.duration_seconds,
        "width": film.width,
        "height": film.height,
        "loudness_lufs": film.loudness_lufs,
        "clips": len(clips),
        "cost_usd": float(job.actual_cost_usd or 0),
        "prefect_flow_run": f"{addresses.prefect_page_url}/runs/flow-run/{run}",
    }
    return report, encoding or 0.0


def _require_completed(job: GenerationJob) -> None:
    if job.status is JobStatus.CANCELLED:
        raise RenderFailed(
            "The film was cancelled.", "Run the same command to make it after all.", cancelled=True
        )
    if job.status is not JobStatus.COMPLETED:
        raise RenderFailed(
            job.error_message or f"The flow ended and left the job {job.status}",
            job.error_remedy or "Run the same command again: finished clips are kept.",
        )


def _deliver(film: Composition, destination: Path | None) -> dict[str, object]:
    """Where the film and its pictures are: beside `--out` if given, else in the media store."""
    store = media_store()
    shapes = {shape["aspect"]: shape["storage_key"] for shape in film.renditions}
    keys = {
        "video": storage_keys.composition_key(film.id),
        "contact_sheet": storage_keys.contact_sheet_key(film.id),
        "timeline": storage_keys.timeline_picture_key(film.id),
    }
    if destination is None:
        links = {
            key: _readable(store.link(key, expires_s=LINKED_S)) for key in (*keys.values(), *shapes.values())
        }
        also = {aspect: links[key] for aspect, key in shapes.items()}
        return {**{name: links[key] for name, key in keys.items()}, "also": also}
    out = destination.resolve()
    places = {
        "video": out,
        "contact_sheet": out.with_suffix(".contact-sheet.jpg"),
        "timeline": out.with_suffix(".timeline.png"),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    for name, key in keys.items():
        store.get_file(key, places[name])
    also = {aspect: str(out.with_suffix(f".{aspect.replace(':', 'x')}.mp4")) for aspect in shapes}
    for aspect, key in shapes.items():
        store.get_file(key, Path(also[aspect]))
    return {**{name: str(path) for name, path in places.items()}, "also": also}


def _readable(link: str) -> str:
    return unquote(urlsplit(link).path) if link.startswith("file:") else link
