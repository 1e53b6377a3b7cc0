"""Scene → clip: ordered from the source once, normalised, and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.sync import concurrency
from prefect.futures import PrefectFuture, as_completed
from prefect.tasks import exponential_backoff
from sqlmodel import Session, col, select

from app import records, storage_keys
from app.budgets import BudgetExceeded
from app.database import session
from app.ledger import spent_on_clip
from app.models import Clip, ClipStatus
from app.shared_limits import CLIP_LIMIT
from blocks.clip_source import ClipRequest, ClipSourceError
from blocks.media_store import ObjectInfo
from flows.generation.faults import explain, passing, transient
from flows.generation.gate import Gate, inherit
from flows.generation.production import ENCODING_DEADLINE_S, Production
from media.errors import Cancelled, DeadlineExceeded
from media.normalise import normalise
from media.stills import thumbnail

CLIP_DEADLINE_S = 1800.0
SLOT_LEASE_S = 60.0
POLL_EVERY_S = 0.05
THUMBNAIL_WIDTH = 480
# Name of a stored clip's metadata: the job that had it made. A copy keeps it.
MADE_FOR = "made-for"
# How far a clip is when its source is done with it, and only normalising and keeping it are left.
DRAWN = 0.9


@task(
    name="make clip",
    task_run_name="make clip {number}",
    retries=4,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
)
def make_clip(film: Production, number: int, order: ClipRequest) -> Path:
    """The scene's clip as a local file, kept in the media store under the job's key.

    A clip that is in the store already, for this job or another, is not made again.

    Raises:
        Cancelled: the film is no longer wanted.
        ClipRefused: what the source delivers can't be used.
        ClipSourceError: the source refuses, or failed for good.
        ClipSourceUnavailable, StoreUnavailable: still so after the last retry.
    """
    clip = film.workdir / f"clip_{number:03d}.mp4"
    key = storage_keys.clip_key(film.job_id, number)
    address = order.address(film.source.identity)
    with film.working():
        found = _find(film, address, key)
        if found:
            film.store.get_file(key, clip)
        else:
            _make(film, number, order, clip)
            made_here = {"address": address, MADE_FOR: str(film.job_id)}
            found = film.store.put_file(key, clip, content_type="video/mp4", metadata=made_here)
        _keep(film, number, order, clip, found)
    film.progress.clip_completed(number)
    return clip


def gather(film: Production, clips: Mapping[int, PrefectFuture[Path]]) -> list[Path]:
    """The clips in the film's order; the first that fails for good ends the run, and the others with it.

    Args:
        film: the film.
        clips: what is being made, by the scenes' numbers.

    Raises:
        Exception: what the first task to fail has raised; its clip's row says it, too.
    """
    numbers = {clip: number for number, clip in clips.items()}
    for clip in as_completed(list(clips.values())):
        delivered(film, numbers[clip], clip)
    return [clip.result() for clip in clips.values()]


def delivered(film: Production, number: int, clip: PrefectFuture[Path]) -> Path:
    """A scene's clip, waited for.

    Raises:
        Exception: what its task has raised; the clip's row says it, too.
    """
    try:
        return clip.result()
    except Exception as fault:
        # What was cancelled, or lost with its surroundings, is no fault of the clip.
        if not film.cancel.is_set() and not passing(fault):
            with session() as db:
                records.fail_clip(db, _row(db, film, number).id, explain(fault).message)
        raise


def _find(film: Production, address: str, key: str) -> ObjectInfo | None:
    """The clip in the store under its key, copied there if another job has it; None if nobody has."""
    own = film.store.head(key)
    if own and own.metadata.get("address") == address:
        return own
    with session() as db:
        elsewhere = db.exec(
            select(Clip.storage_key)
            .where(Clip.address == address, Clip.status == ClipStatus.COMPLETED, col(Clip.storage_key) != key)
            .distinct()
        ).all()
    for candidate in elsewhere:
        found = film.store.head(candidate) if candidate else None
        if found and found.metadata.get("address") == address:
            return film.store.copy(found.key, key)
    return None


def _make(film: Production, number: int, order: ClipRequest, clip: Path) -> None:
    """Has the clip made; a take that the gate refuses is made again from another seed."""
    order = _with_picture(film, order)
    gate = Gate(film, number, order)
    arrived = clip.with_suffix(".arrived.mp4")
    with _machine(film.source.local):
        for take in gate.left():
            try:
                _deliver(film, number, take, arrived)
            except BudgetExceeded:
                if not gate.has_one_of_use:
                    raise
                break
            with _machine(not film.source.local):
                verdict = gate.examine(take, arrived)
            if verdict.accepted:
                break
            film.source.refuse(take, verdict.cause)
        with _machine(not film.source.local):
            gate.choose(arrived)
            _normalise(film, order, arrived, clip)
        arrived.unlink()


def _with_picture(film: Production, order: ClipRequest) -> ClipRequest:
    """The order with the picture that it refers to on this machine."""
    if order.reference is None:
        return order
    picture = film.workdir / f"{order.reference}.jpg"
    if not picture.exists():
        film.store.get_file(storage_keys.reference_key(film.job_id, order.reference), picture)
    return order.model_copy(update={"reference_picture": picture})


def _machine(needed: bool) -> AbstractContextManager[object]:
    """A share of this machine, if it is needed."""
    if not needed:
        return nullcontext()
    # Losing a lease on the limit must not throw away minutes of rendering; and a killed process's
    # leases must not keep the next one waiting for longer than Prefect's shortest.
    return concurrency(
        CLIP_LIMIT, strict=True, lease_duration=SLOT_LEASE_S, raise_on_lease_renewal_failure=False
    )


def _deliver(film: Production, number: int, take: ClipRequest, arrived: Path) -> None:
    """Orders a take, or goes on with what a killed process has ordered, and waits until it is here."""
    submission = film.source.submit(take)
    try:
        with session() as db:
            records.begin_clip(db, _row(db, film, number).id)
        _wait(film, number, submission)
        film.source.fetch(submission, arrived)
    finally:
        film.source.release(submission)


def _normalise(film: Production, order: ClipRequest, arrived: Path, clip: Path) -> None:
    started = time.time()
    normalise(
        arrived,
        clip,
        size=film.size,
        frames=order.frames,
        keyframes=order.cuts,
        deadline_s=ENCODING_DEADLINE_S,
        cancel=film.cancel,
    )
    film.stopwatch.add([(started, time.time())])


def _wait(film: Production, number: int, submission: str) -> None:
    deadline = time.monotonic() + CLIP_DEADLINE_S
    while (progress := film.source.poll(submission)).state == "processing":
        film.progress.clip(number, progress.done * DRAWN)
        if time.monotonic() > deadline:
            raise DeadlineExceeded(
                f"Clip {number} was given up",
                f"its source did not deliver within {CLIP_DEADLINE_S:.0f} s",
                "Run it again: finished clips are kept",
            )
        if film.cancel.wait(POLL_EVERY_S):
            raise Cancelled(
                f"Clip {number} was stopped", "the job was cancelled", "Start it again if it's wanted"
            )
    if progress.state == "failed":
        raise ClipSourceError(f"Clip {number} could not be made: {progress.error}")
    if progress.encoding:
        film.stopwatch.add([progress.encoding])


def _keep(film: Production, number: int, order: ClipRequest, clip: Path, found: ObjectInfo) -> None:
    """Stores the clip's thumbnail and writes its row, once, however often a run was killed before."""
    with session() as db:
        if _row(db, film, number).status is ClipStatus.COMPLETED:
            return
    picture = clip.with_suffix(".jpg")
    thumbnail(clip, order.frames // 2, THUMBNAIL_WIDTH, picture)
    key = storage_keys.clip_thumbnail_key(film.job_id, number)
    film.store.put_file(key, picture, content_type="image/jpeg")
    # Told by the store: a run that was killed before its row was written has made and paid it all the same.
    made_here = found.metadata.get(MADE_FOR) == str(film.job_id)
    with session() as db:
        row = _row(db, film, number)
        inherit(db, row)
        records.finish_clip(
            db,
            row.id,
            storage_key=storage_keys.clip_key(film.job_id, number),
            thumbnail_key=key,
            cost_usd=spent_on_clip(db, film.job_id, number),
        )
        records.record_metric(
            db, film.job_id, "clips_made" if made_here else "clips_reused", 1, "clips", clip=number
        )


def _row(db: Session, film: Production, number: int) -> Clip:
    return db.exec(select(Clip).where(Clip.job_id == film.job_id, Clip.number == number)).one()
