"""What people read and look at: the plan, the release, its timeline."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from blocks.terraform.cost import Cost, CostDelta, CostItem
from blocks.terraform.plan import AttributeChange, Drift, Plan, ResourceChange
from flows.deployment.artifacts import check_rows, plan_in_words, plan_rows, release_in_words
from flows.deployment.options import ApprovalMode
from flows.deployment.release import Branch, Cause, Check, Image, PlanRecord, Release, StageRecord, Status
from flows.deployment.timeline import WIDTH, draw
from flows.stages.approve import needed
from flows.stages.plan import Planned, record, verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATABASE = ResourceChange(
    address="module.database.aws_db_instance.main",
    type="aws_db_instance",
    name="main",
    action="replace",
    reason="replace_because_cannot_update",
    replace_paths=("storage_encrypted",),
    before={"skip_final_snapshot": True},
    attributes=(AttributeChange(path="storage_encrypted", before=False, after=True),),
)
ALARM = ResourceChange(
    address="aws_cloudwatch_metric_alarm.cpu", type="aws_cloudwatch_metric_alarm", name="cpu", action="create"
)
DESTROYS = Plan(
    resources=(DATABASE, ALARM),
    drift=(Drift(address="aws_s3_bucket.media", type="aws_s3_bucket", action="update"),),
    dependents={"module.database.aws_db_instance.main": ("aws_ecs_task_definition.backend",)},
)
ADDS = Plan(resources=(ALARM,))
EMPTY = Plan()
ITEM = CostItem(name="Alarm", address=ALARM.address, usd=Decimal("0.10"))
DEARER = CostDelta(before=Cost(), after=Cost(items=(ITEM,)), items=(ITEM,))
FREE = CostDelta(before=Cost(), after=Cost(), items=())


def test_a_plan_is_told_with_what_it_destroys_and_costs() -> None:
    words = plan_in_words("prod", DESTROYS, DEARER)
    for said in (
        "1 to create",
        "1 to replace",
        "every row is lost",
        "$0.10",
        "+0.10 $ a month",
    ):
        assert said in words
    assert "1 resources are built upon it" in words
    assert "storage_encrypted" in words
    assert "aws_s3_bucket.media" in words
    assert [row["Resource"] for row in plan_rows(DESTROYS)] == [DATABASE.address, ALARM.address]
    assert "destroys module.database.aws_db_instance.main" in verdict(DESTROYS, DEARER)
    assert verdict(EMPTY, FREE) == "nothing to change"


def _approved(plan: Plan, by: str | None = "Ada") -> PlanRecord:
    return record(plan, None).model_copy(update={"approved_by": by})


@pytest.mark.parametrize(
    ("plan", "mode", "known", "asked"),
    [
        (EMPTY, "destructive", None, False),
        (EMPTY, "always", None, False),
        (ADDS, "destructive", None, False),
        (ADDS, "always", None, True),
        (DESTROYS, "destructive", None, True),
        (DESTROYS, "never", None, False),
        # Approved before a kill: the same meaning is not asked for again, another is.
        (DESTROYS, "destructive", _approved(DESTROYS), False),
        (DESTROYS, "destructive", _approved(ADDS), True),
        (DESTROYS, "destructive", _approved(DESTROYS, None), True),
    ],
)
def test_who_is_asked_for_what(plan: Plan, mode: ApprovalMode, known: PlanRecord | None, asked: bool) -> None:
    question = Planned(plan, Path("no.tfplan"), FREE).question("prod")
    assert needed(question, mode, known) is asked


def test_an_approval_stays_as_long_as_the_meaning_does() -> None:
    approved = _approved(DESTROYS)
    assert record(DESTROYS, approved).approved_by == "Ada"
    assert record(ADDS, approved).approved_by is None
    # What was applied before it was planned anew counts as a change of this release.
    assert record(EMPTY, approved).changed_infrastructure
    assert not record(EMPTY, None).changed_infrastructure


def _release(**fields: Any) -> Release:
    base = {"id": "20261124T120000Z", "environment": "prod", "started": NOW, "source": "s"}
    return Release.model_validate(base | fields)


def _stage(name: str, start: float, end: float | None, status: str, verdict: str = "") -> StageRecord:
    ended = None if end is None else NOW + timedelta(seconds=end)
    started = NOW + timedelta(seconds=start)
    return StageRecord.model_validate(
        {"name": name, "started": started, "ended": ended, "status": status, "verdict": verdict}
    )


FAILED = _release(
    status=Status.FAILED,
    ended=NOW + timedelta(seconds=40),
    image=Image(repository="r", tag="t" * 20, digest="sha256:1"),
    cause=Cause(stage="roll_out", kind="crashed", message="a | b <script>", remedy="Mend it"),
    stages=(
        _stage("plan", 0, 10, "done", "1 to create"),
        _stage(
            "roll_out", 10, 30, "failed", "crashed: a | b <script> & so on, longer than there is room for"
        ),
    ),
    branches=(
        Branch(
            name="roll_out",
            facts={},
            status="run",
            started=NOW + timedelta(seconds=30),
            ended=NOW + timedelta(seconds=40),
            verdict="release 1 runs",
        ),
    ),
)


def test_a_release_is_drawn_against_time() -> None:
    picture = ET.fromstring(draw(FAILED, now=NOW))
    bars = [each for each in picture.iter("{http://www.w3.org/2000/svg}rect") if each.get("rx") == "5"]
    edges = [(float(bar.get("x", 0)), float(bar.get("x", 0)) + float(bar.get("width", 0))) for bar in bars]
    assert len(bars) == 3
    # One begins where the one before it has ended, and each is as long as it took.
    assert edges[0][1] == pytest.approx(edges[1][0], abs=0.2)
    assert edges[1][1] == pytest.approx(edges[2][0], abs=0.2)
    assert (edges[1][1] - edges[1][0]) == pytest.approx(2 * (edges[0][1] - edges[0][0]), rel=0.02)
    words = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Plan", "Roll out", "Undo roll out", "failed", "40.0 s · image tttttttttttt"} <= set(words)
    assert max(edge for _, edge in edges) < WIDTH


def test_what_still_runs_is_drawn_to_now() -> None:
    release = _release(stages=(_stage("plan", 0, None, "running"),))
    assert "12.0 s" in draw(release, now=NOW + timedelta(seconds=12))
    ET.fromstring(draw(_release(), now=NOW))


def test_a_release_is_told_in_words() -> None:
    words = release_in_words(FAILED)
    assert "# Release 20261124T120000Z of prod: failed" in words
    assert "**roll_out: a | b <script>**" in words
    assert "| undo roll_out | run |" in words
    # A cell ends where its row says.
    assert "crashed: a \\| b" in words


def test_a_checklist_says_what_to_do_about_the_bad_ones() -> None:
    rows = check_rows(
        [
            Check(name="A", good=True, evidence="seen", remedy="none"),
            Check(name="B", good=False, evidence="bad", remedy="mend"),
            Check(name="C", good=None, evidence="not there"),
        ]
    )
    assert [row["State"] for row in rows] == ["good", "wrong", "not looked at"]
    assert [row["What to do"] for row in rows] == ["", "mend", ""]
