"""`reelflow explain`: what it prints for people and machines, and what it says to an unknown word."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.settings import settings
from cli import app
from commands.explain.explain import as_document
from commands.explain.showing import show
from flows.explaining.explain import explain
from flows.explaining.findings import Findings
from tests.explaining import documents as d


def told(findings: Findings) -> str:
    said = io.StringIO()
    show(as_document(explain(findings)), Console(file=said, width=300))
    return said.getvalue()


def test_a_cause_is_told_with_its_evidence_and_the_next_step() -> None:
    ended = d.task("Essential container in task exited", exit_code=3, log=("[red]no such table[/]",))
    findings = d.findings(tasks=(ended,), fault=d.fault("crashed"))
    assert as_document(explain(findings))["ok"] is False
    first, *others = [line for line in told(findings).splitlines() if line.strip()]
    assert first.startswith("The program ends")
    assert "20261125T030000Z" in first
    # What a log holds is no markup.
    assert "log of task 1a2b3c4d: [red]no such table[/]" in "\n".join(others)
    assert others[-1].startswith("Next: Correct the release and run `reelflow deploy prod`")


def test_nothing_wrong_is_told_as_such() -> None:
    document = as_document(explain(d.findings()))
    assert (document["ok"], document["cause"], document["evidence"]) == (True, None, [])
    assert told(d.findings()).startswith("Nothing is wrong in prod")


def test_a_word_that_nobody_knows_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELFLOW_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    settings.cache_clear()
    result = CliRunner().invoke(app, ["explain", "nothing"])
    settings.cache_clear()
    assert result.exit_code == 2
    assert result.stderr.startswith("reelflow: There is nothing called 'nothing': it is no environment")
    assert len(result.stderr.splitlines()) == 1
