"""Which of the tasks that were found have failed, and by what verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from blocks.ecs.facts import TaskFacts
from blocks.ecs.verdict import Failed, FailureKind, diagnose
from flows.explaining.findings import Evidence, Findings
from flows.explaining.rule import Find, Match, shortened

SHOWN_LINES = 4
# A log level that says nothing about the failure.
_NOISE = re.compile(r"\bINFO\b|\"level\": ?\"(info|debug)\"|^\s*(File \"|\^|\||\+|~)|^\s*$")


def failing(findings: Findings) -> Iterator[tuple[TaskFacts, Failed]]:
    """Tasks that ended and should not have, newest first."""
    for task in findings.tasks:
        ended = task.as_stopped
        if ended is None or (task.one_off and ended.exit_code == 0):
            continue
        if found := diagnose([ended]):
            yield task, found


def starting(findings: Findings) -> Iterator[TaskFacts]:
    """Tasks that are not yet, or never were, at work."""
    for task in findings.tasks:
        if task.status in ("PROVISIONING", "PENDING", "ACTIVATING") or (
            task.status == "STOPPED" and task.started is None and task.stop_code == "TaskFailedToStart"
        ):
            yield task


def ended(*kinds: FailureKind, when: Callable[[TaskFacts], bool] = lambda _: True) -> Find:
    """A task has failed, by one of these verdicts."""

    def find(findings: Findings) -> Match | None:
        for task, failed in failing(findings):
            if failed.kind in kinds and when(task):
                return task_match(task)
        return None

    return find


def task_match(task: TaskFacts) -> Match:
    """What a failed task tells of itself: how it ended, and its last lines."""
    main = task.main
    code = main.exit_code if main else None
    lines = [line for line in task.log if not _NOISE.search(line)] or list(task.log)
    told = [
        Evidence(source=f"task {task.id[:8]}", text=how_it_ended(task)),
        *(Evidence(source=f"log of task {task.id[:8]}", text=line) for line in lines[-SHOWN_LINES:]),
    ]
    values = {
        "task": task.id[:8],
        "kind_of_task": "one-off task" if task.one_off else "task",
        "service": task.group.partition(":")[2],
        "exit_code": "none" if code is None else str(code),
        "reason": "; ".join(p for p in (task.reason, main.reason if main else "") if p).rstrip("."),
        "last": lines[-1].strip() if lines else "it has written nothing",
    }
    return Match(tuple(map(shortened, told)), values)


def how_it_ended(task: TaskFacts) -> str:
    """A stopped task in one line; one that has not stopped, by its status."""
    if (stopped := task.as_stopped) is None:
        return f"it is {task.status}"
    code = "no exit code" if stopped.exit_code is None else f"exit code {stopped.exit_code}"
    said = "; ".join(part for part in (stopped.reason, stopped.container_reason) if part)
    return f"{task.stop_code or 'stopped'}, {code}: {said or 'no reason given'}"
