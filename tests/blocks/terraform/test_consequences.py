"""Every type of the configuration is judged."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from blocks.terraform.consequences import NOT_JUDGED, consequence, destroys

INFRA = Path(__file__).parents[3] / "infra" / "terraform"
TYPES = sorted(
    {
        found
        for file in INFRA.rglob("*.tf")
        for found in re.findall(r'^resource "(\w+)"', file.read_text(), re.MULTILINE)
    }
)


def test_there_are_types() -> None:
    assert "aws_db_instance" in TYPES


@pytest.mark.parametrize("type_", TYPES)
def test_what_losing_it_means_is_known(type_: str) -> None:
    assert consequence(type_, "delete", {}) != NOT_JUDGED


def test_what_is_not_known_is_not_called_harmless() -> None:
    assert consequence("aws_nat_gateway", "delete", {}) == NOT_JUDGED


@pytest.mark.parametrize(
    ("type_", "action", "before", "destructive"),
    [
        ("aws_db_instance", "replace", {}, True),
        ("aws_db_instance", "delete", {}, True),
        ("aws_db_instance", "update", {}, False),
        ("aws_db_instance", "forget", {}, False),
        ("aws_ecs_task_definition", "replace", {"skip_destroy": True}, False),
        ("aws_ecs_task_definition", "replace", {"skip_destroy": False}, True),
        ("aws_ecs_task_definition", "delete", {"skip_destroy": True}, True),
    ],
)
def test_what_ends_something(type_: str, action: str, before: dict[str, Any], destructive: bool) -> None:
    assert destroys(type_, action, before) is destructive
