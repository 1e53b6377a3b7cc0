"""Models and migrations describe one schema."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from app.models import METADATA

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


def _rows(engine: Engine, query: str) -> set[tuple[Any, ...]]:
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(text(query)) if row[0] != "alembic_version"}


def test_autogenerate_finds_nothing_to_do(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_the_models_alone_make_the_same_tables(engine: Engine, empty_engine: Engine) -> None:
    METADATA.create_all(empty_engine)
    for query in (COLUMNS, CONSTRAINTS, INDEXES):
        assert _rows(engine, query) == _rows(empty_engine, query)


def test_the_tables_are_there(engine: Engine) -> None:
    assert {row[0] for row in _rows(engine, COLUMNS)} == {
        "brand_assets",
        "clips",
        "compositions",
        "generation_jobs",
        "job_metrics",
        "predictions",
        "schema_migrations",
        "system_config",
        "task_queue",
        "user_sessions",
        "webhook_deliveries",
    }
