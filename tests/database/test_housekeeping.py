"""Housekeeping on real rows and objects: what goes, what stays, in batches; and what films have cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import Field
from sqlalchemy import Engine, text
from sqlmodel import Session

from app import housekeeping, records
from app.housekeeping import Cleaned, clean
from app.ledger import JobLedger
from app.models import GenerationJob, JobStatus, SystemConfig, UserSession
from app.spending import spent
from app.storage_keys import (
    clip_key,
    composition_key,
    composition_timeline_key,
    job_metadata_key,
    temp_prefix,
    upload_key,
)
from blocks.media_store import DirectoryMediaStore, ListedObject

JobIn = Callable[[JobStatus], GenerationJob]
TWO_DAYS = timedelta(days=2)


class AgedStore(DirectoryMediaStore):
    """A store in which all is two days older than it is, but for the keys in `new`."""

    # Of its own, or Prefect would take it for the store that it is made of.
    _block_type_slug = "aged-store"

    new: set[str] = Field(default_factory=set)

    def list(self, prefix: str = "") -> Iterator[ListedObject]:
        for listed in super().list(prefix):
            yield listed if listed.key in self.new else replace(listed, modified=listed.modified - TWO_DAYS)


@pytest.fixture
def store(tmp_path: Path) -> AgedStore:
    return AgedStore(root=tmp_path / "media")


@pytest.fixture
def put(store: AgedStore) -> Callable[[str], str]:
    """Puts an object."""

    def put_object(key: str) -> str:
        store.put_bytes(key, b"object")
        return key

    return put_object


def _age(db: Session, table: str, row: UUID, column: str, days: float) -> None:
    stamp = f"now() - make_interval(secs => {days * 86_400})"
    earlier = f"{stamp} - interval '1 hour'"
    others = {"expires_at": f"created_at = {earlier}", "completed_at": f"started_at = {earlier}"}[column]
    db.commit()
    statement = f"UPDATE {table} SET {column} = {stamp}, {others} WHERE id = :row"
    db.connection().execute(text(statement), {"row": row})
    db.commit()


def _ids(db: Session, table: str) -> set[UUID]:
    return set(db.connection().execute(text(f"SELECT id FROM {table}")).scalars())


def _session(db: Session) -> UserSession:
    user = UserSession(token_hash=uuid4().hex * 2)
    db.add(user)
    db.commit()
    return user


def _keys(store: AgedStore) -> set[str]:
    return {listed.key for listed in store.list()}


def test_jobs_go_after_the_days_that_the_operator_wants(
    db: Session, engine: Engine, store: AgedStore, job_in: JobIn
) -> None:
    old, failed, newer, active = (
        job_in(status)
        for status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.COMPLETED, JobStatus.GENERATING)
    )
    _age(db, "generation_jobs", old.id, "completed_at", 8)
    _age(db, "generation_jobs", failed.id, "completed_at", 8)
    _age(db, "generation_jobs", newer.id, "completed_at", 6)
    assert clean(engine, store, dry_run=True).jobs == 2
    assert _ids(db, "generation_jobs") == {old.id, failed.id, newer.id, active.id}
    db.commit()
    assert clean(engine, store, dry_run=False).jobs == 2
    assert _ids(db, "generation_jobs") == {newer.id, active.id}
    db.get_one(SystemConfig, "cleanup_jobs_after_days").value = 5
    db.commit()
    assert clean(engine, store, dry_run=False).jobs == 1


def test_a_job_whose_film_is_being_edited_stays(
    db: Session, engine: Engine, store: AgedStore, job_in: JobIn
) -> None:
    job = job_in(JobStatus.COMPLETED)
    db.connection().execute(
        text("INSERT INTO compositions (job_id, version, status) VALUES (:job, 2, 'composing')"),
        {"job": job.id},
    )
    _age(db, "generation_jobs", job.id, "completed_at", 8)
    assert clean(engine, store, dry_run=False).jobs == 0


def test_sessions_go_when_they_have_expired_but_not_under_a_film_in_the_making(
    db: Session, engine: Engine, store: AgedStore, job_in: JobIn
) -> None:
    expired, busy, living = _session(db), _session(db), _session(db)
    job = job_in(JobStatus.GENERATING)
    job.session_id = busy.id
    db.commit()
    _age(db, "user_sessions", expired.id, "expires_at", 0.1)
    _age(db, "user_sessions", busy.id, "expires_at", 0.1)
    assert clean(engine, store, dry_run=True).sessions == 1
    assert clean(engine, store, dry_run=False).sessions == 1
    assert {busy.id, living.id} <= _ids(db, "user_sessions")
    assert expired.id not in _ids(db, "user_sessions")


def test_more_rows_than_a_batch_all_go(
    db: Session, engine: Engine, store: AgedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 3)
    for _ in range(8):
        _age(db, "user_sessions", _session(db).id, "expires_at", 1)
    assert clean(engine, store, dry_run=False).sessions == 8


def test_objects_that_no_row_knows_go_when_they_are_old(
    db: Session, engine: Engine, store: AgedStore, job_in: JobIn, put: Callable[[str], str]
) -> None:
    job = job_in(JobStatus.COMPOSING)
    film = records.begin_composition(db, job.id, {})
    db.commit()
    nobody = uuid4()
    known = {
        put(clip_key(job.id, 1)),
        put(job_metadata_key(job.id)),
        put(f"{temp_prefix(job.id)}x.mp4"),
        put(composition_key(film.id)),
        put(composition_timeline_key(film.id)),
        # Not made as ours are: whoever has put it there knows what it is.
        put("releases/dev/1.json"),
        put("generations/by-hand/note.txt"),
    }
    lost = {
        put(clip_key(nobody, 1)),
        put(f"{temp_prefix(nobody)}x.mp4"),
        put(composition_key(nobody)),
        put(upload_key(uuid4(), nobody, "png")),
    }
    new = put(clip_key(nobody, 2))
    store.new.add(new)
    counted = clean(engine, store, dry_run=True)
    assert (counted.objects, counted.bytes, set(counted.named)) == (4, 4 * len(b"object"), lost)
    assert _keys(store) == known | lost | {new}
    assert clean(engine, store, dry_run=False).objects == 4
    assert _keys(store) == known | {new}
    assert clean(engine, store, dry_run=False) == Cleaned()


def test_a_clip_that_another_job_uses_stays_when_its_own_job_goes(
    db: Session, engine: Engine, store: AgedStore, job_in: JobIn, put: Callable[[str], str]
) -> None:
    gone, user = uuid4(), job_in(JobStatus.GENERATING)
    shot = records.Shot(number=1, description="A kettle", frames=180, address="abc", source="drawn")
    [clip] = records.plan_clips(db, user.id, [shot])
    shared = put(clip_key(gone, 1))
    records.begin_clip(db, clip.id)
    records.finish_clip(db, clip.id, storage_key=shared)
    db.commit()
    other = put(clip_key(gone, 2))
    assert clean(engine, store, dry_run=False).named == [other]
    assert _keys(store) == {shared}


def test_what_a_job_leaves_goes_the_next_day(
    db: Session, engine: Engine, store: AgedStore, job_in: JobIn, put: Callable[[str], str]
) -> None:
    job = job_in(JobStatus.COMPLETED)
    _age(db, "generation_jobs", job.id, "completed_at", 8)
    put(clip_key(job.id, 1))
    first = clean(engine, store, dry_run=False)
    assert (first.jobs, first.objects) == (1, 0)
    assert clean(engine, store, dry_run=False).objects == 1


def test_more_objects_than_are_asked_for_at_once(
    engine: Engine, store: AgedStore, put: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "OBJECTS_AT_ONCE", 3)
    for number in range(8):
        put(clip_key(uuid4(), number + 1))
    assert clean(engine, store, dry_run=False).objects == 8
    assert _keys(store) == set()


def test_what_films_have_cost(db: Session, engine: Engine, job_in: JobIn) -> None:
    nothing = spent(engine)
    assert (nothing.month_usd, nothing.clips, nothing.alert_usd) == (0, 0, Decimal("10.00"))
    cheap, dear, before = (job_in(JobStatus.GENERATING) for _ in range(3))
    db.commit()
    for job, usd in ((cheap, "0.25"), (dear, "6.00"), (before, "9.00")):
        ledger = JobLedger(engine, job.id)
        for number in (1, 2):
            entry = ledger.intend(f"a{number}", 1, "maker/model", {}, Decimal(usd), clip=number)
            ledger.accept(entry.id, f"{job.id}{number}")
            ledger.end(entry.id, "succeeded", Decimal(usd))
    last_month = "date_trunc('month', now(), 'UTC') - interval '1 day'"
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE generation_jobs DISABLE TRIGGER USER"))
        for statement in (
            f"UPDATE predictions SET ended_at = {last_month} WHERE job_id = :job",
            f"UPDATE generation_jobs SET updated_at = {last_month} WHERE id = :job",
        ):
            connection.execute(text(statement), {"job": before.id})
    found = spent(engine)
    assert (found.month_usd, found.clips) == (Decimal("12.50"), 4)
    assert found.dear_jobs == ((str(dear.id), Decimal("12.00")),)
