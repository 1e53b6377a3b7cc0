"""Services and tasks of ECS."""

from blocks.ecs.definition import TaskDefinition
from blocks.ecs.events import Addresses, RollOut, RollOutEvent, Serving, TaskResult
from blocks.ecs.service import EcsService
from blocks.ecs.task import TaskNotPlaced, TaskNotStarted
from blocks.ecs.verdict import (
    Deployment,
    Failed,
    FailureKind,
    InProgress,
    StoppedTask,
    Succeeded,
    Verdict,
    diagnose,
    verdict,
)

__all__ = [
    "Addresses",
    "Deployment",
    "EcsService",
    "Failed",
    "FailureKind",
    "InProgress",
    "RollOut",
    "RollOutEvent",
    "Serving",
    "StoppedTask",
    "Succeeded",
    "TaskDefinition",
    "TaskNotPlaced",
    "TaskNotStarted",
    "TaskResult",
    "Verdict",
    "diagnose",
    "verdict",
]
