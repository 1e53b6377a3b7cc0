"""What Terraform says while it works: recorded lines, and what they are read as."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.terraform.events import (
    Counted,
    Diagnostic,
    Drifted,
    Event,
    Operation,
    Planned,
    Refreshed,
    Waiting,
    outputs,
    parse,
)

RECORDED = Path(__file__).parent / "recorded"
CANARY = "canary-5up3r-s3cret"


def recorded(name: str) -> list[str]:
    return (RECORDED / f"{name}.jsonl").read_text().splitlines()


def events(name: str) -> list[Event]:
    return [event for line in recorded(name) if (event := parse(line)) is not None]


def test_an_apply_is_told_by_resource() -> None:
    told = events("apply")
    assert [e for e in told if isinstance(e, Operation) and e.address == "terraform_data.database"] == [
        Operation("terraform_data.database", "terraform_data", "create", "started"),
        Operation("terraform_data.database", "terraform_data", "create", "completed"),
    ]
    assert told[-1] == Counted("apply", add=3, change=0, remove=0)


def test_outputs_come_without_the_sensitive_ones() -> None:
    [values] = [found for line in recorded("apply") if (found := outputs(line)) is not None]
    assert values.keys() == {"note", "service"}
    assert values["note"] == "hello"


def test_a_refused_plan_is_told() -> None:
    told = events("plan")
    assert Planned("terraform_data.database", "terraform_data", "replace", "cannot_update") in told
    assert {e.address for e in told if isinstance(e, Refreshed)} >= {"terraform_data.database"}
    [refusal] = [e for e in dict.fromkeys(told) if isinstance(e, Diagnostic)]
    assert (refusal.severity, refusal.summary) == ("error", "Resource precondition failed")
    assert refusal.file == "main.tf"
    assert refusal.line
    # Its own words are the only place where a secret can be: they are redacted before they are told.
    assert CANARY in refusal.detail


def test_no_event_but_a_diagnostic_can_hold_a_value() -> None:
    told = [e for name in ("apply", "plan") for e in events(name) if not isinstance(e, Diagnostic)]
    assert told
    assert CANARY not in repr(told)
    assert "hello" not in repr(told)


RESOURCE = '"resource": {"addr": "module.db.aws_db_instance.this", "resource_type": "aws_db_instance"}'


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (
            f'{{"type": "resource_drift", "change": {{{RESOURCE}, "action": "update"}}}}',
            Drifted("module.db.aws_db_instance.this", "aws_db_instance", "update"),
        ),
        (
            f'{{"type": "apply_progress", "hook": {{{RESOURCE}, "action": "create", "elapsed_seconds": 9}}}}',
            Operation("module.db.aws_db_instance.this", "aws_db_instance", "create", "running", 9.0),
        ),
        (
            f'{{"type": "apply_errored", "hook": {{{RESOURCE}, "action": "create", "elapsed_seconds": 3}}}}',
            Operation("module.db.aws_db_instance.this", "aws_db_instance", "create", "failed", 3.0),
        ),
        ('{"type": "state_lock_acquire", "@message": "Acquiring state lock."}', Waiting()),
        (f'{{"type": "provision_progress", "hook": {{{RESOURCE}, "output": "secret"}}}}', None),
        ('{"type": "log", "@message": "free text"}', None),
        ('{"type": "something_new"}', None),
        ('{"type": "apply_start"}', Operation("", "", "", "started")),
        ("Successfully configured the backend!", None),
        ('{"type": "apply_comp', None),
        ("[]", None),
        ("", None),
    ],
)
def test_lines(line: str, event: Event | None) -> None:
    assert parse(line) == event


def test_a_diagnostic_is_one_line_of_text() -> None:
    told = Diagnostic("error", "No\n room", "for  this", "aws_x.y", "main.tf", 3)
    assert str(told) == "aws_x.y: No room: for this (main.tf:3)"
