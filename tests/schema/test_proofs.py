"""What a proof comes to, and for how long it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.deployment.migrations import Pending
from flows.deployment.release import Image
from flows.schema.proofs import (
    LONGEST_LOCK_S,
    REMEDIES,
    Look,
    Part,
    Proof,
    holds,
    key_of,
    steps_digest,
    verdict,
)

BEFORE = Image(repository="r/backend", tag="t1", digest="sha256:1")
OTHER = Image(repository="r/backend", tag="t2", digest="sha256:2")
GOOD = Look(name="API", good=True, evidence="it starts")
BAD = Look(name="Worker", good=False, evidence='column "more" does not exist')


def _part(**fields: Any) -> Part:
    return Part.model_validate({"phase": "expand", "source": "backup 1", "rows": 7} | fields)


def _locked(seconds: float) -> list[dict[str, Any]]:
    lock = {"table": "clips", "mode": "ShareLock", "blocks": "writes", "seconds": seconds}
    return [{"version": "0004", "seconds": seconds, "locks": [lock]}]


def _proof(**fields: Any) -> Proof:
    made = {"before": "0003", "head": "0004", "steps": "abc", "made": datetime(2026, 11, 25, tzinfo=UTC)}
    return Proof.model_validate(made | {"release": "r", "image": "i", "previous": "sha256:1"} | fields)


@pytest.mark.parametrize(
    ("parts", "lived", "kind"),
    [
        pytest.param([_part()], [GOOD], None, id="good"),
        pytest.param([_part(up=_locked(LONGEST_LOCK_S))], [], None, id="locked for as long as may be"),
        pytest.param([_part(up=_locked(LONGEST_LOCK_S + 0.1))], [GOOD], "locks", id="locked for longer"),
        pytest.param([_part(failure="up", message="no")], [], "up", id="a step that fails"),
        pytest.param(
            [_part(), _part(phase="contract", failure="new_image")], [GOOD], "new_image", id="contracted"
        ),
        pytest.param([_part()], [GOOD, BAD], "previous_image", id="the release before can't live with it"),
        pytest.param([_part(failure="lint")], [BAD], "lint", id="the first counts"),
    ],
)
def test_what_it_comes_to(parts: list[Part], lived: list[Look], kind: str | None) -> None:
    found = verdict(parts, lived)
    assert (found and found[0]) == kind
    assert kind is None or kind in REMEDIES


def test_it_says_what_was_seen() -> None:
    assert verdict([_part()], [GOOD, BAD]) == ("previous_image", 'Worker: column "more" does not exist')
    said = verdict([_part(up=_locked(7.25))], [])
    assert said
    assert said[1].startswith("step 0004 keeps clips from writes for 7.2 s (ShareLock)")


@pytest.mark.parametrize(
    ("proof", "previous", "expected"),
    [
        pytest.param(None, BEFORE, False, id="none"),
        pytest.param(_proof(), BEFORE, True, id="of the same release before"),
        pytest.param(_proof(), OTHER, False, id="of another release before"),
        pytest.param(_proof(previous=None), BEFORE, False, id="nobody had to live with it then"),
        pytest.param(_proof(previous=None), None, True, id="nobody has to live with it"),
        pytest.param(_proof(failure="up"), BEFORE, False, id="a bad one is made again"),
    ],
)
def test_for_how_long_it_holds(proof: Proof | None, previous: Image | None, expected: bool) -> None:
    assert holds(proof, previous) is expected


def _pending(*digests: str) -> Pending:
    steps = [
        {"version": f"000{number}", "phase": "expand", "reversible": True, "digest": digest}
        for number, digest in enumerate(digests, start=4)
    ]
    return Pending.model_validate({"current": "0003", "head": "0005", "pending": steps})


def test_it_is_of_what_the_steps_are() -> None:
    assert steps_digest(_pending("a", "b")) == steps_digest(_pending("a", "b"))
    assert len({steps_digest(_pending(*each)) for each in (("a", "b"), ("b", "a"), ("a",), ("a", "c"))}) == 4
    assert key_of("dev", _pending("a")) == f"dev/proofs/0003-0005-{steps_digest(_pending('a'))}.json"


def test_it_is_told_in_one_line() -> None:
    part = _part(up=_locked(0.0123)).model_dump()
    assert str(_proof(parts=[part])) == "0003 → 0004 on backup 1 (7 rows): clips was locked for 12 ms"
    assert str(_proof(parts=[_part().model_dump()])).endswith("no table was locked")
