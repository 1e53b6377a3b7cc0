"""The failure matrix: every stage of a deployment, and what can go wrong in it.

What is tried again by itself must end verified; what isn't must end with one named cause. Whichever it is,
the last verified release serves, the schema is the one that it knows, and nothing is left locked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.rehearsal import changes
from sandbox.rehearsal.checkout import Change, nothing
from sandbox.rehearsal.harm import Harm, at_stage, calls, parts, together, unharmed
from sandbox.rehearsal.traffic import REQUESTS_PER_SECOND

# Long enough for boto3's own tries to be used up, shorter than what a stage waits in all.
CUT_S = 6.0
# A rolling update leaves nothing of the release before that could serve when the new one dies after it: until
# the one before has been started again, nobody does.
UNSERVED_S = 40
# As a failover takes, in short.
FAILOVER_S = 20.0
# An image that dies of itself does so while it bakes.
LONG_BAKE_S = changes.DIES_AFTER_S + 12.0


@dataclass(frozen=True)
class Cell:
    """One fault in one stage.

    Attributes:
        stage: in which it strikes.
        fault: what goes wrong, in words.
        change: what is shipped.
        harm: what is done to the environment meanwhile.
        failure: what the cause may be called, as stage.kind; empty when it must be verified.
        options: of the deployment, other than the rehearsal's.
        killed: whether the deployment is killed; another one then ends what it has begun.
        breaker: whether ECS's circuit breaker is shown the same image, to compare.
        failed_requests: so many may fail, of those sent meanwhile.
    """

    stage: str
    fault: str
    change: Change = changes.code
    harm: Harm = unharmed
    failure: frozenset[str] = frozenset()
    options: dict[str, Any] = field(default_factory=dict)
    killed: bool = False
    breaker: bool = False
    failed_requests: int = 0

    @property
    def name(self) -> str:
        """As `--only` takes it."""
        return f"{self.stage}.{self.fault.replace(' ', '-')}"


@dataclass(frozen=True)
class _Call:
    """A call that a stage makes.

    Attributes:
        ships: a change for which the stage has something to do.
        armed_in: from which stage on the call fails; "" when no stage before makes the same call.
        containing: what tells the call from others of the same name.
    """

    stage: str
    service: str
    operation: str
    ships: Change = changes.code
    armed_in: str = ""
    containing: str = ""


# In the command of a task that moves the schema on; a proof has another, and so has the way back.
MOVES = '"--phase"'
CALLS = (
    _Call("preflight", "cloudwatch", "DescribeAlarms", nothing),
    _Call("plan", "budgets", "DescribeBudget", nothing),
    _Call("apply", "logs", "PutRetentionPolicy", changes.infrastructure),
    _Call("push", "ecr", "GetAuthorizationToken", armed_in="plan"),
    _Call("prove", "ecs", "RunTask"),
    _Call("expand", "ecs", "RunTask", changes.step(), containing=MOVES),
    _Call("roll_out", "ecs", "UpdateService"),
    _Call("bake", "cloudwatch", "DescribeAlarms", armed_in="roll_out"),
    _Call("verify", "ecr", "GetAuthorizationToken", armed_in="bake"),
    _Call("contract", "ecs", "RunTask", changes.step("contract"), containing=MOVES),
)
SHIPS = {call.stage: call.ships for call in CALLS} | {"build": changes.code}


# What a provider is denied, Terraform tells in words of its own.
BY_TERRAFORM = {"plan": "terraform_failed", "apply": "terraform_failed"}


def _armed(call: _Call, harm: Harm) -> Harm:
    return at_stage(call.armed_in, harm) if call.armed_in else harm


def _calls(fault: str, harm: Callable[[str, str, str], Harm], kind: str = "") -> list[Cell]:
    """The same fault of a call in every stage that makes one."""
    return [
        Cell(
            call.stage,
            fault,
            call.ships,
            _armed(call, harm(call.service, call.operation, call.containing)),
            _fails(call.stage, BY_TERRAFORM.get(call.stage, kind)) if kind else frozenset(),
        )
        for call in CALLS
    ]


def _expired(service: str, operation: str, containing: str) -> Harm:
    # A proof is cleared away by the same call as it is made by: with no credentials at all nobody can.
    return calls.expired(service, operation, containing, times=1 if operation == "RunTask" else None)


def _cuts() -> list[Cell]:
    return [
        Cell(stage, "network cut", ships, at_stage(stage, calls.cut_off, lasts_s=CUT_S))
        for stage, ships in SHIPS.items()
    ]


def _kills() -> list[Cell]:
    return [
        Cell(stage, "process killed", ships, at_stage(stage, parts.killed), killed=True)
        for stage, ships in SHIPS.items()
    ]


def _fails(stage: str, *kinds: str) -> frozenset[str]:
    return frozenset(f"{stage}.{kind}" for kind in kinds)


LARGE = "CREATE TABLE rehearsed AS SELECT repeat(md5(n::text), 30) AS t FROM generate_series(1, 120000) AS n"
OF_ITS_OWN = [
    Cell("preflight", "lock held", nothing, parts.locked, _fails("deploy", "lock_held")),
    Cell("preflight", "alarm ringing", nothing, parts.alarm_rings, _fails("preflight", "alarms")),
    Cell(
        "preflight", "image can't be built", changes.unbuildable, failure=_fails("preflight", "build_failed")
    ),
    Cell("plan", "state lock left", nothing, parts.state_locked, _fails("plan", "state_locked")),
    Cell(
        "approve",
        "state moved meanwhile",
        changes.infrastructure,
        at_stage("approval", together(parts.state_moved, parts.approved)),
        options={"approval": "always"},
    ),
    Cell("apply", "plan gone stale", changes.infrastructure, at_stage("apply", parts.state_moved)),
    Cell("apply", "state lock lost", changes.infrastructure, at_stage("apply", parts.state_lock_lost)),
    Cell("build", "no Dockerfile", changes.undescribed, failure=_fails("deploy", "no_dockerfile")),
    Cell(
        "build",
        "disk full",
        harm=at_stage("build", parts.deployer_disk_full),
        failure=_fails("build", "build_failed"),
    ),
    Cell("push", "token expired", harm=calls.failing("registry", "Login", error="denied")),
    Cell("push", "broken off once", harm=calls.failing("registry", "Push", error="connection")),
    Cell(
        "push",
        "broken off always",
        harm=calls.failing("registry", "Push", error="connection", times=None),
        failure=_fails("push", "push_broken_off"),
    ),
    Cell("prove", "migration error", changes.step(up="SELECT 1/0"), failure=_fails("prove", "up")),
    Cell(
        "prove",
        "migration that locks",
        changes.step(up="CREATE INDEX rehearsed ON clips (frames)", down="DROP INDEX IF EXISTS rehearsed"),
        failure=_fails("prove", "lint"),
    ),
    Cell(
        "prove",
        "migration that the release before can't live with",
        changes.other_units,
        failure=_fails("prove", "previous_image"),
    ),
    Cell(
        "expand",
        "table in use",
        changes.step(),
        parts.table_in_use,
        _fails("expand", "migration_failed"),
    ),
    Cell(
        "expand",
        "migration error",
        changes.step(up=changes.FAILS_OUTSIDE_OF_A_PROOF),
        failure=_fails("expand", "migration_failed"),
    ),
    Cell(
        "expand",
        "disk full",
        changes.step(up=LARGE, down="DROP TABLE IF EXISTS rehearsed"),
        at_stage("expand", parts.database_disk_full),
        _fails("expand", "migration_failed"),
    ),
    Cell(
        "expand",
        "database gone",
        changes.step(),
        at_stage("expand", parts.database_gone, lasts_s=FAILOVER_S),
        _fails("expand", "migration_failed"),
    ),
    Cell(
        "expand",
        "task can't start",
        changes.step(),
        calls.failing("task", "PullImage", error="CannotPullContainerError", times=None, containing=MOVES),
        _fails("expand", "migration_failed"),
    ),
    Cell(
        "prove",
        "disk full",
        changes.step(up=LARGE, down="DROP TABLE IF EXISTS rehearsed"),
        parts.database_disk_full,
        _fails("prove", "copy", "up"),
    ),
    Cell(
        "prove",
        "database gone",
        changes.step(),
        at_stage("push", parts.database_gone),
        _fails("prove", "migration_failed"),
    ),
    Cell(
        "prove",
        "task can't start",
        harm=calls.failing("task", "PullImage", error="CannotPullContainerError", times=None),
        failure=_fails("prove", "migration_failed"),
    ),
    Cell(
        "roll_out",
        "image can't be pulled",
        harm=at_stage("roll_out", calls.failing("task", "PullImage", error="x", times=None)),
        failure=_fails("roll_out", "image"),
    ),
    Cell(
        "roll_out",
        "no capacity",
        harm=at_stage("roll_out", calls.failing("task", "PlaceTask", error="x", times=None)),
        failure=_fails("roll_out", "capacity"),
    ),
    Cell(
        "roll_out",
        "secret gone",
        harm=at_stage("roll_out", calls.failing("task", "ResolveSecrets", error="x", times=None)),
        failure=_fails("roll_out", "secrets"),
    ),
    Cell("roll_out", "crash loop", changes.crashing, failure=_fails("roll_out", "crashed"), breaker=True),
    Cell(
        "roll_out", "never healthy", changes.unhealthy, failure=_fails("roll_out", "unhealthy"), breaker=True
    ),
    Cell(
        "bake",
        "healthy then failing",
        changes.dying,
        failure=_fails("bake", "died") | _fails("roll_out", "crashed"),
        options={"bake_s": LONG_BAKE_S},
        breaker=True,
        failed_requests=UNSERVED_S * REQUESTS_PER_SECOND,
    ),
    Cell("bake", "alarm", harm=at_stage("bake", parts.alarm_rings), failure=_fails("bake", "alarm")),
    Cell(
        "verify",
        "database gone",
        harm=at_stage("bake", parts.database_gone),
        failure=_fails("verify", "detailed_health", "database"),
    ),
    Cell(
        "verify",
        "no film",
        changes.filmless,
        failure=_fails("verify", "film_failed"),
        options={"generation": True},
    ),
    Cell(
        "contract",
        "table in use",
        changes.step("contract"),
        at_stage("verify", parts.table_in_use),
        _fails("contract", "migration_failed"),
    ),
]

_ORDER = (
    "preflight",
    "plan",
    "approve",
    "apply",
    "build",
    "push",
    "prove",
    "expand",
    "roll_out",
    "bake",
    "verify",
    "contract",
)
CELLS = tuple(
    sorted(
        [
            *_calls("transient API error", calls.unavailable),
            *_calls("throttling", calls.throttled),
            *_calls("expired credentials", _expired, "aws_denied"),
            *_cuts(),
            *_kills(),
            *OF_ITS_OWN,
        ],
        key=lambda cell: _ORDER.index(cell.stage),
    )
)
