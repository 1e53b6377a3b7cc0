"""What is tried again, and how a fault is told as the one cause."""

from __future__ import annotations

import pickle

import pytest
from prefect.task_engine import TaskRunTimeoutError

from blocks.aws import AwsDenied, AwsUnavailable
from blocks.image import PushBrokenOff, PushFailed
from blocks.media_store.errors import AccessDenied, StoreUnavailable
from flows.deployment.faults import DeploymentError, StageFailed, passes, stage_failed

WORDS = ("What happened", "why", "Do this")


@pytest.mark.parametrize(
    ("fault", "again"),
    [
        (AwsUnavailable(*WORDS), True),
        (AwsDenied(*WORDS), False),
        (PushBrokenOff(*WORDS), True),
        (PushFailed(*WORDS), False),
        (StoreUnavailable(*WORDS), True),
        (AccessDenied(*WORDS), False),
        (ConnectionResetError("reset by peer"), True),
        (TimeoutError("no answer"), True),
        # The stage's whole time is up.
        (TaskRunTimeoutError("exceeded"), False),
        (StageFailed("verify", "film", "no film", "look"), False),
        (ValueError("a mistake of ours"), False),
        (None, False),
    ],
)
def test_only_what_passes_by_itself_is_tried_again(fault: object, again: bool) -> None:
    assert passes(fault) is again


@pytest.mark.parametrize(
    ("fault", "kind", "message", "remedy"),
    [
        (AwsDenied(*WORDS), "aws_denied", "What happened: why", "Do this"),
        (AccessDenied(*WORDS), "access_denied", "What happened: why", "Do this"),
        (DeploymentError(*WORDS), "deployment_error", "What happened: why", "Do this"),
        (KeyError("missing"), "key_error", "'missing'", "See the stage's log"),
        (RuntimeError(), "runtime_error", "RuntimeError", "See the stage's log"),
        (TaskRunTimeoutError("exceeded"), "deadline", "It did not end within 60 s", "See the stage's log"),
    ],
)
def test_a_fault_is_told_as_a_cause(fault: Exception, kind: str, message: str, remedy: str) -> None:
    cause = stage_failed("push", fault, deadline_s=60).cause
    assert (cause.stage, cause.kind, cause.message) == ("push", kind, message)
    assert cause.remedy.startswith(remedy)


def test_the_first_cause_stays_the_cause() -> None:
    first = StageFailed("build", "build_failed", "It broke", "Mend it")
    assert stage_failed("deploy", first) is first
    assert str(first) == "build: build_failed: It broke. Mend it."
    assert pickle.loads(pickle.dumps(first)).cause == first.cause
