"""What `reelflow rollback` and `reelflow state` say to a wrong call, and in a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli import app
from commands.rollback.showing import show_follows, show_versions


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("rollback", "prod", "--to", "yesterday"), 2, "see them with reelflow releases prod"),
        (("rollback", "prod", "--approval", "maybe"), 2, "approval: Input should be"),
        (("rollback", "mars"), 1, "There is no environment 'mars'"),
        (("state", "list", "mars"), 1, "There is no environment 'mars'"),
        (("state", "adopt", "mars"), 1, "There is no environment 'mars'"),
    ],
)
def test_a_wrong_call_is_one_line(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == code
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def _console() -> tuple[Console, io.StringIO]:
    said = io.StringIO()
    return Console(file=said, width=160, color_system=None), said


def test_versions_in_a_terminal() -> None:
    console, said = _console()
    base = {"written": "2026-11-24T12:00:00+00:00", "size_bytes": 1, "current": False, "deleted": False}
    versions = [
        base | {"id": "d" * 32, "current": True, "deleted": True},
        base | {"id": "b" * 32, "fault": "it is no JSON", "serial": None, "resources": 0},
        base
        | {
            "id": "a" * 32,
            "fault": None,
            "serial": 7,
            "resources": 80,
            "lineage": "3f0a-1",
            "terraform_version": "1.14.0",
        },
    ]
    show_versions({"versions": versions}, console)
    lines = [line.split() for line in said.getvalue().splitlines()]
    assert lines[1] == ["d" * 12, "2026-11-24", "12:00:00", "current", "deleted"]
    assert lines[2][-4:] == ["it", "is", "no", "JSON"]
    assert lines[3] == ["a" * 12, "2026-11-24", "12:00:00", "7", "80", "3f0a-1", "1.14.0"]
    show_versions({"versions": []}, console)
    assert "no state yet" in said.getvalue()


def test_what_would_follow_in_a_terminal() -> None:
    console, said = _console()
    show_follows(
        {
            "summary": "1 to delete",
            "changes": [{"Action": "delete", "Resource": "aws_db_instance.a", "Attributes": ""}],
            "destroys": [{"action": "delete", "address": "aws_db_instance.a", "consequence": "data is lost"}],
        },
        console,
    )
    assert "delete aws_db_instance.a: data is lost" in said.getvalue()
    assert said.getvalue().strip().endswith("What would follow: 1 to delete.")
