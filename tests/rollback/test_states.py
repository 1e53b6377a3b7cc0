"""What a version of a state says of itself, and which of them can be put back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.terraform.state_history import StateError, StateVersion, find, read_state, with_serial

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _state(**fields: Any) -> bytes:
    resources = [
        {"mode": "managed", "type": "aws_vpc", "name": "this", "instances": [{}]},
        {"mode": "managed", "type": "aws_subnet", "name": "public", "instances": [{}, {}]},
        {"mode": "data", "type": "aws_caller_identity", "name": "current", "instances": [{}]},
    ]
    base = {"version": 4, "serial": 7, "lineage": "l", "terraform_version": "1.14.0", "resources": resources}
    return json.dumps(base | fields).encode()


def test_what_a_state_says_of_itself() -> None:
    found = read_state(_state())
    assert (found.serial, found.lineage, found.terraform_version) == (7, "l", "1.14.0")
    assert found.resources == 3
    assert found.fault is None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "it is empty"),
        (b"\x00\x01", "it is no JSON"),
        (_state()[:100], "it is no JSON"),
        (b"[]", "it is no state of format 4"),
        (b"{}", "it is no state of format 4"),
        (_state(version=3), "it is no state of format 4"),
        (_state(lineage=""), "it is no state of format 4"),
    ],
)
def test_what_is_no_state(content: bytes, fault: str) -> None:
    assert read_state(content).fault == fault


def test_a_state_that_is_put_back_is_newer_than_every_plan() -> None:
    raised = with_serial(_state(), 12)
    assert read_state(raised).serial == 12
    assert json.loads(raised) == json.loads(_state()) | {"serial": 12}


def _version(id_: str, content: bytes | None, hours: int) -> StateVersion:
    return StateVersion(
        id=id_,
        written=NOW - timedelta(hours=hours),
        size_bytes=len(content or b""),
        current=hours == 0,
        deleted=content is None,
        content=None if content is None else read_state(content),
    )


VERSIONS = (
    _version("ab1", None, 0),
    _version("ab2", b"broken", 1),
    _version("ab33", _state(), 2),
    _version("c", _state(serial=6), 3),
)


@pytest.mark.parametrize(("wanted", "found"), [("ab33", "ab33"), ("ab3", "ab33"), ("c", "c")])
def test_a_version_is_found_by_how_its_id_begins(wanted: str, found: str) -> None:
    assert find(VERSIONS, wanted).id == found


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("zz", "none of this id"),
        ("ab", "3 begin so"),
        ("ab1", "it is a deletion"),
        ("ab2", "it is no JSON"),
    ],
)
def test_what_can_not_be_put_back(wanted: str, said: str) -> None:
    with pytest.raises(StateError, match=said):
        find(VERSIONS, wanted)
