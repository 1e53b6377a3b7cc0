"""`reelflow migrate local …` in a process of its own, as a container runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import migrate

CHECKOUT = Path(__file__).parents[2]


def _run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "migrate", *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _document(url: str, *arguments: str) -> Any:
    done = _run(url, "local", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_there_and_back(empty_database_url: str) -> None:
    head = migrate.steps()[-1].version
    moved = _document(empty_database_url, "up", "--phase", "expand")
    assert (moved["from"], moved["to"]) == (None, head)
    assert [step["version"] for step in moved["steps"]] == [step.version for step in migrate.steps()]

    back = _document(empty_database_url, "down", "--to", "0002")
    assert (back["from"], back["to"]) == (head, "0002")

    where = _document(empty_database_url, "status")
    assert (where["current"], where["head"]) == ("0002", head)
    assert [step["version"] for step in where["pending"]] == [step.version for step in migrate.steps()[2:]]
    assert [step["version"] for step in where["steps"]] == [step.version for step in migrate.steps()]
    assert where["history"][-1]["direction"] == "down"

    said = _run(empty_database_url, "local", "status").stdout
    assert f"The schema is at 0002; this code has {head}." in said
    assert "pending  0003" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mars",), "There is no environment 'mars': there are sandbox, dev, staging, prod"),
        (("dev", "lint"), "for local"),
        (("local", "sideways"), "none of status, up, down, lint"),
        (("local", "up", "--phase", "both"), "neither expand nor contract"),
        (("local", "down"), "down needs --to"),
    ],
)
def test_a_wrong_call_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    done = _run("postgresql://nobody@127.0.0.1:1/none", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_version_that_is_unknown_is_said(empty_database_url: str) -> None:
    done = _run(empty_database_url, "local", "down", "--to", "9999")
    assert done.returncode == 1
    assert "There is no schema version '9999'" in done.stderr
