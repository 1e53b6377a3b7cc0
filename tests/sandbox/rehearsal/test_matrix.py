"""The failure matrix: its cells fit this checkout, and what must be at their end is judged rightly."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commands.deployment.matrix import recovery
from flows.deployment.release import Branch, Release, Schema, ServiceRecord, StageRecord
from sandbox.rehearsal.cells import CELLS, SHIPS, Cell
from sandbox.rehearsal.end_state import EndState, faults, seconds_to_good
from sandbox.rehearsal.matrix_picture import draw

CHECKOUT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
GOOD = Release(
    id="1",
    environment="sandbox",
    started=NOW,
    source="a",
    verified=NOW,
    db_schema=Schema(before=None, after="0003", head="0003"),
    services={"backend": ServiceRecord(task_definition="backend:1", desired_count=1)},
)
END = EndState({"backend": "backend:1"}, True, GOOD, "0003", (), 7, ())
OVERCOME = Cell("plan", "throttling")
FATAL = Cell("roll_out", "crash loop", failure=frozenset({"roll_out.crashed"}))
VERIFIED = {"verdict": "verified", "release": "2", "cause": None, "cause_kind": None}
CRASHED = {"verdict": "failed", "release": "2", "cause": "exit 3", "cause_kind": "roll_out.crashed"}


def test_every_cell_has_a_name_of_its_own() -> None:
    assert {name: n for name, n in Counter(cell.name for cell in CELLS).items() if n > 1} == {}


@pytest.mark.parametrize("fault", ["network cut", "process killed"])
def test_what_can_happen_anywhere_happens_everywhere(fault: str) -> None:
    assert {cell.stage for cell in CELLS if cell.fault == fault} == set(SHIPS)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the changes are made to."""
    copy = tmp_path / "copy"
    for name in ("app", "migrations", "flows/generation", "infra/terraform/environments"):
        shutil.copytree(CHECKOUT / name, copy / name)
    shutil.copy(CHECKOUT / "Dockerfile", copy)
    return copy


@pytest.mark.parametrize("cell", {cell.change: cell for cell in CELLS}.values(), ids=lambda cell: cell.name)
def test_a_change_fits_and_compiles(cell: Cell, checkout: Path) -> None:
    cell.change(checkout)
    for path in checkout.rglob("*.py"):
        original = CHECKOUT / path.relative_to(checkout)
        if not original.exists() or original.read_bytes() != path.read_bytes():
            compile(path.read_text(), str(path), "exec")


def test_a_change_of_code_or_infrastructure_is_another_each_time(checkout: Path) -> None:
    seen = set()
    for _ in range(3):
        for stage in ("build", "apply"):
            SHIPS[stage](checkout)
        seen.add(
            (checkout / "app/rehearsed.py").read_text()
            + (checkout / "infra/terraform/environments/sandbox.tfvars").read_text()
        )
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("cell", "deployed", "end", "failed_requests", "fault"),
    [
        (OVERCOME, VERIFIED, END, 0, None),
        (OVERCOME, CRASHED, END, 0, "to be verified and is failed: exit 3"),
        (FATAL, CRASHED, END, 0, None),
        (FATAL, VERIFIED, END, 0, "to fail and is verified"),
        (
            FATAL,
            CRASHED | {"cause_kind": "plan.aws_denied"},
            END,
            0,
            "to be roll_out.crashed: plan.aws_denied",
        ),
        (FATAL, CRASHED, replace(END, serving={"backend": "backend:2"}), 0, "release 1, verified last"),
        (FATAL, CRASHED, replace(END, steady=False), 0, "does not serve"),
        (FATAL, CRASHED, replace(END, schema_head="0004"), 0, "at 0004, and release 1 was left at 0003"),
        (FATAL, CRASHED, replace(END, locks=("the environment, by X",)), 0, "still locked: the environment"),
        (FATAL, CRASHED, replace(END, state_serial=None), 0, "state can't be read"),
        (FATAL, CRASHED, replace(END, open_branches=("roll_out",)), 0, "not undone: roll_out"),
        (FATAL, CRASHED, replace(END, last_verified=None), 0, "no release is verified"),
        (FATAL, CRASHED, END, 3, "3 requests failed"),
        (replace(FATAL, failed_requests=3), CRASHED, END, 3, None),
        (replace(FATAL, failed_requests=3), CRASHED, END, 4, "4 requests failed meanwhile, of at most 3"),
    ],
)
def test_what_must_be_at_the_end(
    cell: Cell, deployed: dict[str, Any], end: EndState, failed_requests: int, fault: str | None
) -> None:
    found = faults(cell, deployed, end, failed_requests=failed_requests)
    if fault is None:
        assert found == []
    else:
        assert any(fault in each for each in found)


def test_a_deployment_that_is_kept_out_has_a_cause_too() -> None:
    cell = Cell("preflight", "lock held", failure=frozenset({"deploy.lock_held"}))
    kept_out = {"verdict": "failed", "release": None, "cause": "the lock is held by X", "cause_kind": None}
    assert faults(cell, kept_out, END, failed_requests=0) == []


def test_how_long_a_bad_release_served() -> None:
    rolled = StageRecord(name="roll_out", started=NOW, ended=NOW + timedelta(seconds=20))
    back = Branch(name="roll_out", facts={}, status="run", ended=NOW + timedelta(seconds=31.5))
    release = GOOD.with_stage(rolled).with_branch(back)
    assert seconds_to_good(release) == 31.5
    assert seconds_to_good(release.with_branch(back.model_copy(update={"status": "closed"}))) is None
    assert seconds_to_good(GOOD) is None
    assert seconds_to_good(None) is None


def test_recovery_beside_the_breaker() -> None:
    cells: list[dict[str, Any]] = [
        {"seconds_to_good": 10.0, "breaker_seconds": 40.0},
        {"seconds_to_good": 20.0, "breaker_seconds": None},
        {"seconds_to_good": 60.0},
        {"seconds_to_good": None},
    ]
    assert recovery(cells) == {
        "median": 20.0,
        "worst": 60.0,
        "breaker_median": 40.0,
        "breaker_worst": None,
        "breaker_never": 1.0,
    }
    assert recovery([])["median"] is None


def test_it_is_drawn() -> None:
    cell = {
        "stage": "roll_out",
        "fault": "an image <that> can't be pulled at all",
        "verdict": "failed",
        "cause": "roll_out.image",
        "seconds": 12.0,
        "requests": 600,
        "failed_requests": 0,
        "faults": [],
    }
    document = {"cells": [cell, cell | {"stage": "bake", "faults": ["it <broke>"]}]}
    drawn = ET.fromstring(draw(document))
    words = [element.text or "" for element in drawn.iter() if element.tag.endswith("text")]
    assert "1 of 2 cells end as they must" in words
    assert "Roll out" in words
    assert "it <broke>" in [e.text for e in drawn.iter() if e.tag.endswith("title")]
    # However few cells there are, the words above them have room: half a size a letter, and some.
    assert int(drawn.attrib["width"]) > max(len(word) for word in words) * 13 * 0.55
