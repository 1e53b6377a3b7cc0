"""What a person is asked before a rollback changes anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.terraform.plan import Plan, ResourceChange
from flows.rolling_back.snapshots import Chosen
from flows.rolling_back.steps import Way
from flows.stages.check_schema import SchemaChecked
from flows.stages.plan import Planned
from flows.stages.prepare import NOTHING, question, summary
from tests.rollback.records import release, step

GOAL = release(1, "a")
CHANGED = Plan(
    resources=(
        ResourceChange(address="aws_ecs_service.a", type="aws_ecs_service", name="a", action="update"),
    )
)
DESTROYS = Plan(
    resources=(
        ResourceChange(address="aws_db_instance.a", type="aws_db_instance", name="a", action="delete"),
    )
)
STAYS, LEFT = Way("0001", "0001"), Way("0002", "0001", rest=(step("0002"),))
UNDONE = Way("0003", "0001", first=(step("0003", "contract"),), rest=(step("0002"),))


RESTORED = Chosen("dev-1", "0001", "20261124T120002Z")


def _checked(way: Way, snapshot: Chosen | None = None) -> SchemaChecked:
    return SchemaChecked(way, None, snapshot)


def _planned(plan: Plan) -> Planned:
    return Planned(plan, Path("no.tfplan"), NOTHING)


@pytest.mark.parametrize(
    ("plan", "way", "take_back", "changes", "destructive"),
    [
        (Plan(), STAYS, False, False, False),
        (CHANGED, STAYS, False, True, False),
        (DESTROYS, STAYS, False, True, True),
        # Steps that stay ask nobody; those that are undone drop what they have added.
        (Plan(), LEFT, False, False, False),
        (Plan(), LEFT, True, True, True),
        (Plan(), UNDONE, False, True, True),
    ],
)
def test_what_is_asked_for(plan: Plan, way: Way, take_back: bool, changes: bool, destructive: bool) -> None:
    found = question("prod", GOAL, _planned(plan), _checked(way), take_back=take_back)
    assert (found.changes, found.destructive) == (changes, destructive)
    assert GOAL.id in found.words


def test_an_answer_is_for_this_rollback_only() -> None:
    asked = [
        question("prod", goal, _planned(plan), _checked(way), take_back=take_back).meaning
        for goal, plan, way, take_back in [
            (GOAL, Plan(), UNDONE, False),
            (GOAL, Plan(), UNDONE, True),
            (GOAL, CHANGED, UNDONE, False),
            (release(2, "b"), Plan(), UNDONE, False),
        ]
    ]
    assert len(set(asked)) == len(asked)
    again = question("prod", GOAL, _planned(Plan()), _checked(UNDONE), take_back=False)
    assert again.meaning == asked[0]


def test_it_is_told_in_one_line() -> None:
    told = summary(GOAL, _planned(CHANGED), _checked(UNDONE), take_back=True)
    assert told == f"back to release {GOAL.id}; infrastructure: 1 to change; undoes 0003, 0002"


def test_the_data_of_a_snapshot_are_always_asked_for() -> None:
    without = question("prod", GOAL, _planned(Plan()), _checked(STAYS), take_back=False)
    found = question("prod", GOAL, _planned(Plan()), _checked(STAYS, RESTORED), take_back=False)
    assert (found.changes, found.destructive) == (True, True)
    assert found.meaning != without.meaning
    assert RESTORED.name in found.words
    told = summary(GOAL, _planned(Plan()), _checked(STAYS, RESTORED), take_back=False)
    assert told.endswith("nothing to change; restores dev-1")
