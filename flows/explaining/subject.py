"""What is to be explained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from blocks.environment import Environment
from blocks.terraform.outputs import Outputs
from flows.deployment.release import Release
from flows.explaining.findings import Fault

# ECS keeps what has ended for about an hour.
REMEMBERED = timedelta(hours=1)
# Stages whose failure has nothing to do with what ECS runs.
BEFORE_ANY_TASK = ("preflight", "plan", "approve", "apply", "build", "push")


@dataclass(frozen=True)
class Subject:
    """What is to be explained.

    Attributes:
        outputs: None before the infrastructure was applied, or when nobody can tell.
        fault: None when it is to be found out whether anything is wrong.
        since: nothing older has to do with it.
    """

    environment: Environment
    outputs: Outputs | None
    release: Release | None
    fault: Fault | None
    since: datetime

    @property
    def runs_tasks(self) -> bool:
        """Whether what ECS runs may have to do with it."""
        return self.fault is None or self.fault.stage not in BEFORE_ANY_TASK
