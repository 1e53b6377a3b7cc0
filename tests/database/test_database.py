"""Engines and sessions: one per address, all or nothing, and a plain word when the server is away."""

import pickle

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.database import DatabaseUnavailable, engine, parse, reading, session
from app.database import engine as engine_
from app.models import SystemConfig
from app.settings import settings


@pytest.mark.parametrize(
    "url", ["postgres://u:p@h:1/d", "postgresql://u:p@h:1/d", "postgresql+psycopg://u:p@h:1/d"]
)
def test_every_spelling_of_the_address_means_psycopg_3(url: str) -> None:
    assert parse(url).render_as_string(hide_password=False) == "postgresql+psycopg://u:p@h:1/d"


@pytest.mark.parametrize("url", ["mysql://u:hidden-word@h/d", "sqlite://", "hidden-word", ""])
def test_other_addresses_are_refused_without_showing_them(url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as raised:
        parse(url)
    assert "hidden-word" not in str(raised.value)
    assert "DATABASE_URL" in raised.value.remedy


def test_an_address_has_one_engine(database_url: str) -> None:
    assert engine(database_url) is engine(database_url)


def test_the_configured_address_is_the_default(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    monkeypatch.setenv("DATABASE_URL", database_url)
    with session() as db:
        assert db.get(SystemConfig, "storage_quota_gb") is not None
        assert db.connection().scalar(text("SHOW application_name")) == "reelflow"
        assert db.connection().scalar(text("SHOW statement_timeout")) == "30s"
    engine().dispose()
    settings.cache_clear()
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL is not set"):
        engine()
    settings.cache_clear()


def test_what_the_server_has_closed_is_replaced_before_it_is_used(database_url: str, engine: Engine) -> None:
    pooled = engine_(database_url)
    # Two at once, so that both lie in the pool.
    with session(pooled) as one, session(pooled) as other:
        ours = [db.connection().scalar(text("SELECT pg_backend_pid()")) for db in (one, other)]
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid, 10000) FROM unnest(:pids) pid"), {"pids": ours}
        )
    with session(pooled) as db:
        assert db.connection().scalar(text("SELECT pg_backend_pid()")) not in ours
    pooled.dispose()


def test_reading_needs_no_transaction(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings.cache_clear()
    with reading() as db:
        before = db.connection().scalar(text("SELECT clock_timestamp()"))
        # In a transaction the time stands still.
        assert db.connection().scalar(text("SELECT now()")) > before
    # The same connection is then as good for a transaction as any.
    with session() as db:
        begun = db.connection().scalar(text("SELECT now()"))
        assert db.connection().scalar(text("SELECT now()")) == begun
    engine_().dispose()
    settings.cache_clear()


def test_a_session_is_all_or_nothing(engine: Engine) -> None:
    def boom() -> None:
        with session(engine) as db:
            db.get_one(SystemConfig, "storage_quota_gb").value = 1
            db.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        boom()
    with session(engine) as db:
        row = db.get_one(SystemConfig, "storage_quota_gb")
        assert row.value == 100
        row.value = 2
    assert row.value == 2
    with session(engine) as db:
        assert db.get_one(SystemConfig, "storage_quota_gb").value == 2


def test_a_server_that_is_away_is_said_plainly() -> None:
    nowhere = engine("postgresql://me:hidden-word@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1/none") as raised, session(nowhere) as db:
        db.connection()
    assert "hidden-word" not in str(raised.value)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_a_missing_database_is_said_plainly(database_url: str) -> None:
    elsewhere = engine(parse(database_url).set(database="nowhere").render_as_string(hide_password=False))
    with pytest.raises(DatabaseUnavailable, match="nowhere"), session(elsewhere) as db:
        db.connection()


def test_a_broken_connection_is_said_plainly(engine: Engine) -> None:
    with pytest.raises(DatabaseUnavailable), session(engine) as db:
        db.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_wrong_statement_stays_what_it_is(engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="nonsense"), session(engine) as db:
        db.connection().execute(text("SELECT nonsense"))
