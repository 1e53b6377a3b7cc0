"""The release record: what it says of itself, and what the next run decides from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from flows.deployment.release import (
    Branch,
    Image,
    Release,
    StageRecord,
    Status,
    last_verified,
    next_id,
    unproven,
)
from flows.deployment.resumption import Decision, decide

NOW = datetime(2026, 11, 24, 12, 0, 0, 345678, tzinfo=UTC)
RUN = uuid4()
OPEN = (Branch(name="roll_out", facts={"backend": "arn"}),)
CLOSED = (Branch(name="roll_out", facts={}, status="closed"),)
GONE = (Branch(name="roll_out", facts={}, status="run"),)
FAILED = (Branch(name="roll_out", facts={}, status="failed"),)


def _release(**fields: Any) -> Release:
    return Release.model_validate(
        {"id": "20261124T120000Z", "environment": "dev", "started": NOW, "source": "same"} | fields
    )


@pytest.mark.parametrize(
    ("newest", "decision"),
    [
        (None, Decision.START),
        (_release(status=Status.COMPLETED, verified=NOW, branches=CLOSED), Decision.START),
        (_release(status=Status.FAILED, branches=GONE), Decision.START),
        (_release(status=Status.CANCELLED, branches=GONE), Decision.START),
        (_release(status=Status.ABANDONED), Decision.START),
        # Killed while it worked.
        (_release(), Decision.GO_ON),
        (_release(branches=OPEN), Decision.GO_ON),
        (_release(source="other"), Decision.START),
        (_release(source="other", branches=OPEN), Decision.UNDO),
        (_release(source="other", branches=FAILED), Decision.UNDO),
        # Killed after it was verified: nothing is to undo, and what is left the next one does.
        (_release(verified=NOW, branches=CLOSED), Decision.GO_ON),
        (_release(source="other", verified=NOW, branches=CLOSED), Decision.START),
        # Killed on the way back, or the way back was blocked.
        (_release(status=Status.UNDOING, branches=OPEN), Decision.UNDO),
        (_release(status=Status.UNDOING, branches=GONE), Decision.START),
        (_release(status=Status.UNDO_FAILED, branches=FAILED), Decision.UNDO),
        # Waits for an answer.
        (_release(status=Status.AWAITING_APPROVAL, flow_runs=(RUN,)), Decision.GO_ON),
        (_release(status=Status.AWAITING_APPROVAL, flow_runs=(uuid4(),)), Decision.START),
        (_release(status=Status.AWAITING_APPROVAL, flow_runs=(RUN,), source="other"), Decision.START),
    ],
)
def test_what_the_next_run_does(newest: Release | None, decision: Decision) -> None:
    assert decide(newest, source="same", flow_run=RUN) is decision


@pytest.mark.parametrize(
    ("newest", "verified"),
    [
        (None, None),
        (_release(), None),
        (_release(last_verified="a"), "a"),
        (_release(last_verified="a", verified=NOW), "20261124T120000Z"),
        # Verified, and failed in what comes after: it serves, and is what rollbacks lead to.
        (_release(last_verified="a", verified=NOW, status=Status.FAILED), "20261124T120000Z"),
    ],
)
def test_the_last_verified_is_told_from_the_newest_alone(
    newest: Release | None, verified: str | None
) -> None:
    assert last_verified(newest) == verified


CHANGED = {"meaning": "m", "summary": "1 to change", "destructive": False, "changed_infrastructure": True}


@pytest.mark.parametrize(
    ("newest", "is_so"),
    [
        (None, False),
        (_release(plan=CHANGED), True),
        (_release(plan=CHANGED, verified=NOW), False),
        (_release(unproven=True), True),
        (_release(unproven=True, verified=NOW), False),
        (_release(), False),
    ],
)
def test_an_infrastructure_that_no_release_was_verified_on_is_remembered(
    newest: Release | None, is_so: bool
) -> None:
    assert unproven(newest) is is_so


def test_stages_that_another_one_stopped_are_at_work_no_more() -> None:
    release = _release(stages=(StageRecord(name="build", started=NOW),))
    release = release.with_stage(StageRecord(name="plan", started=NOW, ended=NOW, status="failed"))
    assert [stage.status for stage in release.stopped(NOW).stages] == ["stopped", "failed"]


@pytest.mark.parametrize(
    ("newest", "made"),
    [
        (None, "20261124T120000Z"),
        ("20261124T115900Z", "20261124T120000Z"),
        ("20261124T120000Z", "20261124T120001Z"),
        # Made by a machine whose clock is ahead.
        ("20261124T130000Z", "20261124T130001Z"),
    ],
)
def test_ids_sort_by_age_whatever_the_clocks_say(newest: str | None, made: str) -> None:
    assert next_id(NOW, newest) == made
    assert newest is None or made > newest


def test_ways_back_are_gone_newest_first_and_once() -> None:
    release = _release()
    for name in ("expand", "roll_out", "contract"):
        release = release.with_branch(Branch(name=name, facts={}))
    release = release.with_branch(Branch(name="roll_out", facts={}, status="run"))
    assert [branch.name for branch in release.open_branches] == ["contract", "expand"]
    assert [branch.name for branch in release.branches] == ["expand", "roll_out", "contract"]


def test_a_stage_is_told_once_and_stages_keep_their_order() -> None:
    release = _release().with_stage(StageRecord(name="plan", started=NOW))
    release = release.with_stage(StageRecord(name="apply", started=NOW))
    done = StageRecord(name="plan", started=NOW, ended=NOW + timedelta(seconds=2), status="done")
    release = release.with_stage(done)
    assert [stage.name for stage in release.stages] == ["plan", "apply"]
    assert [stage.seconds for stage in release.stages] == [2.0, None]


def test_a_record_is_read_as_it_was_written_and_forgives_what_is_newer() -> None:
    image = Image(repository="r", tag="t", digest="sha256:0")
    release = _release(branches=OPEN, image=image, flow_runs=(RUN,))
    assert Release.model_validate_json(release.model_dump_json()) == release
    assert Release.model_validate(release.model_dump() | {"of_next_year": 1}) == release
    assert image.reference == "r@sha256:0"
