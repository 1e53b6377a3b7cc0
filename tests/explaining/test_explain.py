"""One cause from all that was found: every case of the guide's troubleshooting chapter, and of the pitfalls.

A row of the cases is what AWS, Terraform, the logs or the deployment's record say, in their own words; the
documents are checked against botocore's models. Which of the cases are made for real in a sandbox is told by
tests/rehearsal/operation/test_explain.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.explaining.explain import explain
from flows.explaining.findings import Findings, Gap
from flows.explaining.rules import RULES
from tests.explaining import documents as d
from tests.explaining.cases import CASES
from tests.explaining.cases.words import EXITED, STORES, crashed


@pytest.mark.parametrize(("found", "kind", "says"), CASES)
def test_the_one_cause(found: Findings, kind: str, says: tuple[str, ...]) -> None:
    explanation = explain(found)
    cause = explanation.cause
    assert cause is not None
    assert cause.kind == kind, cause
    told = f"{cause.message} {cause.remedy} {' '.join(map(str, explanation.evidence))}"
    for words in says:
        assert words in told
    assert "{" not in cause.remedy + cause.message
    assert explanation.evidence


def test_every_rule_has_a_case() -> None:
    assert {case.values[1] for case in CASES} == {rule.kind for rule in RULES}
    assert len({rule.kind for rule in RULES}) == len(RULES)


def test_every_next_step_has_a_command() -> None:
    assert [rule.kind for rule in RULES if "`" not in rule.remedy and rule.kind != "not_authorized"] == []


@pytest.mark.parametrize("found", [case.values[0] for case in CASES], ids=[str(case.id) for case in CASES])
def test_findings_are_explained_the_same_after_they_were_kept(found: Any) -> None:
    kept = Findings.model_validate_json(found.model_dump_json())
    assert kept == found
    assert explain(kept) == explain(found)


def test_what_nobody_knows_is_told_as_the_stage_told_it() -> None:
    found = explain(d.findings(fault=d.fault("odd", "it is odd", stage="verify")))
    assert found.cause is not None
    assert (found.cause.kind, found.cause.message, found.cause.remedy) == ("odd", "it is odd", "See")
    assert not found.by_rule


def test_where_nothing_is_wrong_there_is_no_cause() -> None:
    found = explain(d.findings(services=(d.service(d.deployment("COMPLETED"), running=1),), **STORES))
    assert found.cause is None
    assert found.evidence == ()


def test_what_could_not_be_looked_at_is_told_and_hides_nothing() -> None:
    gap = Gap(source="RDS", why="no answer within 4 s")
    found = explain(crashed("no such table", exit_code=3, gaps=(gap,)))
    assert found.cause is not None
    assert found.cause.kind == "crashed"
    assert str(found.evidence[-1]) == "RDS: could not be looked at: no answer within 4 s"


def test_a_one_off_task_that_went_well_is_no_cause() -> None:
    assert explain(d.findings(tasks=(d.task(EXITED, exit_code=0, group="family:x"),))).cause is None


def test_an_explanation_is_a_document() -> None:
    document = json.loads(explain(crashed("no such table", exit_code=3)).model_dump_json())
    assert document.keys() == {"environment", "release", "cause", "evidence"}
    assert document["cause"].keys() == {"kind", "title", "message", "remedy"}
    assert document["evidence"][0].keys() == {"source", "text"}
