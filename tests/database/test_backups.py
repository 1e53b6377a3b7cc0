"""Backups of a real database: made while people write, restored, compared, thrown away in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL, Engine, text

from app import migrate
from app.backups import backup, scratch
from app.backups.backup import BackupError
from app.backups.contents import contents, differences
from app.backups.drill import drill
from app.backups.programs import ProgramFailed
from app.backups.retention import expired
from app.backups.scratch import NoRoom, fits
from app.backups.server import connect
from app.models import GenerationJob, JobStatus
from app.storage_keys import backup_key, backup_manifest_key
from blocks.media_store import MediaStore, media_store_from_url
from tests.database.conftest import WAY

# Rows of configuration that the schema begins with.
CONFIGURED = 11
JobIn = Callable[[JobStatus], GenerationJob]


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return media_store_from_url(tmp_path.as_uri(), secret_key=SecretStr("a" * 32))


@pytest.fixture
def url(engine: Engine) -> Iterator[URL]:
    yield engine.url
    scratch.drop(engine.url, scratch.DRILL)


def _databases(url: URL) -> set[str]:
    with connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def test_it_is_made_restored_and_the_same(store: MediaStore, url: URL, job_in: JobIn, db: object) -> None:
    for status in (*WAY, JobStatus.FAILED):
        job_in(status)
    db.commit()  # pyright: ignore[reportAttributeAccessIssue]
    made = backup.make(store, url)
    assert made.tables["generation_jobs"].rows == len(WAY) + 1
    assert made.tables["system_config"].rows == CONFIGURED
    assert (made.schema_version, made.size_bytes > 0) == (migrate.steps()[-1].version, True)
    assert backup.listed(store) == (made.id,)
    assert backup.newest(store) == made

    found = drill(store, url)
    assert found.good
    assert (found.backup, found.rows, found.tables) == (made.id, made.rows, len(made.tables))
    assert scratch.DRILL not in _databases(url)


def test_it_is_of_one_moment(store: MediaStore, url: URL, engine: Engine) -> None:
    """Rows that are written meanwhile are in neither the dump nor what is said of it."""
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with engine.begin() as connection:
                connection.execute(
                    text("INSERT INTO system_config VALUES (gen_random_uuid(), '1', 'one more')")
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = backup.make(store, url)
    finally:
        over.set()
        writer.join()
    with scratch.scratch(url, scratch.DRILL) as copy:
        backup.restore(store, made, copy)
        with connect(copy) as connection:
            assert differences(made.tables, contents(connection)) == ()
    with connect(url) as connection:
        assert contents(connection)["system_config"].rows >= made.tables["system_config"].rows


def test_a_changed_row_is_found(url: URL, engine: Engine) -> None:
    with connect(url) as connection:
        before = contents(connection)
    with engine.begin() as connection:
        connection.execute(text("UPDATE system_config SET value = '6' WHERE key = 'max_concurrent_jobs'"))
        connection.execute(text("DELETE FROM schema_migrations WHERE version = '0001'"))
        connection.execute(text("CREATE TABLE more (id int)"))
    with connect(url) as connection:
        after = contents(connection)
    assert differences(before, after) == (
        "more was not there",
        f"schema_migrations has {len(migrate.steps()) - 1} rows, not {len(migrate.steps())}",
        "system_config has other rows than it had",
    )
    assert "more is missing" in differences(after, before)


def test_a_broken_dump_is_not_restored(store: MediaStore, url: URL) -> None:
    made = backup.make(store, url)
    content = store.get_bytes(backup_key(made.id))
    store.put_bytes(backup_key(made.id), content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BackupError, match="not whole"):
        drill(store, url)
    assert scratch.DRILL not in _databases(url)


def test_without_a_manifest_there_is_no_backup(store: MediaStore, url: URL) -> None:
    made = backup.make(store, url)
    store.delete(backup_manifest_key(made.id))
    assert backup.newest(store) is None
    with pytest.raises(BackupError, match="there is none"):
        drill(store, url)


def test_a_dump_that_fails_leaves_nothing(
    store: MediaStore, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "FORMAT", ("--format=custom", "--no-such-option"))
    with pytest.raises(ProgramFailed, match="no-such-option"):
        backup.make(store, url)
    assert list(store.list()) == []


def test_only_scratch_databases_are_dropped(url: URL) -> None:
    with pytest.raises(ValueError, match="none of"):
        scratch.drop(url, "postgres")
    with pytest.raises(ValueError, match="none of"):
        scratch.create(url, str(url.database))


def test_a_copy_must_not_fill_the_disk(store: MediaStore, url: URL) -> None:
    backup.make(store, url)
    assert drill(store, url, storage_gib=100).good
    with pytest.raises(NoRoom, match=r"of 0 GiB are used"):
        drill(store, url, storage_gib=0)
    assert scratch.DRILL not in _databases(url)


@pytest.mark.parametrize(
    ("size", "used", "expected"), [(0, 0, True), (10, 70, True), (11, 70, False), (40, 41, False)]
)
def test_what_fits(size: int, used: int, expected: bool) -> None:
    assert fits(size=size, used=used, storage=100) is expected


NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)


def _ids(*days: float) -> list[str]:
    return [f"{NOW - timedelta(days=each):{backup.ID_FORMAT}}" for each in days]


@pytest.mark.parametrize(
    ("ages", "gone"),
    [
        pytest.param([], [], id="none"),
        pytest.param([0, 1, 2, 3, 4, 5, 6, 7], [], id="a week"),
        pytest.param([100, 200, 300], [], id="three are kept, however old"),
        pytest.param([0, 100, 200, 300], [300], id="of four the oldest"),
        # 2026-11-25 is a Wednesday: 10 and 9 days before are Sunday and Monday.
        pytest.param([0, 1, 2, 9, 10, 11], [11], id="one a week"),
        pytest.param([0, 1, 2, 34, 36], [36], id="five weeks"),
    ],
)
def test_how_long_they_are_kept(ages: list[float], gone: list[float]) -> None:
    assert expired(_ids(*ages), NOW) == tuple(sorted(_ids(*gone)))
