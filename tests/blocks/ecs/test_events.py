"""How one-off tasks end."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.ecs import TaskResult


def result(**more: Any) -> TaskResult:
    return TaskResult(**{"task_arn": "a", "task_definition": "t", "exit_code": 0, "seconds": 9.0} | more)


@pytest.mark.parametrize(
    ("ended", "cause"),
    [
        (result(log=("done",)), ""),
        (result(exit_code=1, log=("Traceback", "boom", " ")), "it ended with exit code 1: boom"),
        (result(exit_code=137), "it ended with exit code 137"),
        (result(exit_code=0, timed_out=True), "it was stopped after 9 s"),
        (
            result(exit_code=None, stopped_reason="CannotPull", container_reason="manifest unknown"),
            "its container never ran to its end: CannotPull; manifest unknown",
        ),
        (result(exit_code=None), "its container never ran to its end: ECS gives no reason"),
    ],
)
def test_how_a_task_ended(ended: TaskResult, cause: str) -> None:
    assert ended.cause == cause
    assert ended.succeeded is (cause == "")
