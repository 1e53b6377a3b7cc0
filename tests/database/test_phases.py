"""Which steps run before a roll-out, and which after it."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from app import migrate
from app.migrate import PhaseOrder, Step

KINDS = {"e": "expand", "c": "contract"}


def _steps(kinds: str) -> tuple[Step, ...]:
    return tuple(
        Step(f"{number:04d}", f"step {number}", KINDS[kind], reversible=True)  # pyright: ignore[reportArgumentType]
        for number, kind in enumerate(kinds, start=1)
    )


@pytest.mark.parametrize(
    ("kinds", "before", "after"),
    [("", 0, 0), ("e", 1, 0), ("ee", 2, 0), ("c", 0, 1), ("ec", 1, 1), ("eecc", 2, 2)],
)
def test_those_that_expand_come_first(kinds: str, before: int, after: int) -> None:
    pending = _steps(kinds)
    assert migrate.of_phase(pending, "expand") == pending[:before]
    assert migrate.of_phase(pending, "contract") == pending[before:]
    assert before + after == len(pending)


@pytest.mark.parametrize("kinds", ["ce", "ece", "cce"])
@pytest.mark.parametrize("phase", ["expand", "contract"])
def test_one_roll_out_has_one_before_and_one_after(kinds: str, phase: migrate.Phase) -> None:
    with pytest.raises(PhaseOrder, match="expands the schema and comes after"):
        migrate.of_phase(_steps(kinds), phase)


def _with_a_contraction(monkeypatch: pytest.MonkeyPatch) -> tuple[Step, ...]:
    real = migrate.steps()
    marked = (*real[:-1], replace(real[-1], phase="contract"))
    monkeypatch.setattr(migrate, "steps", lambda: marked)
    return marked


def test_around_a_roll_out(empty_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = _with_a_contraction(monkeypatch)
    assert migrate.upgrade(empty_engine, phase="expand") == steps[:-1]
    assert migrate.status(empty_engine).current == steps[-2].version
    assert migrate.upgrade(empty_engine, phase="expand") == ()
    assert migrate.upgrade(empty_engine, phase="contract") == steps[-1:]
    assert migrate.upgrade(empty_engine, phase="contract") == ()


def test_nothing_is_contracted_before_all_is_expanded(
    empty_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_a_contraction(monkeypatch)
    with pytest.raises(PhaseOrder, match="was not run"):
        migrate.upgrade(empty_engine, phase="contract")
    assert migrate.status(empty_engine).current is None
