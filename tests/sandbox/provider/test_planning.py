"""What a change of a resource comes to, in a table."""

from __future__ import annotations

import pytest

from sandbox.provider.planning import plan
from sandbox.provider.schema import TypeSchema, block_of
from sandbox.provider.values import UNKNOWN

RAW = {
    "attributes": {
        "arn": ["c", "string"],
        "name": ["r", "string"],
        "size": ["oc", "number"],
        "public": ["o", "bool"],
        "policy": ["o", "string"],
        "groups": ["o", ["set", "string"]],
        "token_wo": ["ow", "string"],
        "tags_all": ["oc", ["map", "string"]],
        "version": ["c", "string"],
    },
    "blocks": {
        "check": {
            "nesting": "list",
            "min": 0,
            "max": 1,
            "attributes": {"path": ["o", "string"], "port": ["oc", "string"]},
        },
        "rule": {
            "nesting": "set",
            "min": 0,
            "max": 0,
            "attributes": {"from": ["r", "number"], "id": ["c", "string"]},
        },
    },
}
OVERLAY = {"defaults": {"public": False, "check.path": "/"}}
SCHEMA = TypeSchema(
    kind="resource",
    name="thing",
    block=block_of(RAW, overlay=OVERLAY),
    force_new=("name", "check.port"),
    json=("policy",),
)
PRIOR = {
    "arn": "arn:1",
    "name": "a",
    "size": 3,
    "public": False,
    "policy": '{"a": 1}',
    "groups": ["x", "y"],
    "token_wo": None,
    "tags_all": {"k": "v"},
    "version": "1",
    "check": [{"path": "/", "port": "80"}],
    "rule": [{"from": 1, "id": "r1"}, {"from": 2, "id": "r2"}],
}
WRITTEN = {
    "arn": None,
    "name": "a",
    "size": None,
    "public": None,
    "policy": '{"a":1}',
    "groups": ["y", "x"],
    "token_wo": "hidden",
    "tags_all": None,
    "version": None,
    "check": [{"path": None, "port": None}],
    "rule": [{"from": 2, "id": None}, {"from": 1, "id": None}],
}


def proposed(config: dict) -> dict:
    """What Terraform proposes: the configuration, and what is computed as it was."""
    computed = {name: PRIOR[name] for name in ("arn", "size", "tags_all", "version") if config[name] is None}
    ids = {rule["from"]: rule["id"] for rule in PRIOR["rule"]}
    rules = [{**rule, "id": ids.get(rule["from"])} for rule in config["rule"]]
    ports = [check["port"] for check in PRIOR["check"]]
    checks = [
        {**check, "port": check["port"] or port} for check, port in zip(config["check"], ports, strict=False)
    ]
    return {**config, **computed, "rule": rules, "check": checks}


def test_what_aws_will_decide_of_a_new_thing_is_unknown() -> None:
    planned = plan(SCHEMA, prior=None, proposed=WRITTEN, config=WRITTEN, known={"tags_all": {"k": "v"}})
    assert planned.replace == ()
    assert planned.state == {
        "arn": UNKNOWN,
        "name": "a",
        "size": UNKNOWN,
        "public": False,
        "policy": '{"a":1}',
        "groups": ["y", "x"],
        "token_wo": None,
        "tags_all": {"k": "v"},
        "version": UNKNOWN,
        "check": [{"path": "/", "port": UNKNOWN}],
        "rule": [{"from": 2, "id": UNKNOWN}, {"from": 1, "id": UNKNOWN}],
    }


def test_the_same_said_otherwise_is_no_change() -> None:
    planned = plan(
        SCHEMA, prior=PRIOR, proposed=proposed(WRITTEN), config=WRITTEN, known={"tags_all": {"k": "v"}}
    )
    assert planned.state is PRIOR


@pytest.mark.parametrize(
    ("change", "becomes", "replace"),
    [
        ({"name": "b"}, {"name": "b", "arn": "arn:1"}, [("name",)]),
        ({"name": UNKNOWN}, {"name": UNKNOWN}, [("name",)]),
        ({"size": 4}, {"size": 4, "version": "1"}, []),
        ({"size": 3.0}, None, []),
        ({"public": True}, {"public": True}, []),
        ({"groups": ["x"]}, {"groups": ["x"]}, []),
        ({"policy": '{"a":2}'}, {"policy": '{"a":2}'}, []),
        ({"check": []}, {"check": []}, [("check",)]),
        (
            {"check": [{"path": None, "port": "81"}]},
            {"check": [{"path": "/", "port": "81"}]},
            [("check", 0, "port")],
        ),
        ({"check": [{"path": "/up", "port": None}]}, {"check": [{"path": "/up", "port": "80"}]}, []),
        (
            {"rule": [{"from": 3, "id": None}, {"from": 1, "id": None}]},
            {"rule": [{"from": 3, "id": UNKNOWN}, {"from": 1, "id": "r1"}]},
            [],
        ),
    ],
)
def test_a_change(change: dict, becomes: dict | None, replace: list) -> None:
    config = WRITTEN | change
    planned = plan(
        SCHEMA, prior=PRIOR, proposed=proposed(config), config=config, known={"tags_all": {"k": "v"}}
    )
    if becomes is None:
        assert planned.state is PRIOR
    else:
        assert planned.state is not None
        assert {name: planned.state[name] for name in becomes} == becomes
    assert list(planned.replace) == replace


def test_new_tags_of_the_provider_are_a_change() -> None:
    planned = plan(
        SCHEMA, prior=PRIOR, proposed=proposed(WRITTEN), config=WRITTEN, known={"tags_all": {"k": "w"}}
    )
    assert planned.state is not None
    assert planned.state["tags_all"] == {"k": "w"}


def test_what_is_to_be_destroyed_has_no_plan() -> None:
    assert plan(SCHEMA, prior=PRIOR, proposed=None, config=None, known={}).state is None
