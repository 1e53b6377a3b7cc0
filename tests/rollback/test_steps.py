"""Whether earlier code can run on the schema as it is, and what has to be undone for that."""

from __future__ import annotations

import pytest

from flows.deployment.faults import StageFailed
from flows.deployment.release import Schema, Step
from flows.rolling_back.steps import known_steps, knows, way
from flows.stages.check import infrastructure_changed
from flows.stages.check_schema import lead_back, schema_may_differ
from tests.rollback.records import changed_infrastructure, release, step

FIRST = step("0001")
EXPANDS, CONTRACTS = step("0002"), step("0003", "contract")
EXPANDS_MORE = step("0004")
ONE_WAY_EXPANDS = step("0002", reversible=False)
ONE_WAY_CONTRACTS = step("0003", "contract", reversible=False)


@pytest.mark.parametrize(
    ("steps", "current", "first", "rest", "kept", "before", "after"),
    [
        # The schema is as that code left it.
        ([FIRST], "0001", "", "", "", "0001", "0001"),
        # Expanded only: that code runs, and the step can be taken back when it does.
        ([FIRST, EXPANDS], "0002", "", "0002", "", "0001", "0001"),
        # Steps that were not run yet don't count.
        ([FIRST, EXPANDS, CONTRACTS], "0002", "", "0002", "", "0001", "0001"),
        # Contracted: that step goes first, and what came before it may stay.
        ([FIRST, EXPANDS, CONTRACTS], "0003", "0003", "0002", "", "0002", "0001"),
        # With all that came after it, which stands upon it.
        ([FIRST, EXPANDS, CONTRACTS, EXPANDS_MORE], "0004", "0004 0003", "0002", "", "0002", "0001"),
        # A one-way step that expands is no obstacle; nothing before it can be undone.
        ([FIRST, ONE_WAY_EXPANDS], "0002", "", "", "0002", "0002", "0002"),
        ([FIRST, ONE_WAY_EXPANDS, CONTRACTS], "0003", "0003", "", "0002", "0002", "0002"),
        ([FIRST, ONE_WAY_EXPANDS, step("0003")], "0003", "", "0003", "0002", "0003", "0002"),
    ],
)
def test_what_has_to_be_undone(
    steps: list[Step], current: str, first: str, rest: str, kept: str, before: str, after: str
) -> None:
    found = way(steps, current=current, head="0001")
    assert [step.version for step in found.first] == first.split()
    assert [step.version for step in found.rest] == rest.split()
    assert [step.version for step in found.kept] == kept.split()
    assert (found.before_code if found.first else current) == (before if found.first else current)
    assert found.after_code == after
    assert not found.behind


@pytest.mark.parametrize("current", [None, "0001"])
def test_a_schema_that_was_taken_back_has_to_come_up_again(current: str | None) -> None:
    assert way([FIRST, EXPANDS], current=current, head="0002").behind


@pytest.mark.parametrize(
    ("steps", "current", "head", "kind"),
    [
        ([FIRST, EXPANDS, ONE_WAY_CONTRACTS], "0003", "0001", "one_way_step"),
        # Reversible itself, but what came after it is not.
        ([FIRST, EXPANDS, CONTRACTS, step("0004", reversible=False)], "0004", "0001", "one_way_step"),
        # Moved by something of which there is no record.
        ([FIRST, EXPANDS], "0009", "0001", "unknown_step"),
        ([FIRST, EXPANDS], "0002", "0000", "unknown_step"),
    ],
)
def test_what_is_refused(steps: list[Step], current: str, head: str, kind: str) -> None:
    with pytest.raises(StageFailed) as failed:
        way(steps, current=current, head=head)
    assert (failed.value.cause.stage, failed.value.cause.kind) == ("check", kind)
    assert failed.value.cause.remedy


def _with(number: int, *steps: Step, verified: bool = True):
    head = steps[-1].version
    schema = Schema(before=head, after=head, head=head, steps=steps)
    return release(number, f"i{number}", verified=verified, db_schema=schema)


OLD, NEW = _with(1, FIRST), _with(2, FIRST, EXPANDS)
FAILED = _with(3, FIRST, EXPANDS, CONTRACTS, verified=False)


def test_steps_are_known_from_every_image_that_ever_was_asked() -> None:
    assert known_steps([OLD, FAILED, NEW]) == (FIRST, EXPANDS, CONTRACTS)
    assert known_steps([OLD], (FIRST, EXPANDS)) == (FIRST, EXPANDS)
    assert known_steps([release(1, "a", db_schema=None)]) == ()


def test_a_step_is_undone_by_the_newest_image_that_has_it() -> None:
    assert knows([OLD, NEW, FAILED], "0002") == FAILED
    assert knows([OLD, NEW, FAILED.model_copy(update={"image": None})], "0002") == NEW
    assert knows([OLD], "0002") is None


@pytest.mark.parametrize(
    ("releases", "asked"),
    [
        ([OLD], False),
        ([OLD, _with(2, FIRST)], False),
        ([OLD, NEW], True),
        ([OLD, _with(2, FIRST), FAILED], True),
        ([OLD, release(2, "b", db_schema=None)], False),
    ],
)
def test_the_schema_is_asked_only_when_an_image_since_then_had_other_steps(
    releases: list, asked: bool
) -> None:
    assert schema_may_differ(releases, OLD) is asked


@pytest.mark.parametrize(
    ("releases", "changed"),
    [
        ([OLD], False),
        ([OLD, NEW], False),
        ([OLD, release(2, "b", plan=changed_infrastructure())], True),
        # What was changed and never verified is there all the same.
        ([OLD, release(2, "b", verified=False, plan=changed_infrastructure()), release(3, "c")], True),
        # What the goal has changed itself is its own.
        ([release(1, "a", plan=changed_infrastructure())], False),
    ],
)
def test_the_infrastructure_is_brought_back_when_anything_has_changed_it_since(
    releases: list, changed: bool
) -> None:
    assert infrastructure_changed(releases, releases[0]) is changed


@pytest.mark.parametrize(
    ("current", "snapshot", "may_restore", "through"),
    [
        # What can be undone needs no snapshot.
        ("0002", "s", True, None),
        ("0003", "s", True, "s"),
        ("0003", "s", False, "refused"),
        ("0003", None, True, "refused"),
    ],
)
def test_a_snapshot_leads_back_only_where_no_step_does(
    current: str, snapshot: str | None, may_restore: bool, through: str | None
) -> None:
    schema = Schema(before="0001", after=current, head="0003", snapshot=snapshot)
    since, steps = [release(2, "b", db_schema=schema)], [FIRST, EXPANDS, ONE_WAY_CONTRACTS]
    if through == "refused":
        with pytest.raises(StageFailed, match="one_way_step"):
            lead_back(steps, since, current=current, head="0001", may_restore=may_restore)
    else:
        _, found = lead_back(steps, since, current=current, head="0001", may_restore=may_restore)
        assert (found.name if found else None) == through
