"""Which release a rollback leads to."""

from __future__ import annotations

import pytest

from flows.deployment.faults import StageFailed
from flows.deployment.release import Release
from flows.rolling_back.goal import choose, serves
from tests.rollback.records import release

A, B, C = release(1, "a"), release(2, "b"), release(3, "c")
B_AGAIN = release(4, "b")
BAD = release(5, "bad", verified=False)
# What a rollback from C to A has left.
BACK_TO_A = release(6, "a", kind="rollback", goal=A.id)
D = release(8, "d")
BACK_TO_B = release(7, "b", kind="rollback", goal=B.id)


def _serving(image: str) -> dict[str, str]:
    return {"backend": f"backend:{image}"}


@pytest.mark.parametrize(
    ("releases", "serving", "to", "goal"),
    [
        ([A, B], "b", None, A),
        ([A, B, C], "c", None, B),
        # A failed one serves nothing: what serves is the last verified one, and that is gone back from.
        ([A, B, BAD], "b", None, A),
        # What serves was never verified, or is no release at all: the last verified one.
        ([A, B, BAD], "bad", None, B),
        ([A, B], "by hand", None, B),
        ([A, B], "", None, B),
        # Deployed again without a change: going back to the same would change nothing.
        ([A, B, B_AGAIN], "b", None, A),
        # After a rollback the way leads further back, not to what was gone back from.
        ([A, B, C, BACK_TO_B], "b", None, A),
        # What was gone back from is not come back to: before it the other served.
        ([A, B, BACK_TO_A, D], "d", None, A),
        ([A, B, BACK_TO_A, D], "by hand", None, D),
        # Any verified one that is named, the newest too.
        ([A, B, C], "c", A.id, A),
        ([A, B, C, BACK_TO_A], "a", C.id, C),
        # One that was itself a rollback leads to what that brought back.
        ([A, B, BACK_TO_A, C], "c", BACK_TO_A.id, A),
    ],
)
def test_where_it_leads(releases: list[Release], serving: str, to: str | None, goal: Release) -> None:
    found = choose(releases, _serving(serving) if serving else {}, to)
    assert found.id == goal.id


@pytest.mark.parametrize(
    ("releases", "serving", "to", "kind"),
    [
        ([], "", None, "no_goal"),
        ([BAD], "bad", None, "no_goal"),
        ([A], "a", None, "no_goal"),
        ([A, B, BACK_TO_A], "a", None, "no_goal"),
        ([A, B], "b", "20200101T000000Z", "unknown_release"),
        ([A, B, BAD], "b", BAD.id, "not_verified"),
        ([A, B], "b", B.id, "serves_already"),
        ([A, B, BACK_TO_A], "a", A.id, "serves_already"),
        ([A, B, B_AGAIN], "b", B.id, "serves_already"),
    ],
)
def test_what_is_refused(releases: list[Release], serving: str, to: str | None, kind: str) -> None:
    with pytest.raises(StageFailed) as failed:
        choose(releases, _serving(serving) if serving else {}, to)
    assert (failed.value.cause.stage, failed.value.cause.kind) == ("choose", kind)
    assert failed.value.cause.remedy


def test_what_serves_is_the_newest_release_with_its_task_definitions() -> None:
    assert serves([A, B, B_AGAIN], _serving("b")) == B_AGAIN
    assert serves([A, B], _serving("c")) is None
    assert serves([A, B], {}) is None
    assert serves([A], _serving("a") | {"worker": "worker:1"}) is None
