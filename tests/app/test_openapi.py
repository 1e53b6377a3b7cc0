"""The OpenAPI document says everything: what each operation does, takes, gives, and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.main import create_app

DOCUMENT = create_app().openapi()
OPERATIONS = [
    pytest.param(path, operation, id=f"{method.upper()} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
# Open to whoever comes.
PUBLIC = {"create_session", "receive_prediction", "health", "detailed_health"}


def bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What an operation takes and gives; of problems the component tells."""
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        for kind, content in body.get("content", {}).items():
            if kind != "application/problem+json":
                yield content


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_an_operation_is_described(path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    assert len(operation["tags"]) == 1
    assert operation["operationId"].replace("_", "").isalpha()
    assert (operation["operationId"] in PUBLIC) is ("security" not in operation)
    problem = operation["responses"]["default"]["content"]["application/problem+json"]
    assert problem["schema"]["$ref"] == "#/components/schemas/Problem"
    assert "422" not in operation["responses"]


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_examples_are_what_the_schema_allows(path: str, operation: dict[str, Any]) -> None:
    for body in bodies(operation):
        schema = {**body["schema"], "components": DOCUMENT["components"]}
        assert body["example"]
        assert not list(Draft202012Validator(schema).iter_errors(body["example"]))


def test_names_of_operations_are_unique() -> None:
    operations = [each for methods in DOCUMENT["paths"].values() for each in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_the_problem_has_an_example_of_itself() -> None:
    schema = DOCUMENT["components"]["schemas"]["Problem"]
    validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    assert not list(validator.iter_errors(schema["examples"][0]))
