"""Every scenario's change fits this checkout, and changes what it says."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.rehearsal.checkout import copied
from sandbox.rehearsal.scenarios import SCENARIOS, Scenario

CHECKOUT = Path(__file__).parents[3]


def _changed(source: Path, copy: Path) -> set[str]:
    names = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}
    return {
        name
        for name in names
        if not (source / name).exists() or (source / name).read_bytes() != (copy / name).read_bytes()
    }


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_change_fits_and_compiles(scenario: Scenario, tmp_path: Path) -> None:
    copy = copied(CHECKOUT, tmp_path / "copy")
    assert _changed(CHECKOUT, copy) == set()
    scenario.change(copy)
    changed = _changed(CHECKOUT, copy)
    assert len(changed) == (0 if scenario.name in {"first", "nothing"} else 1)
    for name in changed:
        subprocess.run([sys.executable, "-m", "py_compile", str(copy / name)], check=True)


def test_the_schema_of_the_migration_follows_ours(tmp_path: Path) -> None:
    copy = copied(CHECKOUT, tmp_path / "copy")
    [migration] = [scenario for scenario in SCENARIOS if scenario.name == "migration"]
    migration.change(copy)
    asked = "from app import migrate; print(*(step.version for step in migrate.steps()))"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=copy,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(copy)},
    )
    versions = done.stdout.split()
    assert versions == [f"{number:04d}" for number in range(1, len(versions) + 1)]
    assert (copy / "migrations/versions" / f"{versions[-1]}_rehearsal.py").exists()
