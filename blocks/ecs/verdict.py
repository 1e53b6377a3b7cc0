"""Whether a roll-out has succeeded, and why not: decided from what ECS says of it, and from nothing else.

ECS's own waiter takes a finished rollback for success, since then too there is one deployment with as many
tasks as desired. Here the deployment is followed by its id, and a rollback is a failure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

FailureKind = Literal[
    "crashed",
    "out_of_memory",
    "unhealthy",
    "image",
    "secrets",
    "capacity",
    "circuit_breaker",
    "alarm",
    "stopped",
    "superseded",
    "deleted",
    "deadline",
]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Deployment(_Value):
    """A deployment of a service, as `EcsService.update` began it; it can be followed again after a kill.

    Attributes:
        id: ECS's id of it, `ecs-svc/…`.
        task_definition: the ARN that it rolls out.
        created_at: when, by AWS's clock.
    """

    id: str
    task_definition: str
    desired_count: int
    created_at: datetime


class StoppedTask(_Value):
    """A task that has ended; ECS forgets it after about an hour.

    Attributes:
        stop_code, reason: why ECS says that it ended.
        exit_code: of its main container; None when that never ran, which is a failure.
        container_reason: what went wrong with the container.
    """

    id: str
    task_definition: str
    stop_code: str = ""
    reason: str = ""
    exit_code: int | None = None
    container_reason: str = ""

    def __str__(self) -> str:
        code = "no exit code" if self.exit_code is None else f"exit code {self.exit_code}"
        said = "; ".join(part for part in (self.reason, self.container_reason) if part)
        return f"task {self.id} ended with {code}: {said or 'no reason given'}"


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The deployment is complete: it is the service's only one, with as many tasks as desired."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The deployment has ended otherwise. `message` says how, in words that end no sentence."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, slots=True)
class InProgress:
    """It goes on. `note` says with what."""

    note: str


Verdict = Succeeded | Failed | InProgress

_UNDER_WAY = {
    "PENDING": "waiting to begin",
    "IN_PROGRESS": "rolling out",
    "STOP_REQUESTED": "being stopped",
    "ROLLBACK_REQUESTED": "about to be rolled back by ECS",
    "ROLLBACK_IN_PROGRESS": "being rolled back by ECS",
}


def verdict(
    deployment: Deployment, service: Mapping[str, Any], service_deployment: Mapping[str, Any] | None = None
) -> Verdict:
    """Judges a deployment.

    Args:
        deployment: which one.
        service: from `DescribeServices`.
        service_deployment: from `DescribeServiceDeployments`, when there is one for it.
    """
    if service.get("status", "ACTIVE") != "ACTIVE":
        return Failed("deleted", f"the service is {str(service['status']).lower()}")
    status = (service_deployment or {}).get("status")
    deployments = service.get("deployments", [])
    ours = next((d for d in deployments if d.get("id") == deployment.id), None)
    if status == "STOPPED" and (ours is None or ours.get("status") != "PRIMARY"):
        return _gone(deployments)
    if service_deployment and (ended := _ended(service_deployment)):
        return ended
    if status in _UNDER_WAY and status != "IN_PROGRESS":
        return InProgress(_UNDER_WAY[status])
    if ours is None:
        return _gone(deployments)
    if ours.get("rolloutState") == "FAILED":
        reason = ours.get("rolloutStateReason") or "ECS gives no reason"
        return InProgress("has failed; ECS is winding it up") if status == "IN_PROGRESS" else _tripped(reason)
    if ours.get("status") != "PRIMARY":
        return _gone(deployments)
    return _counted(ours, len(deployments))


def threatens(deployment: Deployment, service: Mapping[str, Any], *, most_failures: int) -> Failed | None:
    """A deployment that ECS would let go on for ever: no task of it runs, and so many have failed.

    On a service's first deployment the circuit breaker has nothing to roll back to, and may leave it so.
    """
    for entry in service.get("deployments", []):
        if entry.get("id") != deployment.id or entry.get("rolloutState") == "COMPLETED":
            continue
        failed, running = int(entry.get("failedTasks") or 0), int(entry.get("runningCount") or 0)
        if failed >= most_failures and not running:
            return Failed("circuit_breaker", f"{failed} tasks failed and none runs")
    return None


_CAUSES: Sequence[tuple[FailureKind, str]] = (
    ("out_of_memory", r"OutOfMemory"),
    ("image", r"CannotPull|pull image|manifest unknown|ImageNotFound|exec format error"),
    ("secrets", r"ResourceInitializationError.*secret|unable to (pull|retrieve) secrets|secretsmanager"),
    ("capacity", r"Capacity is unavailable|RESOURCE:|insufficient capacity"),
    ("unhealthy", r"health check"),
)


def diagnose(stopped: Sequence[StoppedTask]) -> Failed | None:
    """Why a deployment's tasks ended, when all or most tell the same; None when they tell nothing."""
    found: dict[FailureKind, list[Failed]] = {}
    for task in stopped:
        if cause := _cause(task):
            found.setdefault(cause.kind, []).append(cause)
    if not found:
        return None
    most = max(found.values(), key=len)
    return most[0]


def telling(stopped: Sequence[StoppedTask]) -> tuple[StoppedTask, ...]:
    """The tasks that did not end because another deployment took their place."""
    return tuple(task for task in stopped if _cause(task))


def _cause(task: StoppedTask) -> Failed | None:
    said = f"{task.reason} {task.container_reason}"
    for kind, pattern in _CAUSES:
        if re.search(pattern, said, re.IGNORECASE):
            return Failed(kind, str(task))
    # A deployment that gives way to another one stops its tasks too: no cause but a result.
    if task.stop_code in ("ServiceSchedulerInitiated", "UserInitiated") or "Scaling activity" in task.reason:
        return None
    if task.exit_code is not None:
        return Failed("crashed", str(task))
    return Failed("circuit_breaker", str(task)) if said.strip() else None


def _ended(service_deployment: Mapping[str, Any]) -> Verdict | None:
    status = service_deployment.get("status")
    reason = str(service_deployment.get("statusReason") or "ECS gives no reason").strip().rstrip(".")
    if status in ("ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"):
        rolled = "ECS rolled it back" if status == "ROLLBACK_SUCCESSFUL" else "ECS could not roll it back"
        alarmed = (service_deployment.get("alarms") or {}).get("status") == "TRIGGERED"
        kind: FailureKind = "alarm" if alarmed or "alarm" in reason.lower() else "circuit_breaker"
        return Failed(kind, f"{rolled}: {reason}")
    if status == "STOPPED":
        return Failed("stopped", f"it was stopped: {reason}")
    return None


def _gone(deployments: Sequence[Mapping[str, Any]]) -> Failed:
    primary = next((d for d in deployments if d.get("status") == "PRIMARY"), None)
    if primary is None:
        return Failed("superseded", "the service has no such deployment any more")
    what = str(primary.get("taskDefinition", "")).rpartition("/")[2]
    return Failed("superseded", f"another deployment took its place, of {what or 'an unknown revision'}")


def _tripped(reason: str) -> Failed:
    return Failed("alarm" if "alarm" in reason.lower() else "circuit_breaker", reason.strip().rstrip("."))


def _counted(ours: Mapping[str, Any], deployments: int) -> Verdict:
    desired, running, pending = (
        int(ours.get(f"{name}Count") or 0) for name in ("desired", "running", "pending")
    )
    at_work = f"{running} of {desired} tasks run, {pending} are starting"
    # Services without the rolling controller have no state of their own.
    state = ours.get("rolloutState") or ("COMPLETED" if deployments == 1 else "IN_PROGRESS")
    if state == "COMPLETED" and running == desired and not pending:
        return Succeeded()
    return InProgress(at_work)
