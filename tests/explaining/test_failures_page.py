"""The documentation's table of causes: every rule has its row. tests/docs keeps the page as told."""

from __future__ import annotations

from flows.explaining.failures_page import failures_page
from flows.explaining.rules import RULES


def test_every_cause_has_a_row_of_four_cells() -> None:
    rows = [line for line in failures_page().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [rule.kind for rule in RULES]
    assert {row.replace("\\|", "").count("|") for row in rows} == {5}
    assert not any("{" in row for row in rows)
