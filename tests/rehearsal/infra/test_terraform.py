"""Terraform's own verdicts: valid, its tests, and a plan of every environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.infra.hcl import ENVIRONMENTS, INFRA
from tests.rehearsal.infra.conftest import PREFIXES, REDIS_PASSWORD, Terraform

CASES = sorted((INFRA / "terraform" / "tests").glob("*.tftest.hcl"))


def test_environments_are_valid(infrastructure: Terraform) -> None:
    told = json.loads(infrastructure.must("validate", "-json"))
    assert told["valid"]
    assert told["diagnostics"] == []


def test_bootstrap_is_valid(bootstrap: Terraform) -> None:
    told = json.loads(bootstrap.must("validate", "-json"))
    assert told["valid"]
    assert told["diagnostics"] == []


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.name.split(".")[0])
def test_terraforms_own_tests_pass(cases: Path, infrastructure: Terraform) -> None:
    told = infrastructure.run("test", "-json", f"-filter=tests/{cases.name}")
    events = [json.loads(line) for line in told.stdout.splitlines()]
    runs = {
        e["test_run"]["run"]: e["test_run"]["status"]
        for e in events
        if e["type"] == "test_run" and e["test_run"]["progress"] == "complete"
    }
    found = [e["diagnostic"] | {"run": e.get("@testrun")} for e in events if e["type"] == "diagnostic"]
    wrong = [f"{d['run']}: {d['summary']}: {d['detail']}" for d in found]
    assert told.returncode == 0, "\n".join([*wrong, told.stderr])
    assert len(runs) == cases.read_text().count('\nrun "')
    assert set(runs.values()) == {"pass"}


@pytest.mark.parametrize("environment", [path.stem for path in ENVIRONMENTS])
def test_every_environment_can_be_planned(environment: str, infrastructure: Terraform) -> None:
    plan = infrastructure.plan(environment)
    actions = {tuple(c["change"]["actions"]) for c in plan["resource_changes"] if c["mode"] == "managed"}
    assert actions == {("create",)}
    services = plan["output_changes"]["services"]["after"]
    assert services["backend"]["family"] == f"{PREFIXES[environment]}-backend"
    assert REDIS_PASSWORD not in json.dumps(plan)
