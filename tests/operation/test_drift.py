"""What counts as drift: a table for each comparison."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.ecs.events import Serving, TaskResult
from blocks.terraform.plan import AttributeChange, Drift, Plan, ResourceChange
from flows.deployment.checks import NotGood, NotLooked
from flows.deployment.release import Release, Schema, ServiceRecord
from flows.operation.drift import (
    by_hand,
    judge_configuration,
    judge_drift,
    judge_running,
    judge_schema,
    judge_secrets,
    known_rules,
    rows,
)
from flows.operation.guide import state_arns, unexpected
from flows.operation.one_off import NotAnswered, document

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEFINITION = "arn:aws:ecs:us-east-2:1:task-definition/backend:7"


def _outcome(decide: Callable[[], str]) -> bool | None:
    try:
        assert decide()
    except NotGood:
        return False
    except NotLooked:
        return None
    return True


def _drift(kind: str, *paths: str, action: Any = "update") -> Drift:
    changed = tuple(AttributeChange(path=path, before="a", after="b") for path in paths)
    return Drift(address=f"{kind}.this", type=kind, action=action, attributes=changed)


@pytest.mark.parametrize(
    ("drift", "left"),
    [
        (_drift("aws_ecs_service", "task_definition", "desired_count"), None),
        (_drift("aws_ecs_service", "task_definition", "network_configuration[0].subnets"), 1),
        (_drift("aws_db_instance", "latest_restorable_time"), None),
        (_drift("aws_db_instance", "publicly_accessible"), 1),
        (_drift("aws_s3_bucket_lifecycle_configuration", "rule"), 1),
        (_drift("aws_ecs_service", action="delete"), 0),
    ],
)
def test_what_deployments_change_is_no_drift(drift: Drift, left: int | None) -> None:
    found = by_hand([drift])
    assert ([len(each.attributes) for each in found] or [None]) == [left]
    assert _outcome(lambda: judge_drift([drift])) is (left is None)
    assert len(rows(Plan(drift=(drift,)))) == (0 if left is None else max(1, left))


CHANGE = ResourceChange(address="aws_s3_bucket.media", type="aws_s3_bucket", name="media", action="update")


@pytest.mark.parametrize(
    ("plan", "same_source", "good"),
    [
        (Plan(), True, True),
        (Plan(), False, True),
        (Plan(resources=(CHANGE,)), True, False),
        # A checkout that waits for its deployment changes nothing yet.
        (Plan(resources=(CHANGE,)), False, None),
    ],
)
def test_the_configuration_that_was_deployed_is_there(
    plan: Plan, same_source: bool, good: bool | None
) -> None:
    assert _outcome(lambda: judge_configuration(plan, same_source=same_source)) is good


def _serving(**fields: Any) -> Serving:
    base = {"task_definition": DEFINITION, "image": "r@sha256:1", "digest": "sha256:1", "desired": 2}
    return Serving.model_validate(
        base | {"running": 2, "pending": 0, "deployments": 1, "steady": True} | fields
    )


WANTED = ServiceRecord(task_definition=DEFINITION, desired_count=2, image="r@sha256:1")


@pytest.mark.parametrize(
    ("serving", "wrong"),
    [
        (_serving(), None),
        # That fewer run than are wanted is the health check's.
        (_serving(running=1), None),
        (_serving(task_definition="arn:x/backend:8"), "runs backend:8 in place of backend:7"),
        (_serving(digest="sha256:2"), "runs image sha256:2 in place of sha256:1"),
        (_serving(desired=0), "is set to 0 tasks in place of 2"),
    ],
)
def test_a_service_runs_its_release(serving: Serving, wrong: str | None) -> None:
    if wrong is None:
        assert judge_running(serving, WANTED, "sha256:1")
        return
    with pytest.raises(NotGood) as found:
        judge_running(serving, WANTED, "sha256:1")
    assert wrong in found.value.evidence


@pytest.mark.parametrize(
    ("schema", "current", "good"),
    [
        (Schema(before="0002", after="0003", head="0003"), "0003", True),
        (Schema(before="0002", after="0003", head="0004"), "0003", True),
        (Schema(before="0002", after="0003", head="0003"), "0002", False),
        (Schema(before="0002", after="0003", head="0003"), None, False),
        (None, "0003", None),
    ],
)
def test_the_schema_is_as_the_release_left_it(schema: Schema | None, current: str | None, good: Any) -> None:
    release = Release(id="r", environment="dev", started=NOW, source="s", db_schema=schema)
    assert _outcome(lambda: judge_schema(release, current, "0003")) is good


@pytest.mark.parametrize(
    ("then", "now", "good"),
    [
        ({"arn:a": "1"}, {"arn:a": "1"}, True),
        # One that a later checkout asks for.
        ({"arn:a": "1"}, {"arn:a": "1", "arn:b": "1"}, True),
        ({"arn:a": "1"}, {"arn:a": "2"}, False),
        ({"arn:a": "1"}, {}, False),
        ({}, {"arn:a": "1"}, None),
    ],
)
def test_tasks_have_the_current_secrets(then: dict[str, str], now: dict[str, str], good: Any) -> None:
    assert _outcome(lambda: judge_secrets(then, now)) is good


def test_what_the_state_knows() -> None:
    rule = ResourceChange(
        address="r",
        type="aws_vpc_security_group_ingress_rule",
        name="r",
        action="no-op",
        before={"id": "sgr-1", "security_group_rule_id": "sgr-1", "arn": "arn:rule"},
    )
    plan = Plan(resources=(rule, CHANGE))
    assert known_rules(plan) >= {"sgr-1"}
    assert state_arns(plan) == {"arn:rule"}


OURS = {"Project": "reelflow", "Environment": "dev"}


@pytest.mark.parametrize(
    ("arn", "tags", "found"),
    [
        ("arn:known", OURS, False),
        ("arn:unknown", OURS, True),
        # What a deployment or AWS makes beside Terraform.
        ("arn:aws:rds:us-east-2:1:snapshot:dev-r", OURS, False),
        ("arn:aws:ecs:us-east-2:1:task/dev/1", OURS, False),
        # Another environment's, which looks after it itself.
        ("arn:other", {"Project": "reelflow", "Environment": "prod"}, False),
        ("arn:other", {"Project": "reelflow", "Environment": "experiment"}, True),
        ("arn:other", {"Project": "reelflow"}, True),
    ],
)
def test_resources_that_nobody_knows(arn: str, tags: dict[str, str], found: bool) -> None:
    listed = unexpected({arn: tags}, {"arn:known"}, {"dev", "prod"}, "dev")
    assert bool(listed) is found


def _result(**fields: Any) -> TaskResult:
    base = {"task_arn": "arn:x/t1", "task_definition": DEFINITION, "exit_code": 0}
    return TaskResult.model_validate(base | fields)


def test_an_answer_is_the_newest_document_with_its_keys() -> None:
    log = ('{"event": "started"}', '{"current": "0003", "head": "0003"}', "no document", '{"level": "info"}')
    assert document(_result(log=log), ["migrate"], ("current",)) == {"current": "0003", "head": "0003"}
    with pytest.raises(NotAnswered):
        document(_result(log=log), ["migrate"], ("pending",))
    with pytest.raises(NotAnswered):
        document(_result(exit_code=1), ["migrate"], ("current",))
    # An image from before the command.
    with pytest.raises(NotLooked):
        document(_result(exit_code=2), ["spending"], ("current",))
