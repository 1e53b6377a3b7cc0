"""What the service scheduler decides: which tasks to start and stop, and what becomes of a deployment.

Pure: it knows numbers and names only. The rules are those of ECS's rolling update: the scheduler keeps
at least minimumHealthyPercent (rounded up) of the desired tasks steady and has at most maximumPercent
(rounded down) of them there, and its circuit breaker counts tasks that ended before they were steady.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# ECS's bounds on the breaker's threshold of half the desired count.
BREAKER_SHARE = 0.5
BREAKER_MOST = 200


@dataclass(frozen=True)
class Standing:
    """A task of a service that isn't on its way out: its id, its deployment, and whether it is steady.

    Steady is running, healthy if it has a health check, and healthy to its target group if it has one.
    """

    id: str
    deployment: str
    steady: bool


@dataclass(frozen=True)
class Steps:
    """What to do now: how many tasks of the primary deployment to start, and which tasks to stop."""

    start: int = 0
    stop: tuple[str, ...] = ()


def next_steps(
    *, desired: int, minimum_percent: int, maximum_percent: int, primary: str, tasks: Sequence[Standing]
) -> Steps:
    """The scheduler's next steps.

    Args:
        desired: how many tasks the service wants.
        minimum_percent: of them that stay steady while tasks are replaced.
        maximum_percent: of them that may be there at once.
        primary: the deployment whose tasks are wanted.
        tasks: all tasks that aren't going, oldest first.
    """
    lower = math.ceil(desired * minimum_percent / 100)
    upper = max(math.floor(desired * maximum_percent / 100), 1 if desired else 0)
    own = [task for task in tasks if task.deployment == primary]
    old = [task for task in tasks if task.deployment != primary]
    start = max(0, min(desired - len(own), upper - len(tasks)))
    # Unsteady ones first: they serve nobody.
    surplus = sorted(own, key=lambda task: task.steady)[: max(0, len(own) - desired)]
    stop = [task.id for task in surplus]
    spare = sum(task.steady for task in tasks) - sum(task.steady for task in surplus) - lower
    for task in sorted(old, key=lambda task: task.steady):
        if not task.steady:
            stop.append(task.id)
        elif spare > 0:
            stop.append(task.id)
            spare -= 1
    return Steps(start, tuple(stop))


def breaker_threshold(desired: int, configuration: Mapping[str, Any] | None, *, fewest: int) -> int | None:
    """How many failed tasks trip the circuit breaker; None where it is off.

    Args:
        desired: how many tasks the service wants.
        configuration: the service's `deploymentCircuitBreaker`.
        fewest: the least that half of the desired count is rounded up to.
    """
    if not configuration or not configuration.get("enable"):
        return None
    own = configuration.get("thresholdConfiguration")
    if own is None:
        return min(max(math.ceil(desired * BREAKER_SHARE), fewest), BREAKER_MOST)
    if own["type"] == "COUNT":
        return own["value"]
    share = math.ceil(desired * own["value"] / 100)
    return max(share, 1) if own["type"] == "UNBOUNDED_PERCENT" else min(max(share, fewest), BREAKER_MOST)


class Fate(StrEnum):
    """What becomes of the deployment that goes on."""

    GOES_ON = "goes on"
    COMPLETED = "completed"
    ROLLS_BACK = "rolls back"
    FAILED = "failed"


def fate(
    *,
    desired: int,
    steady: int,
    others: int,
    failed: int,
    threshold: int | None,
    alarmed: bool,
    rollback: bool,
) -> Fate:
    """What becomes of a deployment.

    Args:
        desired: how many tasks the service wants.
        steady: how many tasks of this deployment are steady.
        others: how many tasks of other deployments have not stopped yet.
        failed: how many tasks of this deployment ended before they were steady.
        threshold: so many failures trip the circuit breaker; None where it is off.
        alarmed: whether an alarm that the deployment watches rings.
        rollback: whether it is to roll back then.
    """
    tripped = threshold is not None and failed >= threshold
    if tripped or alarmed:
        return Fate.ROLLS_BACK if rollback else Fate.FAILED
    return Fate.COMPLETED if steady >= desired and others == 0 else Fate.GOES_ON


# After so many failures in a row without a circuit breaker a service waits that long before the next start.
LONGEST_PAUSE_S = 10.0


def pause_after(failed: int) -> float:
    """How long a service waits before it starts another task, in seconds."""
    return min(0.2 * 2 ** (failed - 1), LONGEST_PAUSE_S) if failed else 0.0
