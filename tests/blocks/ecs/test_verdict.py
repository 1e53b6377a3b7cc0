"""Whether a roll-out has succeeded: a table of what ECS says, and what it comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.ecs import Deployment, Failed, InProgress, StoppedTask, Succeeded, Verdict, diagnose, verdict
from blocks.ecs.verdict import threatens

OLD, NEW = "arn:aws:ecs:…:task-definition/backend:4", "arn:aws:ecs:…:task-definition/backend:5"
OURS = Deployment(
    id="ecs-svc/2", task_definition=NEW, desired_count=2, created_at=datetime(2026, 11, 24, tzinfo=UTC)
)


def entry(
    id_: str, status: str = "PRIMARY", state: str | None = "IN_PROGRESS", **more: Any
) -> dict[str, Any]:
    counts = {"desiredCount": 2, "runningCount": 2, "pendingCount": 0, "failedTasks": 0}
    return {
        "id": f"ecs-svc/{id_}",
        "status": status,
        "taskDefinition": NEW,
        "rolloutState": state,
        **counts,
        **more,
    }


def service(*deployments: dict[str, Any], status: str = "ACTIVE") -> dict[str, Any]:
    return {"status": status, "deployments": list(deployments)}


def rolling(status: str, **more: Any) -> dict[str, Any]:
    return {"status": status, **more}


DONE = entry("2", state="COMPLETED")
BEFORE = entry("1", "ACTIVE", "COMPLETED", taskDefinition=OLD, runningCount=1)
TRIPPED = entry("2", "ACTIVE", "FAILED", rolloutStateReason="ECS deployment circuit breaker: tasks failed.")
ROLLBACK = entry("3", "PRIMARY", "COMPLETED", taskDefinition=OLD)


@pytest.mark.parametrize(
    ("service", "service_deployment", "expected"),
    [
        pytest.param(service(DONE), None, Succeeded(), id="complete"),
        pytest.param(service(DONE), rolling("SUCCESSFUL"), Succeeded(), id="complete in both views"),
        pytest.param(
            service(entry("2", runningCount=1, pendingCount=1), BEFORE),
            rolling("IN_PROGRESS"),
            InProgress("1 of 2 tasks run, 1 are starting"),
            id="rolling out",
        ),
        pytest.param(
            service(entry("2"), BEFORE),
            None,
            InProgress("2 of 2 tasks run, 0 are starting"),
            id="old one drains",
        ),
        pytest.param(
            service(DONE | {"runningCount": 1}),
            rolling("SUCCESSFUL"),
            InProgress("1 of 2 tasks run, 0 are starting"),
            id="complete, and a task was lost since",
        ),
        pytest.param(
            service(DONE | {"desiredCount": 0, "runningCount": 1}),
            None,
            InProgress("1 of 0 tasks run, 0 are starting"),
            id="scaled to nothing, one still stops",
        ),
        pytest.param(
            service(DONE | {"desiredCount": 0, "runningCount": 0}), None, Succeeded(), id="scaled to nothing"
        ),
        pytest.param(
            service(ROLLBACK),
            rolling("ROLLBACK_SUCCESSFUL", statusReason="Circuit breaker threshold exceeded."),
            Failed("circuit_breaker", "ECS rolled it back: Circuit breaker threshold exceeded"),
            id="a finished rollback looks stable, and is a failure",
        ),
        pytest.param(
            service(ROLLBACK),
            None,
            Failed("superseded", "another deployment took its place, of backend:4"),
            id="a finished rollback without the other view",
        ),
        pytest.param(
            service(entry("3", taskDefinition=OLD), TRIPPED),
            rolling("ROLLBACK_IN_PROGRESS"),
            InProgress("being rolled back by ECS"),
            id="a rollback under way is waited for",
        ),
        pytest.param(
            service(entry("3", taskDefinition=OLD), TRIPPED),
            rolling("IN_PROGRESS"),
            InProgress("has failed; ECS is winding it up"),
            id="failed, the rollback not yet begun",
        ),
        pytest.param(
            service(TRIPPED | {"status": "PRIMARY"}),
            None,
            Failed("circuit_breaker", "ECS deployment circuit breaker: tasks failed"),
            id="a first deployment has nothing to go back to",
        ),
        pytest.param(
            service(ROLLBACK),
            rolling("ROLLBACK_FAILED", statusReason="No capacity"),
            Failed("circuit_breaker", "ECS could not roll it back: No capacity"),
            id="rollback failed",
        ),
        pytest.param(
            service(ROLLBACK),
            rolling("ROLLBACK_SUCCESSFUL", alarms={"status": "TRIGGERED"}),
            Failed("alarm", "ECS rolled it back: ECS gives no reason"),
            id="rolled back for an alarm",
        ),
        pytest.param(
            service(TRIPPED | {"rolloutStateReason": "CloudWatch alarm 5xx rang", "status": "PRIMARY"}),
            None,
            Failed("alarm", "CloudWatch alarm 5xx rang"),
            id="failed for an alarm",
        ),
        pytest.param(
            service(DONE),
            rolling("STOPPED", statusReason="stopped by a user"),
            Failed("stopped", "it was stopped: stopped by a user"),
            id="stopped",
        ),
        pytest.param(
            service(entry("4", taskDefinition="…/backend:9"), entry("2", "ACTIVE")),
            rolling("STOPPED"),
            Failed("superseded", "another deployment took its place, of backend:9"),
            id="stopped by a newer one",
        ),
        pytest.param(
            service(entry("2")), rolling("STOP_REQUESTED"), InProgress("being stopped"), id="being stopped"
        ),
        pytest.param(
            service(entry("2"), BEFORE), rolling("PENDING"), InProgress("waiting to begin"), id="pending"
        ),
        pytest.param(
            service(entry("4", taskDefinition="…/backend:9"), entry("2", "ACTIVE")),
            None,
            Failed("superseded", "another deployment took its place, of backend:9"),
            id="overtaken",
        ),
        pytest.param(
            service(),
            None,
            Failed("superseded", "the service has no such deployment any more"),
            id="lost",
        ),
        pytest.param(
            service(DONE, status="DRAINING"), None, Failed("deleted", "the service is draining"), id="deleted"
        ),
        pytest.param(service(entry("2", state=None)), None, Succeeded(), id="without a state, alone"),
        pytest.param(
            service(entry("2", state=None), BEFORE),
            None,
            InProgress("2 of 2 tasks run, 0 are starting"),
            id="without a state, with another",
        ),
    ],
)
def test_verdicts(
    service: dict[str, Any], service_deployment: dict[str, Any] | None, expected: Verdict
) -> None:
    assert verdict(OURS, service, service_deployment) == expected


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        (
            entry("2", failedTasks=10, runningCount=0),
            Failed("circuit_breaker", "10 tasks failed and none runs"),
        ),
        (entry("2", failedTasks=10, runningCount=1), None),
        (entry("2", failedTasks=9, runningCount=0), None),
        (entry("2", state="COMPLETED", failedTasks=10, runningCount=0), None),
        (entry("1", failedTasks=10, runningCount=0), None),
    ],
)
def test_a_deployment_that_would_go_on_for_ever(deployment: dict[str, Any], expected: Failed | None) -> None:
    assert threatens(OURS, service(deployment), most_failures=10) == expected


def task(reason: str = "", code: int | None = None, *, container: str = "", stop: str = "") -> StoppedTask:
    return StoppedTask(
        id="7f",
        task_definition=NEW,
        stop_code=stop,
        reason=reason,
        exit_code=code,
        container_reason=container,
    )


ESSENTIAL = "Essential container in task exited"


@pytest.mark.parametrize(
    ("stopped", "kind"),
    [
        ([task(ESSENTIAL, 1, stop="EssentialContainerExited")], "crashed"),
        ([task(ESSENTIAL, 137, container="OutOfMemoryError: Container killed")], "out_of_memory"),
        ([task(ESSENTIAL, 0, stop="EssentialContainerExited")], "crashed"),
        ([task("Task failed container health checks", 137, stop="ServiceSchedulerInitiated")], "unhealthy"),
        ([task("Task failed ELB health checks in (target-group x)", 0)], "unhealthy"),
        ([task("CannotPullContainerError: manifest unknown", stop="TaskFailedToStart")], "image"),
        ([task("exec format error", 1)], "image"),
        ([task("ResourceInitializationError: unable to pull secrets or registry auth")], "secrets"),
        ([task("ResourceInitializationError: secretsmanager: ResourceNotFoundException")], "secrets"),
        ([task("Capacity is unavailable at this time")], "capacity"),
        ([task("Something new", stop="TaskFailedToStart")], "circuit_breaker"),
        # What is stopped to make room for another deployment is no cause.
        (
            [
                task(
                    "Scaling activity initiated by (deployment ecs-svc/3)",
                    143,
                    stop="ServiceSchedulerInitiated",
                )
            ],
            None,
        ),
        ([task("Scaling activity", 143), task(ESSENTIAL, 3), task(ESSENTIAL, 3)], "crashed"),
        ([task(ESSENTIAL, 1), task("failed container health checks", 1), task("health checks")], "unhealthy"),
        ([], None),
    ],
)
def test_why_tasks_ended(stopped: list[StoppedTask], kind: str | None) -> None:
    found = diagnose(stopped)
    assert (found and found.kind) == kind


def test_a_cause_says_which_task_and_how_it_ended() -> None:
    found = diagnose([task(ESSENTIAL, 1, container="boom")])
    assert found
    assert found.message == f"task 7f ended with exit code 1: {ESSENTIAL}; boom"
