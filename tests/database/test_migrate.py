"""Up, down and up again; one runner at a time; locks give way."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from app import migrate
from app.database import DatabaseUnavailable


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) | set(inspect(engine).get_view_names())


def test_every_step_says_what_it_is() -> None:
    steps = migrate.steps()
    assert [step.version for step in steps] == [f"{number:04d}" for number in range(1, len(steps) + 1)]
    assert all(step.description and isinstance(step.reversible, bool) for step in steps)


def test_up_down_up(empty_engine: Engine) -> None:
    before = migrate.status(empty_engine)
    assert (before.current, before.history) == (None, ())
    assert before.pending[0].version == "0001"

    migrate.upgrade(empty_engine)
    full = _tables(empty_engine)
    assert {"generation_jobs", "active_jobs", "job_summary"} <= full

    migrate.downgrade(empty_engine, "base")
    assert _tables(empty_engine) == {"schema_migrations", "alembic_version"}
    with empty_engine.connect() as connection:
        functions = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        assert connection.scalar(text(functions)) == 0
    assert migrate.status(empty_engine).current is None

    migrate.upgrade(empty_engine)
    assert _tables(empty_engine) == full
    after = migrate.status(empty_engine)
    assert (after.current, after.pending) == (after.head, ())


def test_the_history_has_a_row_for_each_step(empty_engine: Engine) -> None:
    migrate.upgrade(empty_engine, "0001")
    migrate.downgrade(empty_engine, "base")
    migrate.upgrade(empty_engine, "0001")
    history = migrate.status(empty_engine).history
    assert [(row.version, row.direction) for row in history] == [
        ("0001", "up"),
        ("0001", "down"),
        ("0001", "up"),
    ]
    assert all("Tables" in row.description and 0 < row.duration_seconds < 60 for row in history)
    assert history[0].applied_at < history[1].applied_at < history[2].applied_at


def test_a_step_and_its_history_are_one_transaction(empty_engine: Engine) -> None:
    with empty_engine.begin() as connection:
        connection.execute(text("CREATE VIEW active_jobs AS SELECT 1 AS in_the_way"))
    with pytest.raises(Exception, match="active_jobs"):
        migrate.upgrade(empty_engine)
    assert _tables(empty_engine) == {"schema_migrations", "active_jobs"}
    assert migrate.status(empty_engine).history == ()


def test_there_is_nothing_to_do_twice(engine: Engine) -> None:
    assert migrate.upgrade(engine) == ()
    assert len(migrate.status(engine).history) == len(migrate.steps())


def test_two_runners_at_once(empty_database_url: str) -> None:
    engines = [create_engine(empty_database_url) for _ in range(4)]
    together = threading.Barrier(len(engines))

    def run(engine: Engine) -> int:
        together.wait()
        return len(migrate.upgrade(engine))

    with ThreadPoolExecutor(len(engines)) as pool:
        done = sorted(pool.map(run, engines))
    assert done == [0, 0, 0, len(migrate.steps())]
    assert len(migrate.status(engines[0]).history) == len(migrate.steps())
    for engine in engines:
        engine.dispose()


def test_a_lock_in_the_way_is_waited_out(
    engine: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "DDL_LOCK_TIMEOUT", "20ms")
    gave_way = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda record: gave_way.set()  # pyright: ignore[reportAttributeAccessIssue]
    migrate.log.addHandler(handler)
    with ThreadPoolExecutor(1) as pool, engine.connect() as reader:
        reader.execute(text("LOCK TABLE clips IN ACCESS SHARE MODE"))
        undone = pool.submit(migrate.downgrade, engine, "base")
        assert gave_way.wait(30)
        reader.rollback()
        assert [step.version for step in undone.result(30)][-1] == "0001"
    migrate.log.removeHandler(handler)
    assert "gave way" in caplog.text


def test_a_lock_that_stays_is_reported(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "DDL_LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr(migrate, "DDL_ATTEMPTS", 2)
    with engine.connect() as reader:
        reader.execute(text("LOCK TABLE job_metrics IN ACCESS SHARE MODE"))
        # The steps above the first don't touch this table, and stay undone.
        with pytest.raises(migrate.SchemaBusy, match="0001") as raised:
            migrate.downgrade(engine, "base")
    assert "pg_stat_activity" in raised.value.remedy
    assert migrate.status(engine).current == "0001"


def test_another_runner_that_stays_is_reported(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "RUNNER_WAIT", "20ms")
    with migrate._runner(engine), pytest.raises(migrate.SchemaBusy, match="another runner"):
        migrate.upgrade(engine)


def test_the_settings_of_the_runner_do_not_leak_into_the_pool(engine: Engine) -> None:
    migrate.downgrade(engine, "base")
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "0"


@pytest.mark.parametrize("version", ["0000", "9999", "heads", ""])
def test_unknown_versions_are_refused(engine: Engine, version: str) -> None:
    with pytest.raises(migrate.UnknownRevision, match="this code has 0001"):
        migrate.upgrade(engine, version)
    with pytest.raises(migrate.UnknownRevision):
        migrate.downgrade(engine, version)


def test_a_database_from_the_future_is_recognised(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.UnknownRevision, match="9999"):
        migrate.upgrade(engine)
    found = migrate.status(engine)
    assert (found.current, found.pending) == ("9999", ())


def test_a_version_of_another_making_is_no_future(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'abc'"))
    with pytest.raises(migrate.UnknownRevision, match="abc"):
        migrate.status(engine)


def test_a_one_way_step_is_not_undone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [replace(step, reversible=False) for step in migrate.steps()]
    monkeypatch.setattr(migrate, "steps", lambda: steps)
    with pytest.raises(migrate.IrreversibleRevision, match="one-way"):
        migrate.downgrade(engine, "base")
    assert migrate.status(engine).current == steps[-1].version


def test_no_server_is_said_plainly() -> None:
    nowhere = create_engine("postgresql+psycopg://me:hidden-word@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1/none") as raised:
        migrate.upgrade(nowhere)
    assert "hidden-word" not in str(raised.value)


def test_it_works_from_any_directory(
    empty_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert migrate.upgrade(empty_engine)
