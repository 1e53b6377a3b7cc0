"""The record of one deployment: what was to be shipped, how far it is, and the way back.

Pure values. They hold no secret: names, digests, ARNs and verdicts only.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

ID_FORMAT = "%Y%m%dT%H%M%SZ"

Kind = Literal["deploy", "rollback"]


class _Value(BaseModel):
    # A record that a later version wrote may have more fields.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Status(StrEnum):
    """How a release is. Only `RUNNING` and `UNDOING` need a living process."""

    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    UNDOING = "undoing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    UNDO_FAILED = "undo_failed"


class StageRecord(_Value):
    """One stage: how it went, and in one line what came of it."""

    name: str
    status: Literal["running", "done", "skipped", "failed", "stopped"] = "running"
    started: AwareDatetime
    ended: AwareDatetime | None = None
    attempts: int = 1
    verdict: str = ""

    @property
    def seconds(self) -> float | None:
        """How long it took, from its first attempt on; None while it runs."""
        return (self.ended - self.started).total_seconds() if self.ended else None


class Cause(_Value):
    """Why a deployment failed: the one cause, and what to do next.

    Attributes:
        evidence: what speaks for it, each line with where it is from; the first names it more exactly.
    """

    stage: str
    kind: str
    message: str
    remedy: str
    evidence: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.stage}: {self.kind}: {self.message.rstrip('.')}. {self.remedy.rstrip('.')}."


class Check(_Value):
    """One line of a checklist.

    Attributes:
        good: None for what was not looked at.
        evidence: what was seen.
        kind: a word for what is wrong.
    """

    name: str
    good: bool | None
    evidence: str
    kind: str = ""
    remedy: str = ""


class Image(_Value):
    """An image in the registry; `tag` is the hash of all that goes into it."""

    repository: str
    tag: str
    digest: str

    @property
    def reference(self) -> str:
        return f"{self.repository}@{self.digest}"


class ServiceRecord(_Value):
    """What one service runs; without a task definition it runs nothing."""

    task_definition: str | None
    desired_count: int
    image: str | None = None


class PlanRecord(_Value):
    """The infrastructure's plan: the hash of what it would do, and who let it.

    Attributes:
        changed_infrastructure: whether this plan, or one before it for the same release, changes anything.
    """

    meaning: str
    summary: str
    destructive: bool
    approved_by: str | None = None
    changed_infrastructure: bool = False


class Step(_Value):
    """A step of the schema, as the image that has it tells of it."""

    version: str
    phase: Literal["expand", "contract"]
    reversible: bool
    description: str = ""
    digest: str = ""


class Schema(_Value):
    """The database's schema around the release; None is an empty one.

    Attributes:
        before: its version when the release began.
        after: its version now.
        head: the version that the image asks for.
        contracting: whether steps wait for the release to be verified.
        snapshot: taken before the first step, when one of them is one-way.
        ahead: whether it has steps that the image does not know and can live with.
        steps: every step that the image has, oldest first.
    """

    before: str | None
    after: str | None
    head: str
    contracting: bool = False
    snapshot: str | None = None
    ahead: bool = False
    steps: tuple[Step, ...] = ()


class Branch(_Value):
    """A way back, written before the change that it undoes.

    Attributes:
        name: of the stage that made the change.
        facts: all that undoing needs to know.
        status: `open` until it was run to its end, or is no longer wanted.
    """

    name: str
    facts: dict[str, object]
    status: Literal["open", "run", "failed", "closed"] = "open"
    started: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    verdict: str = ""


class Release(_Value):
    """One deployment of one environment.

    Attributes:
        kind: whether a checkout is shipped, or what an earlier release had is brought back.
        goal: of a rollback: the id of that release.
        source: the content hash of what is shipped: image, infrastructure, variables.
        infrastructure: under which its configuration is kept; see `flows.deployment.infrastructure`.
        last_verified: the newest release that was verified when this one began.
        unproven: whether the infrastructure was changed since, by releases that were not verified.
        verified: when it was; from then on it is what rollbacks lead to.
        proof: key of the record that proves the steps of its schema; None when there were none to prove.
        serving: what runs when it ended, service by service.
        secrets: the versions of the secrets that its tasks were started with, by ARN.
    """

    schema_version: Literal[1] = 1
    kind: Kind = "deploy"
    goal: str | None = None
    id: str
    environment: str
    status: Status = Status.RUNNING
    started: AwareDatetime
    ended: AwareDatetime | None = None
    flow_runs: tuple[UUID, ...] = ()
    revision: str | None = None
    source: str
    last_verified: str | None = None
    unproven: bool = False
    infrastructure: str | None = None
    verified: AwareDatetime | None = None
    plan: PlanRecord | None = None
    image: Image | None = None
    db_schema: Schema | None = None
    proof: str | None = None
    services: dict[str, ServiceRecord] = {}
    secrets: dict[str, str] = {}
    stages: tuple[StageRecord, ...] = ()
    branches: tuple[Branch, ...] = ()
    checks: tuple[Check, ...] = ()
    cause: Cause | None = None
    serving: dict[str, ServiceRecord] = {}

    @property
    def open_branches(self) -> tuple[Branch, ...]:
        """The ways back that were not gone yet, in the order in which to go them: newest first."""
        return tuple(branch for branch in reversed(self.branches) if branch.status in ("open", "failed"))

    def stage(self, name: str) -> StageRecord | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    def with_stage(self, stage: StageRecord) -> Release:
        """The same with a stage's record put in, or in the place of the one of its name."""
        others = {known.name: known for known in self.stages} | {stage.name: stage}
        return self.model_copy(update={"stages": tuple(others.values())})

    def with_branch(self, branch: Branch) -> Release:
        """The same with a branch added as the newest, or in the place of the one of its name."""
        known = {each.name: each for each in self.branches} | {branch.name: branch}
        return self.model_copy(update={"branches": tuple(known.values())})

    def stopped(self, now: datetime) -> Release:
        """The same with the stages ended that were at work when another one failed."""
        stages = (
            stage.model_copy(update={"status": "stopped", "ended": now})
            if stage.status == "running"
            else stage
            for stage in self.stages
        )
        return self.model_copy(update={"stages": tuple(stages)})

    def as_verified(self, now: datetime) -> Release:
        """The same as a rollback's goal: nobody goes its ways back any more."""
        closed = tuple(branch.model_copy(update={"status": "closed"}) for branch in self.branches)
        return self.model_copy(update={"verified": now, "branches": closed})


def next_id(now: datetime, newest: str | None) -> str:
    """An id that sorts after the newest one, even when the clock of whoever made that was ahead."""
    at = now.replace(microsecond=0)
    if newest is not None:
        at = max(at, datetime.strptime(newest, ID_FORMAT).replace(tzinfo=now.tzinfo) + timedelta(seconds=1))
    return at.strftime(ID_FORMAT)


def last_verified(newest: Release | None) -> str | None:
    """The id of the newest verified release, told from the newest release alone."""
    if newest is None:
        return None
    return newest.id if newest.verified else newest.last_verified


def unproven(newest: Release | None) -> bool:
    """Whether the infrastructure may be another than the one that was verified last."""
    if newest is None or newest.verified:
        return False
    return newest.unproven or bool(newest.plan and newest.plan.changed_infrastructure)
