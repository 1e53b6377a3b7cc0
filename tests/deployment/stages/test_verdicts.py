"""What decides in the stages is told from recorded data alone: a table for each decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.api import Health
from blocks.aws import AwsUnavailable
from blocks.ecs.events import RollOut, Serving, TaskResult
from blocks.ecs.verdict import Deployment, StoppedTask
from blocks.terraform.errors import LockHolder, PlanStale, TerraformFailed
from blocks.terraform.events import Diagnostic
from blocks.terraform.plan import Action, Plan, ResourceChange
from flows.deployment.checks import NotGood
from flows.deployment.faults import StageFailed
from flows.deployment.migrations import MigrationFailed, Moved, Pending, document
from flows.deployment.release import Check, Image, PlanRecord, Release, Schema, ServiceRecord, StageRecord
from flows.stages.apply import plan_again
from flows.stages.bake import alarmed
from flows.stages.bake import verdict as bake_verdict
from flows.stages.build import recorded
from flows.stages.expand import at_head, needs_snapshot, schema_of
from flows.stages.plan import left_behind, new_registry
from flows.stages.preflight import ALARMS, SCHEDULES, secret_key, secret_verdict
from flows.stages.preflight import verdict as preflight_verdict
from flows.stages.roll_out import runs, way_back
from flows.stages.roll_out import verdict as roll_out_verdict
from flows.stages.verify import errors, judge_health, needs_film, not_serving
from flows.stages.verify import verdict as verify_verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
IMAGE = Image(repository="r/backend", tag="t1", digest="sha256:1")
OTHER = Image(repository="r/backend", tag="t2", digest="sha256:2")
ARN = "arn:aws:ecs:us-east-2:1:task-definition/ai-video-backend:7"
OLD = "arn:aws:ecs:us-east-2:1:task-definition/ai-video-backend:6"
TARGET = ServiceRecord(task_definition=ARN, desired_count=2)
NOTHING = ServiceRecord(task_definition=None, desired_count=0)


def _release(**fields: Any) -> Release:
    base = {"id": "20261124T120000Z", "environment": "dev", "started": NOW, "source": "s"}
    return Release.model_validate(base | fields)


def _serving(**fields: Any) -> Serving:
    base = {"task_definition": ARN, "image": "r@sha256:1", "digest": "sha256:1", "desired": 2, "running": 2}
    return Serving.model_validate(base | {"pending": 0, "deployments": 1, "steady": True} | fields)


def _ended(**fields: Any) -> StoppedTask:
    return StoppedTask.model_validate({"id": "t", "task_definition": ARN, "exit_code": 1} | fields)


# Roll out


@pytest.mark.parametrize(
    ("serving", "there"),
    [
        (_serving(), True),
        (_serving(task_definition=OLD), False),
        (_serving(desired=1, running=1), False),
        # The circuit breaker, or a killed run's roll-out, is still at it.
        (_serving(steady=False), False),
    ],
)
def test_a_service_that_runs_it_already_is_left_alone(serving: Serving, there: bool) -> None:
    assert runs(serving, TARGET) is there


def test_the_way_back_leads_to_what_was_verified_not_to_what_runs() -> None:
    previous = _release(verified=NOW, services={"backend": TARGET})
    assert way_back(previous, ["backend", "worker"]) == {
        "backend": TARGET.model_dump(),
        "worker": NOTHING.model_dump(),
    }
    assert way_back(None, ["backend"]) == {"backend": NOTHING.model_dump()}


def _rolled(succeeded: bool, **fields: Any) -> RollOut:
    deployment = Deployment(id="ecs-svc/1", task_definition=ARN, desired_count=2, created_at=NOW)
    return RollOut(deployment=deployment, succeeded=succeeded, **fields)


GOOD = _rolled(True)
CRASHED = _rolled(False, kind="crashed", message="task t ended with exit code 1")
BROKEN = AwsUnavailable("Can't look", "throttled", "Try again")


@pytest.mark.parametrize(
    ("ended", "kind"),
    [
        ({"backend": GOOD, "worker": GOOD}, None),
        ({"backend": GOOD, "worker": CRASHED}, "crashed"),
        # What ECS says counts for more than that we could not see the other.
        ({"backend": BROKEN, "worker": CRASHED}, "crashed"),
        ({"backend": BROKEN, "worker": GOOD}, "transient"),
    ],
)
def test_a_roll_out_has_one_cause(ended: dict[str, RollOut | BaseException], kind: str | None) -> None:
    found = roll_out_verdict(ended)
    if kind is None:
        assert found is None
    elif kind == "transient":
        assert found is BROKEN
    else:
        assert isinstance(found, StageFailed)
        assert (found.cause.stage, found.cause.kind) == ("roll_out", kind)
        assert "worker" in found.cause.message


# Bake


@pytest.mark.parametrize(
    ("serving", "ended", "kind"),
    [
        (_serving(), [], None),
        (_serving(running=1, pending=1, steady=False), [], None),
        (_serving(), [_ended()], "died"),
        (_serving(), [_ended(exit_code=None, reason="OutOfMemory")], "died"),
        (_serving(), [_ended(stop_code="SpotInterruption")], None),
        (_serving(), [_ended(stop_code="UserInitiated")], None),
        (_serving(task_definition=OLD), [], "superseded"),
    ],
)
def test_what_bakes_has_to_stay(serving: Serving, ended: list[StoppedTask], kind: str | None) -> None:
    found = bake_verdict("backend", TARGET, serving, ended)
    assert (found and found.cause.kind) == kind


@pytest.mark.parametrize(
    ("before", "now", "rings"),
    [((), (), False), (("a",), ("a",), False), ((), ("a",), True), (("a",), ("a", "b"), True)],
)
def test_an_alarm_of_before_is_no_fault_of_the_release(
    before: tuple[str, ...], now: tuple[str, ...], rings: bool
) -> None:
    assert (alarmed(before=before, now=now) is not None) is rings


# Schema


def _pending(current: str | None, *steps: tuple[str, str, bool]) -> Pending:
    told = [{"version": v, "phase": p, "reversible": r, "description": ""} for v, p, r in steps]
    return Pending.model_validate({"current": current, "head": "0009", "pending": told, "history": []})


@pytest.mark.parametrize(
    ("found", "snapshot", "back_to"),
    [
        (_pending("0003"), False, "0003"),
        (_pending("0003", ("0004", "expand", True)), False, "0003"),
        (_pending("0003", ("0004", "expand", False)), True, "0004"),
        (_pending("0003", ("0004", "expand", False), ("0005", "expand", True)), True, "0004"),
        # A one-way step that waits for the verification needs its snapshot before anything is changed.
        (_pending("0003", ("0004", "expand", True), ("0005", "contract", False)), True, "0003"),
        # Nothing is in an empty database that could be lost.
        (_pending(None, ("0001", "expand", False)), False, "0001"),
        (_pending(None, ("0001", "expand", True)), False, None),
    ],
)
def test_what_can_not_be_taken_back_is_kept_first(
    found: Pending, snapshot: bool, back_to: str | None
) -> None:
    assert needs_snapshot(found) is snapshot
    assert found.way_back == back_to


FINISHED = Schema(before="0003", after="0004", head="0004")
UNCHANGED = Schema(before="0004", after="0004", head="0004")


@pytest.mark.parametrize(
    ("release", "previous", "known"),
    [
        (_release(), None, None),
        (
            _release(),
            _release(image=IMAGE, db_schema=FINISHED),
            FINISHED.model_copy(update={"before": "0004"}),
        ),
        (_release(), _release(image=OTHER, db_schema=FINISHED), None),
        # Its contraction failed after it was verified: that is made up for now.
        (_release(), _release(image=IMAGE, db_schema=FINISHED.model_copy(update={"head": "0005"})), None),
        # A killed run of this release was at it.
        (_release(db_schema=FINISHED), _release(image=IMAGE, db_schema=FINISHED), None),
    ],
)
def test_a_schema_that_nothing_can_have_changed_is_not_asked_for(
    release: Release, previous: Release | None, known: Schema | None
) -> None:
    assert at_head(release, previous, IMAGE) == known


def test_what_a_killed_run_knew_of_before_goes_on() -> None:
    known = Schema(before="0002", after="0002", head="0009", snapshot="dev-1")
    found = schema_of(_pending("0003", ("0004", "contract", True)), known)
    assert (found.before, found.after, found.snapshot, found.contracting) == ("0002", "0003", "dev-1", True)
    fresh = schema_of(_pending("0003"), None)
    assert (fresh.before, fresh.snapshot, fresh.contracting) == ("0003", None, False)


def _task(*log: str, **fields: Any) -> TaskResult:
    base = {"task_arn": "arn:…/t1", "task_definition": ARN, "exit_code": 0, "log": log}
    return TaskResult.model_validate(base | fields)


def test_the_result_of_a_migration_is_its_last_document() -> None:
    log = ('{"event": "a line of the log", "level": "info"}', '{"from": "1", "to": "2", "steps": []}', "bye")
    assert Moved.model_validate(document(_task(*log), "up")) == Moved.model_validate({"from": "1", "to": "2"})


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (_task("no document"), "no result"),
        (_task('{"from": "1", "to": "2"}', exit_code=1), "exit code 1"),
        (_task('{"from": "1", "to": "2"}', exit_code=None, stopped_reason="CannotPull"), "CannotPull"),
        (_task('{"from": "1", "to": "2"}', timed_out=True, seconds=9.0), "stopped after 9 s"),
    ],
)
def test_a_migration_that_did_not_end_well_is_a_failure(result: TaskResult, said: str) -> None:
    with pytest.raises(MigrationFailed, match=said):
        document(result, "up")


# Build


def test_an_image_of_the_same_content_is_not_built_again() -> None:
    this, before = _release(image=IMAGE), _release(image=OTHER)
    assert recorded("t1", this, None) == IMAGE
    assert recorded("t2", this, before) == OTHER
    assert recorded("t3", this, before) is None
    assert recorded("t1", _release(), None) is None


# Plan and apply


@pytest.mark.parametrize(
    ("action", "name"), [("create", "backend"), ("replace", "backend"), ("update", None), ("no-op", None)]
)
def test_an_image_can_be_pushed_at_once_where_the_registry_stays(action: Action, name: str | None) -> None:
    change = ResourceChange(
        address="module.registry.aws_ecr_repository.this",
        type="aws_ecr_repository",
        name="this",
        action=action,
        after={"name": "backend"},
    )
    assert new_registry(Plan(resources=(change,))) == name
    assert new_registry(Plan(resources=())) is None


def _holder(seconds: float) -> LockHolder:
    created: Any = NOW + timedelta(seconds=seconds)
    return LockHolder(id="1", who="root@deployer", operation="apply", created=created)


def _stage(name: str, status: str = "running") -> StageRecord:
    return StageRecord.model_validate({"name": name, "status": status, "started": NOW})


@pytest.mark.parametrize(
    ("holder", "stages", "dead"),
    [
        (_holder(5), (_stage("apply"),), True),
        (_holder(5), (_stage("plan"),), True),
        # Taken before the dead run began with it: somebody's own Terraform.
        (_holder(-5), (_stage("apply"),), False),
        (_holder(5), (_stage("apply", "done"), _stage("push")), False),
        (_holder(5), (), False),
    ],
)
def test_only_the_dead_runs_lock_on_the_state_is_broken(
    holder: LockHolder, stages: tuple[StageRecord, ...], dead: bool
) -> None:
    assert left_behind(holder, stages) is dead


THROTTLED = TerraformFailed("f", "c", "r", (Diagnostic("error", "ThrottlingException: Rate exceeded"),))


@pytest.mark.parametrize(
    ("fault", "again"),
    [
        (PlanStale("f", "c", "r"), True),
        (THROTTLED, True),
        (TerraformFailed("f", "c", "r", (Diagnostic("error", "AccessDenied"),)), False),
        (None, False),
    ],
)
def test_an_apply_that_broke_off_is_planned_anew(fault: BaseException | None, again: bool) -> None:
    assert plan_again(fault) is again


# Preflight


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"SECRET_KEY": True, "REDIS_PASSWORD": True, "REPLICATE_API_TOKEN": True}, "is filled"),
        ({"SECRET_KEY": True, "REDIS_PASSWORD": True, "REPLICATE_API_TOKEN": False}, "TOKEN is empty"),
    ],
)
def test_a_secret_that_will_do(filled: dict[str, bool], said: str) -> None:
    assert said in secret_verdict("dev", "ai-video-dev/app", filled)


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"SECRET_KEY": True, "REDIS_PASSWORD": True}, "has no REPLICATE_API_TOKEN"),
        ({"SECRET_KEY": True, "REDIS_PASSWORD": False, "REPLICATE_API_TOKEN": True}, "REDIS_PASSWORD"),
        ({}, "has no SECRET_KEY"),
    ],
)
def test_a_secret_that_won_t(filled: dict[str, bool], said: str) -> None:
    with pytest.raises(NotGood, match=said):
        secret_verdict("dev", "ai-video-dev/app", filled)


def _check(name: str, good: bool | None) -> Check:
    kind = name.lower().replace(" ", "_")
    return Check(name=name, good=good, evidence="seen", kind=kind, remedy="do")


@pytest.mark.parametrize(
    ("checks", "matter", "kind"),
    [
        ([_check("Names", True), _check(ALARMS, None)], True, None),
        ([_check("State bucket", False), _check(ALARMS, False)], True, "state_bucket"),
        ([_check(ALARMS, False)], True, "alarms"),
        ([_check(ALARMS, False)], False, None),
        ([_check(ALARMS, False), _check("Names", False)], False, "names"),
        ([_check(SCHEDULES, False)], True, None),
    ],
)
def test_the_first_bad_check_is_the_cause(checks: list[Check], matter: bool, kind: str | None) -> None:
    found = preflight_verdict(checks, ringing_alarms_matter=matter)
    assert (found and found.cause.kind) == kind
    assert found is None or (found.cause.stage, found.cause.remedy) == ("preflight", "do")


def test_a_reference_names_a_secret_and_a_key_of_it() -> None:
    arn = "arn:aws:secretsmanager:us-east-2:1:secret:ai-video/app-AbCdEf"
    assert secret_key(f"{arn}:SECRET_KEY::") == (arn, "SECRET_KEY")
    assert secret_key(arn) == (arn, "")


# Verify


@pytest.mark.parametrize(
    ("serving", "target", "wrong"),
    [
        (_serving(), TARGET, False),
        (_serving(running=1), TARGET, True),
        (_serving(task_definition=OLD), TARGET, True),
        # Before the first release: whatever its definition is, none runs.
        (_serving(desired=0, running=0), NOTHING, False),
        (_serving(desired=1, running=0), NOTHING, True),
    ],
)
def test_what_serves_is_what_was_verified(serving: Serving, target: ServiceRecord, wrong: bool) -> None:
    assert (not_serving("backend", serving, target) is not None) is wrong


PLAN = PlanRecord(meaning="m", summary="nothing to change", destructive=False)
VERIFIED = _release(image=IMAGE, services={"backend": TARGET}, db_schema=FINISHED, plan=PLAN, verified=NOW)


@pytest.mark.parametrize(
    ("change", "film"),
    [
        ({}, False),
        ({"image": OTHER}, True),
        ({"services": {"backend": TARGET.model_copy(update={"task_definition": OLD})}}, True),
        ({"db_schema": FINISHED.model_copy(update={"after": "0005"})}, True),
        ({"plan": PLAN.model_copy(update={"changed_infrastructure": True})}, True),
        # A release between the two has changed the infrastructure, and failed.
        ({"unproven": True}, True),
    ],
)
def test_a_film_is_made_when_anything_is_new(change: dict[str, Any], film: bool) -> None:
    assert needs_film(VERIFIED.model_copy(update=change), VERIFIED) is film
    assert needs_film(VERIFIED, None)


def _health(**checks: str) -> Health:
    return Health("degraded", "1", {part: {"status": status} for part, status in checks.items()}, 0.01)


def test_a_part_that_is_not_needed_may_be_bad() -> None:
    assert judge_health(_health(database="ok", replicate_api="failed")) == "database ok, replicate_api failed"
    with pytest.raises(NotGood, match="redis failed"):
        judge_health(_health(database="ok", redis="failed"))


def test_an_error_is_a_line_of_that_level_not_one_with_the_word() -> None:
    lines = [
        '{"level": "info", "event": "an error was handled"}',
        '{"level": "error", "event": "it broke"}',
        '{"level": "critical", "event": "it is down"}',
        "error: from a library that writes no JSON",
        '"error"',
    ]
    assert errors(lines) == ["it broke", "it is down"]


def test_the_first_bad_line_of_the_checklist_is_the_cause() -> None:
    assert verify_verdict([_check("Tasks", True), _check("Film", None)]) is None
    found = verify_verdict([_check("Tasks", True), _check("Detailed health", False), _check("Film", False)])
    assert found is not None
    assert (found.cause.stage, found.cause.kind) == ("verify", "detailed_health")
