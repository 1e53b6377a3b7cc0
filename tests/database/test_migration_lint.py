"""What is wrong with a step is known before it is run."""

from __future__ import annotations

import pytest

from app import migrate
from app.migrate import Phase, Step
from app.migration_lint import Finding, faults, judged, lint, own_findings
from app.migration_sql import StepSql, loses, plain, sql_of


def _sql(up: str, down: str = "SELECT 1", *, phase: Phase = "expand", reversible: bool = True) -> StepSql:
    return StepSql(Step("0004", "A step", phase, reversible), up, down)


def test_the_steps_are_clean() -> None:
    found = lint(migrate.steps())
    assert [str(each) for each in faults(found)] == []
    # They lock, and say why they may: without an exception it would be found.
    assert {(each.version, each.rule) for each in found} == {
        ("0002", "constraint-missing-not-valid"),
        ("0005", "constraint-missing-not-valid"),
        ("0002", "require-concurrent-index-creation"),
        ("0003", "require-concurrent-index-creation"),
        ("0006", "constraint-missing-not-valid"),
        ("0008", "constraint-missing-not-valid"),
    }


def test_a_step_is_told_as_sql() -> None:
    sql = sql_of(migrate.steps()[1])
    assert "ADD COLUMN cut_list jsonb" in sql.up
    assert "DROP COLUMN cut_list" in sql.down
    assert sql.down_loses
    assert not sql_of(migrate.steps()[2]).down_loses
    assert len({sql_of(step).digest for step in migrate.steps()}) == len(migrate.steps())


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        pytest.param(_sql("ALTER TABLE t ADD COLUMN c text"), [], id="adds a column"),
        pytest.param(
            _sql("ALTER TABLE t DROP COLUMN c"), ["expand-takes-away", "reversible-loses"], id="drops one"
        ),
        pytest.param(
            _sql("ALTER TABLE t DROP c"), ["expand-takes-away", "reversible-loses"], id="without COLUMN"
        ),
        pytest.param(_sql("ALTER TABLE t DROP CONSTRAINT c"), [], id="drops a constraint"),
        pytest.param(_sql("ALTER TABLE t ALTER c DROP NOT NULL"), [], id="allows NULL"),
        pytest.param(_sql("ALTER TABLE t RENAME TO u"), ["expand-takes-away"], id="renames a table"),
        pytest.param(_sql("ALTER TABLE t RENAME c TO d"), ["expand-takes-away"], id="renames a column"),
        pytest.param(_sql("drop  view v"), ["expand-takes-away"], id="drops a view"),
        pytest.param(_sql("DROP VIEW v", phase="contract"), [], id="contracts"),
        pytest.param(_sql("DROP TABLE t", phase="contract"), ["reversible-loses"], id="contracts and loses"),
        pytest.param(
            _sql("DROP TABLE t", phase="contract", reversible=False), [], id="says that it is one-way"
        ),
        pytest.param(_sql("DELETE FROM t WHERE old"), ["reversible-loses"], id="deletes rows"),
        pytest.param(
            _sql("CREATE INDEX i ON t (c)", "-- nothing"), ["reversible-without-way"], id="no way back"
        ),
        pytest.param(_sql("COMMENT ON TABLE t IS 'never RENAME or DROP TABLE'"), [], id="only says so"),
        pytest.param(
            _sql("CREATE FUNCTION f() RETURNS void AS $$ DELETE FROM t $$ LANGUAGE sql"),
            [],
            id="does so later",
        ),
    ],
)
def test_what_no_linter_knows(sql: StepSql, rules: list[str]) -> None:
    assert [found.rule for found in own_findings(sql)] == rules


def test_strings_bodies_and_comments_are_no_sql() -> None:
    assert plain("SELECT 'it''s' -- that\n, $x$ body $x$ /* and */ FROM t").split() == [
        "SELECT",
        ",",
        "FROM",
        "t",
    ]
    assert not loses("INSERT INTO t VALUES ('TRUNCATE')")
    assert loses("TRUNCATE t")


STEP = migrate.steps()[0]
FOUND = Finding(STEP.version, "rule", "it locks")


def test_an_exception_has_a_reason() -> None:
    assert [each.reason for each in judged(STEP, {"rule": "it is small"}, [FOUND])] == ["it is small"]
    assert faults(judged(STEP, {"rule": "  "}, [FOUND])) == (FOUND,)


def test_an_exception_that_nothing_needs_is_a_fault() -> None:
    assert [each.rule for each in faults(judged(STEP, {"rule": "why"}, []))] == ["needless-exception"]


def test_findings_of_other_steps_are_theirs() -> None:
    assert judged(migrate.steps()[1], {}, [FOUND]) == ()
