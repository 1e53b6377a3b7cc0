"""Which Terraform is run: the one on PATH, or the wheel's."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.terraform import terraform_command

WHEEL = (sys.executable, "-m", "stack.terraform")


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    terraform_command.cache_clear()
    yield
    terraform_command.cache_clear()


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ('{"terraform_version": "1.11.0"}', True),
        ('{"terraform_version": "1.15.5-dev"}', True),
        ('{"terraform_version": "2.0.1"}', True),
        ('{"terraform_version": "1.10.9"}', False),
        ('{"terraform_version": "0.12.31"}', False),
        ("no JSON", False),
        ("{}", False),
    ],
)
def test_the_one_on_path_is_taken_if_it_is_new_enough(
    told: str, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "terraform"
    program.write_text(f"#!/bin/sh\necho '{told}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert terraform_command() == ((str(program),) if taken else WHEEL)


def test_without_one_it_is_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert terraform_command() == WHEEL


def test_the_wheels_speaks_as_the_command_does(tmp_path: Path) -> None:
    told = subprocess.run([*WHEEL, "version", "-json"], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout)["terraform_version"] >= "1.15"
    (tmp_path / "main.tf").write_text("resource aws_x {")
    wrong = subprocess.run(
        [*WHEEL, f"-chdir={tmp_path}", "validate"], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 1
    assert "Unclosed configuration block" in wrong.stderr


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_the_wheels_ends_in_order_when_asked(asked: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "terraform_data" "made" {}\n'
        'resource "terraform_data" "slow" {\n'
        "  depends_on = [terraform_data.made]\n"
        '  provisioner "local-exec" {\n    command = "sleep 60"\n  }\n}\n'
    )
    process = subprocess.Popen(
        [*WHEEL, f"-chdir={tmp_path}", "apply", "-auto-approve", "-no-color"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if "Executing" in line:
            process.send_signal(asked)
            break
    process.communicate(timeout=60)
    assert process.returncode == 1
    state = json.loads((tmp_path / "terraform.tfstate").read_text())
    assert [one["name"] for one in state["resources"]] == ["made", "slow"]
    assert not (tmp_path / ".terraform.tfstate.lock.info").exists()
