"""Changes of the schema proved on a copy: what is measured, and what is found before it is done."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL, Engine, create_engine, text

from app import migrate, migration_sql
from app.backups import backup, scratch
from app.backups.backup import Backup
from app.backups.contents import contents
from app.backups.server import connect
from app.proving import schema
from app.proving.locks import watched
from app.proving.proof import Proof, copied_from, prove
from blocks.media_store import MediaStore, media_store_from_url

# Of this code, and of the step that a test adds to it.
HEAD = migrate.steps()[-1].version
MORE = f"{int(HEAD) + 1:04}"

STEP = '''
"""{name}."""

from alembic import op

revision = "{revision}"
down_revision = "{head}"
phase = "{phase}"
reversible = {reversible}


def upgrade() -> None:
    """Does it."""
    op.execute({up!r})


def downgrade() -> None:
    """Undoes it."""
    op.execute({down!r})
'''


# What can't be done in a transaction has to bear being done again.
OUTSIDE = STEP.replace(
    "op.execute({up!r})",
    """with op.get_context().autocommit_block():
        for statement in {up!r}.split(";"):
            op.execute(statement)""",
)


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return media_store_from_url((tmp_path / "store").as_uri(), secret_key=SecretStr("a" * 32))


@pytest.fixture
def url(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[URL]:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    yield engine.url
    scratch.drop(engine.url, scratch.PROOF)


class Code:
    """This code with one more step of the schema."""

    def __init__(self, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._checkout = checkout
        self._monkeypatch = monkeypatch

    def add(
        self, up: str, down: str = "", *, phase: str = "expand", reversible: bool = True, step: str = STEP
    ) -> None:
        """Adds the step, for this process and for those that it starts."""
        packages = (
            "app",
            "blocks",
            "commands",
            "flows",
            "listening",
            "media",
            "planning",
            "scoring",
            "stack",
        )
        for name in (*packages, "cli.py"):
            (self._checkout / name).symlink_to(Path(__file__).parents[2] / name)
        here = Path(__file__).parents[2] / "migrations"
        there = self._checkout / "migrations"
        (there / "versions").mkdir(parents=True)
        for file in (*here.glob("*.py"), *here.glob("versions/*.py")):
            (there / file.relative_to(here)).write_text(file.read_text())
        content = step.format(
            revision=MORE, head=HEAD, name="A step", phase=phase, reversible=reversible, up=up, down=down
        )
        (there / "versions" / f"{MORE}_more.py").write_text(textwrap.dedent(content))
        self._monkeypatch.setattr("migrations.__path__", [str(there)])
        self._monkeypatch.setenv("PYTHONPATH", str(self._checkout))
        self._monkeypatch.chdir(self._checkout)
        migrate.steps.cache_clear()
        migration_sql.sql_of.cache_clear()


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Code]:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    yield Code(checkout, monkeypatch)
    monkeypatch.undo()
    migrate.steps.cache_clear()
    migration_sql.sql_of.cache_clear()


def _columns(url: URL, table: str) -> set[str]:
    with connect(url) as connection:
        query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        return {row[0] for row in connection.execute(query, (table,))}


def test_a_good_step(store: MediaStore, url: URL, code: Code) -> None:
    code.add("ALTER TABLE clips ADD COLUMN more text", "ALTER TABLE clips DROP COLUMN more")
    with connect(url) as connection:
        rows = sum(table.rows for table in contents(connection).values())
    found = prove(store, url, "expand")
    assert (found.failure, found.message) == (None, "")
    assert rows > len(migrate.steps())
    assert (found.source, found.rows) == ("the data as it is", rows)
    assert [look.name for look in found.looks if look.good] == ["Tables", "API", "Worker"]
    assert found.down_to == HEAD
    (step,) = found.up
    assert [(lock.table, lock.mode, lock.blocks) for lock in step.locks] == [
        ("clips", "AccessExclusiveLock", "reads and writes")
    ]
    assert 0 < step.locks[0].seconds <= step.seconds
    # The copy has it, for the release before to be tried on; the database has not.
    assert "more" in _columns(scratch.beside(url, scratch.PROOF), "clips")
    assert "more" not in _columns(url, "clips")


def test_an_index_is_built_while_people_write(store: MediaStore, url: URL, code: Code) -> None:
    code.add(
        "DROP INDEX CONCURRENTLY IF EXISTS more;"
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS more ON clips (frames)",
        "DROP INDEX more",
        step=OUTSIDE,
    )
    found = prove(store, url, "expand")
    assert (found.failure, found.message) == (None, "")
    (step,) = found.up
    assert step.locks == ()


def test_a_backup_is_what_it_is_tried_on(store: MediaStore, url: URL, code: Code) -> None:
    migrate.downgrade(create_engine(url), "0002")
    made = backup.make(store, url)
    migrate.upgrade(create_engine(url))
    code.add("CREATE TABLE more (id bigint)", "DROP TABLE more")
    found = prove(store, url, "expand")
    assert (found.failure, found.source) == (None, f"backup {made.id}")
    assert found.down_to == HEAD


@pytest.mark.parametrize(
    ("up", "down", "failure", "said"),
    [
        pytest.param(
            "ALTER TABLE clips DROP COLUMN external_id",
            "SELECT 1",
            "lint",
            "expand-takes-away",
            id="taken away",
        ),
        pytest.param(
            "CREATE INDEX more ON clips (frames)", "DROP INDEX more", "lint", "concurrent", id="locking"
        ),
        pytest.param(
            "ALTER TABLE nowhere ADD COLUMN more text",
            "ALTER TABLE nowhere DROP COLUMN more",
            "up",
            "nowhere",
            id="no such table",
        ),
        pytest.param(
            "ALTER TABLE generation_jobs ADD CONSTRAINT more CHECK (status <> 'planning') NOT VALID",
            "ALTER TABLE generation_jobs DROP CONSTRAINT more",
            "new_image",
            "Worker: ",
            id="can't be lived with",
        ),
        pytest.param(
            "ALTER TABLE clips ADD COLUMN more text",
            "ALTER TABLE clips DROP COLUMN missing",
            "down",
            "missing",
            id="no way back",
        ),
        pytest.param(
            "ALTER TABLE clips ADD COLUMN more text, ADD COLUMN most text",
            "ALTER TABLE clips DROP COLUMN more",
            "schema_differs",
            "most text",
            id="half a way back",
        ),
    ],
)
def test_a_bad_step(
    store: MediaStore, url: URL, code: Code, up: str, down: str, failure: str, said: str
) -> None:
    code.add(up, down)
    before = schema.schema_of(url)
    found = prove(store, url, "expand")
    assert found.failure == failure
    assert said in found.message
    assert schema.schema_of(url) == before


def test_one_that_contracts_and_is_one_way(store: MediaStore, url: URL, code: Code) -> None:
    code.add("DROP VIEW active_jobs", phase="contract", reversible=False)
    first = prove(store, url, "expand")
    assert (first.failure, first.up, first.down_to) == (None, (), HEAD)
    then = prove(store, url, "contract")
    assert (then.failure, [step.version for step in then.up], then.down_to) == (None, [MORE], MORE)


def test_a_lock_is_measured_from_its_statement_on(engine: Engine) -> None:
    with watched(engine) as watch, engine.begin() as connection:
        connection.execute(text("SELECT pg_sleep(0.2)"))
        connection.execute(text("LOCK TABLE clips IN SHARE MODE"))
        connection.execute(text("LOCK TABLE system_config IN ROW EXCLUSIVE MODE"))
        connection.execute(text("SELECT pg_sleep(0.3)"))
        connection.execute(text("CREATE TABLE new_one (id bigint)"))
    (held,) = watch.held
    assert (held.table, held.mode, held.blocks) == ("clips", "ShareLock", "writes")
    assert held.seconds >= 0.3


def test_a_lock_that_was_given_up_was_not_held(engine: Engine) -> None:
    with watched(engine) as watch, engine.connect() as connection:
        connection.execute(text("LOCK TABLE clips IN SHARE MODE"))
        connection.rollback()
    assert watch.held == ()


NOW = datetime(2026, 11, 25, tzinfo=UTC)


def _backup(age: timedelta, version: str | None) -> Backup:
    return Backup(
        id="x",
        made=NOW - age,
        schema_version=version,
        server="17.6",
        size_bytes=1,
        sha256="",
        seconds=1.0,
        tables={},
    )


@pytest.mark.parametrize(
    ("newest", "size_bytes", "expected"),
    [
        pytest.param(None, 1 << 20, "live", id="small, no backup"),
        pytest.param(None, 1 << 40, None, id="large, no backup"),
        pytest.param(_backup(timedelta(days=1), "0002"), 1 << 40, "backup", id="yesterday's"),
        pytest.param(_backup(timedelta(days=1), "0001"), 1 << 40, "backup", id="of an older schema"),
        pytest.param(_backup(timedelta(days=1), "0003"), 1 << 20, "live", id="of a newer schema"),
        pytest.param(_backup(timedelta(days=1), "9999"), 1 << 40, None, id="of an unknown schema"),
        pytest.param(_backup(timedelta(days=30), "0002"), 1 << 20, "live", id="too old"),
    ],
)
def test_what_the_copy_is_made_of(newest: Backup | None, size_bytes: int, expected: str | None) -> None:
    assert copied_from(newest, current="0002", size_bytes=size_bytes, now=NOW) == expected


def test_what_it_tells_fits_into_a_line_of_a_log(store: MediaStore, url: URL, code: Code) -> None:
    code.add("ALTER TABLE clips ADD COLUMN more text", "ALTER TABLE clips DROP COLUMN more")
    line = prove(store, url, "expand").model_dump_json()
    assert len(line) < 8 * 1024
    assert Proof.model_validate_json(line).failure is None
    assert os.environ["DATABASE_URL"] not in line
