"""How a schema is taken back by hand, or why not."""

from __future__ import annotations

import pytest

from flows.schema.moving import Standing, way_down

STEPS = [
    {"version": "0001", "reversible": True, "loses": True, "description": "everything"},
    {"version": "0002", "reversible": False, "loses": True, "description": "a merge"},
    {"version": "0003", "reversible": True, "loses": True, "description": "a column"},
    {"version": "0004", "reversible": True, "loses": False, "description": "an index"},
    {"version": "0005", "reversible": True, "loses": False, "description": "another"},
]


def _at(current: str | None) -> Standing:
    return Standing.model_validate({"current": current, "head": "0005", "steps": STEPS})


@pytest.mark.parametrize(
    ("current", "to", "steps", "snapshot"),
    [
        ("0004", "0004", [], False),
        ("0004", "0003", ["0004"], False),
        ("0004", "0002", ["0004", "0003"], True),
        ("0005", "0003", ["0005", "0004"], False),
        (None, "base", [], False),
        ("0001", "base", ["0001"], True),
    ],
)
def test_what_is_taken_back(current: str | None, to: str, steps: list[str], snapshot: bool) -> None:
    found = way_down(_at(current), to)
    assert found.refusal is None
    assert [step.version for step in found.steps] == steps
    assert found.snapshot is snapshot


def test_what_the_release_that_serves_misses() -> None:
    steps = [{**step, "phase": "contract" if step["version"] == "0005" else "expand"} for step in STEPS]
    standing = Standing.model_validate({"current": "0005", "steps": steps})
    assert way_down(standing, "0003").missed == ("0004",)
    assert way_down(standing, "0004").missed == ()


@pytest.mark.parametrize(
    ("current", "to", "cause"),
    [
        ("0004", "0001", "step 0002 (a merge) is one-way"),
        ("0004", "base", "step 0002 (a merge) is one-way"),
        ("0004", "0005", "the database has no step '0005': it has 0001, 0002, 0003, 0004"),
        (None, "0001", "the database has no step '0001': it has none"),
        ("0009", "0003", "the database is at 0009, which the release that serves does not know"),
    ],
)
def test_what_is_refused(current: str | None, to: str, cause: str) -> None:
    found = way_down(_at(current), to)
    assert found.refusal
    assert found.refusal[0] == cause
    assert not found.snapshot
