"""What becomes of a state when AWS is looked at, in a table."""

from __future__ import annotations

import pytest

from sandbox.provider.observing import observed_state, typed
from sandbox.provider.schema import Attribute, Block, TypeSchema
from sandbox.provider.values import UNKNOWN
from tests.sandbox.provider.test_planning import PRIOR, SCHEMA


@pytest.mark.parametrize(
    ("observed", "becomes"),
    [
        ({}, {}),
        ({"size": "4"}, {"size": 4}),
        ({"groups": ["y", "x"]}, {"groups": ["x", "y"]}),
        ({"groups": ["y"]}, {"groups": ["y"]}),
        ({"policy": '{"a":1}'}, {"policy": '{"a": 1}'}),
        ({"policy": '{"a":2}'}, {"policy": '{"a":2}'}),
        ({"public": True}, {"public": True}),
        ({"token_wo": "leaked"}, {"token_wo": None}),
        ({"check": []}, {"check": []}),
        ({"check": [{"path": "/x"}]}, {"check": [{"path": "/x", "port": "80"}]}),
        ({"rule": [{"from": 2, "id": "r2"}]}, {"rule": [{"from": 2, "id": "r2"}]}),
        ({"rule": [{"from": 1}]}, {"rule": [{"from": 1, "id": "r1"}]}),
    ],
)
def test_drift(observed: dict, becomes: dict) -> None:
    assert observed_state(SCHEMA, PRIOR, observed) == PRIOR | becomes


@pytest.mark.parametrize("seen", [False, 0, "", [], {}])
def test_nothing_is_no_change_where_nothing_was_asked_for(seen: object) -> None:
    state = PRIOR | {"public": None}
    assert observed_state(SCHEMA, state, {"public": seen})["public"] is None


@pytest.mark.parametrize(("default", "told"), [(False, False), (True, False), (None, None)])
def test_what_is_off_in_an_imported_thing_is_told_where_it_has_a_default(
    default: object, told: object
) -> None:
    block = Block(attributes={"x": Attribute(type="bool", optional=True, default=default)}, blocks={})
    schema = TypeSchema(kind="resource", name="x", block=block)
    assert observed_state(schema, {"x": None}, {"x": False}, imported=True) == {"x": told}


def test_after_making_a_thing_nothing_is_unknown() -> None:
    made = PRIOR | {"arn": UNKNOWN, "size": UNKNOWN, "rule": [{"from": 1, "id": UNKNOWN}]}
    state = observed_state(SCHEMA, made, {"arn": "arn:2", "rule": [{"from": 1, "id": "new"}]})
    assert (state["arn"], state["size"]) == ("arn:2", None)
    assert state["rule"] == [{"from": 1, "id": "new"}]


@pytest.mark.parametrize(
    ("kind", "value", "becomes"),
    [
        ("string", True, "true"),
        ("string", 80, "80"),
        ("bool", "false", False),
        ("number", "60.0", 60),
        ("number", 0.5, 0.5),
        (["set", "number"], ["1"], [1]),
        (["map", "string"], {"a": 1}, {"a": "1"}),
        (["object", {"a": "string", "b": "bool"}], {"a": 1}, {"a": "1", "b": None}),
    ],
)
def test_values_take_the_schemas_type(kind: object, value: object, becomes: object) -> None:
    assert typed(kind, value) == becomes
