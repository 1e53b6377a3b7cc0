"""Which error a failed command stands for."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocks.terraform import Diagnostic, PlanStale, StateLocked, StateNotSaved, TerraformFailed
from blocks.terraform.errors import LockHolder, failure, lock_holder

LOCKED = """Error message: operation error S3: PutObject, https response error StatusCode: 412
Lock Info:
  ID:        3f0a
  Path:      ai-video-terraform-state-123/prod/terraform.tfstate
  Operation: OperationTypeApply
  Who:       root@build-7
  Version:   1.11.4
  Created:   2026-11-24 23:00:01.123456789 +0000 UTC
  Info:{space}


Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.""".format(space=" ")
HOLDER = LockHolder(
    id="3f0a",
    who="root@build-7",
    operation="apply",
    created=datetime(2026, 11, 24, 23, 0, 1, 123456, tzinfo=UTC),
    version="1.11.4",
    path="ai-video-terraform-state-123/prod/terraform.tfstate",
)


def error(summary: str, detail: str = "") -> Diagnostic:
    return Diagnostic("error", summary, detail)


@pytest.mark.parametrize(
    ("diagnostics", "kind", "cause"),
    [
        ([error("Saved plan is stale", "The given plan…")], PlanStale, "the state was changed after"),
        (
            [error("Error acquiring the state lock", LOCKED)],
            StateLocked,
            "locked by root@build-7 since",
        ),
        ([error("Error acquiring the state lock", "no more")], StateLocked, "the state is locked"),
        (
            [error("creating RDS", "DBInstanceAlreadyExists")],
            TerraformFailed,
            "creating RDS: DBInstanceAlready",
        ),
        (
            [error("It went wrong"), error("Invalid value", "port 99999")],
            TerraformFailed,
            "Invalid value: port",
        ),
        ([error("One", "a"), error("Two", "b")], TerraformFailed, "One: a (and 1 more)"),
        ([Diagnostic("warning", "Old", "thing")], TerraformFailed, "Killed"),
        ([], TerraformFailed, "Killed"),
    ],
)
def test_the_error_that_diagnostics_stand_for(
    diagnostics: list[Diagnostic], kind: type[TerraformFailed], cause: str
) -> None:
    found = failure("terraform apply failed", tuple(diagnostics), "\nKilled\n")
    assert type(found) is kind
    assert cause in found.cause
    assert str(found).startswith("terraform apply failed: ")
    assert set(found.diagnostics) == set(diagnostics)


@pytest.mark.parametrize(
    ("created", "time"),
    [
        ("2026-11-24 23:00:01.123456789 +0000 UTC", datetime(2026, 11, 24, 23, 0, 1, 123456, tzinfo=UTC)),
        ("2026-11-24T23:00:01Z", datetime(2026, 11, 24, 23, 0, 1, tzinfo=UTC)),
        ("2026-11-25 01:00:01.5 +0200 CEST", datetime(2026, 11, 24, 23, 0, 1, 500000, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_when_a_lock_was_taken(created: str, time: datetime | None) -> None:
    found = LockHolder.read({"ID": "3f0a", "Created": created})
    assert found
    assert found.created == time


@pytest.mark.parametrize(
    "said",
    [
        "api error DBInstanceAlreadyExists: DB instance already exists",
        "BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded",
        "ResourceAlreadyExistsException: The specified log group already exists",
        "EntityAlreadyExists: Role with name ai-video-execution already exists.",
        "InvalidGroup.Duplicate: The security group 'ai-video-tasks' already exists",
    ],
)
def test_what_exists_already_is_to_be_taken_over(said: str) -> None:
    found = failure("terraform apply failed", (error("creating it", said),))
    assert "reelflow state adopt" in found.remedy
    assert "not in Terraform's state" in found.cause


def test_who_holds_a_lock() -> None:
    assert lock_holder(LOCKED) == HOLDER
    assert lock_holder("no such thing") is None
    assert str(HOLDER) == "root@build-7 since 2026-11-24 23:00:01 UTC (apply, lock 3f0a)"


@pytest.mark.parametrize(
    ("diagnostics", "transient"),
    [
        ([error("reading ECS", "ThrottlingException: Rate exceeded")], True),
        ([error("reading ECS", "https response error StatusCode: 503, RequestID: …")], True),
        ([error("reading ECS", "dial tcp: connection refused"), Diagnostic("warning", "Old")], True),
        ([error("reading ECS", "ThrottlingException"), error("Invalid value", "port 99999")], False),
        ([error("creating RDS", "DBInstanceAlreadyExists")], False),
        ([], False),
    ],
)
def test_what_may_pass_by_itself(diagnostics: list[Diagnostic], transient: bool) -> None:
    assert failure("It failed", tuple(diagnostics)).transient is transient


@pytest.mark.parametrize(
    "kept",
    [
        TerraformFailed("a", "b", "c", (error("d"),)),
        StateLocked("a", "b", "c", (error("d"),), HOLDER),
        StateNotSaved("a", "b", "c", (), Path("/x/errored.tfstate")),
    ],
)
def test_errors_survive_another_process(kept: TerraformFailed) -> None:
    again = pickle.loads(pickle.dumps(kept))
    assert vars(again) == vars(kept)
    assert str(again) == str(kept)
