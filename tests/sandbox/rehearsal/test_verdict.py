"""What a rehearsed deployment must end like."""

from typing import Any

import pytest

from sandbox.rehearsal.checkout import nothing
from sandbox.rehearsal.scenarios import Scenario
from sandbox.rehearsal.verdict import faults

GOOD = Scenario("good", "", nothing, idle=frozenset({"build"}))
BAD = Scenario("bad", "", nothing, failure=frozenset({"roll_out.crashed"}))


def _document(**changed: Any) -> dict[str, Any]:
    document = {
        "release": "2",
        "verdict": "verified",
        "serving_release": "2",
        "cause": None,
        "cause_kind": None,
        "stages": [{"name": "build", "status": "skipped"}, {"name": "push", "status": "done"}],
    }
    return document | changed


FAILED = {
    "verdict": "failed",
    "serving_release": "1",
    "cause": "roll_out: crashed: exit code 3",
    "cause_kind": "roll_out.crashed",
}


@pytest.mark.parametrize(
    ("scenario", "changed", "failed_requests", "fault"),
    [
        (GOOD, {}, 0, None),
        (GOOD, {"verdict": "failed", "cause": "plan: x"}, 0, "to be verified and is failed: plan: x"),
        (GOOD, {"serving_release": "1"}, 0, "release 2 was to serve, not 1"),
        (GOOD, {"stages": [{"name": "build", "status": "done"}]}, 0, "nothing to do for build"),
        (GOOD, {"stages": []}, 0, "nothing to do for build"),
        (GOOD, {}, 2, "2 requests failed"),
        (BAD, FAILED, 0, None),
        (BAD, {}, 0, "it was to fail and is verified"),
        (BAD, FAILED | {"cause_kind": "verify.film_failed"}, 0, "not verify.film_failed"),
        (BAD, FAILED | {"serving_release": None}, 0, "release 1 was to serve still, not None"),
        (BAD, FAILED, 1, "1 requests failed"),
    ],
)
def test_faults(scenario: Scenario, changed: dict[str, Any], failed_requests: int, fault: str | None) -> None:
    found = faults(scenario, _document(**changed), last_good="1", failed_requests=failed_requests)
    if fault is None:
        assert found == []
    else:
        assert any(fault in each for each in found)
