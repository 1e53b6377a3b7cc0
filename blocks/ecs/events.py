"""What a roll-out and a one-off task tell while they go on, and what they end with."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from blocks.ecs.verdict import Deployment, FailureKind, StoppedTask


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class RollOutEvent(_Value):
    """A step of a roll-out: what ECS said, or that counts have changed.

    Attributes:
        at: when, by AWS's clock for what ECS said, by ours for counts.
        failed: tasks of this deployment that did not start or did not stay.
    """

    at: datetime
    message: str
    desired: int
    running: int
    pending: int
    failed: int


class RollOut(_Value):
    """How a roll-out ended.

    Attributes:
        kind, message: why it failed; None when it succeeded.
        stopped: tasks of it that ended, as evidence.
        seconds: how long it was followed.
    """

    deployment: Deployment
    succeeded: bool
    kind: FailureKind | None = None
    message: str = ""
    stopped: tuple[StoppedTask, ...] = ()
    seconds: float = 0.0


class Serving(_Value):
    """What a service runs now.

    Attributes:
        image, digest: of the service's container; `digest` is None when it is named by a tag.
        deployments: more than one while a roll-out is under way.
        steady: whether its one deployment is complete, with as many tasks as desired.
    """

    task_definition: str
    image: str
    digest: str | None
    desired: int
    running: int
    pending: int
    deployments: int
    steady: bool


class TaskResult(_Value):
    """How a one-off task ended.

    Attributes:
        exit_code: None is a failure: the container never ran to an end of its own.
        log: all that it wrote, line by line.
        timed_out: it was stopped because it took longer than allowed.
        seconds: from asking for it to its end.
    """

    task_arn: str
    task_definition: str
    exit_code: int | None
    stop_code: str = ""
    stopped_reason: str = ""
    container_reason: str = ""
    log: tuple[str, ...] = ()
    timed_out: bool = False
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        return self.exit_code == 0 and not self.timed_out

    @property
    def cause(self) -> str:
        """Why it failed, in words that end no sentence; empty when it succeeded."""
        if self.succeeded:
            return ""
        if self.timed_out:
            return f"it was stopped after {self.seconds:.0f} s"
        if self.exit_code is not None:
            last = next((line for line in reversed(self.log) if line.strip()), "")
            return f"it ended with exit code {self.exit_code}" + (f": {last.strip()}" if last else "")
        said = "; ".join(part for part in (self.stopped_reason, self.container_reason) if part)
        return f"its container never ran to its end: {said or self.stop_code or 'ECS gives no reason'}"


class Addresses(_Value):
    """Where one running task is. `public` is None without a public IP."""

    task_arn: str
    private: str
    public: str | None
    healthy: bool
