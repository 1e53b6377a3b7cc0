"""The OpenAPI document: what FastAPI makes of the endpoints, with problems, examples and readable names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.problems import Problem

WEBHOOKS = """What other services tell us, and what we tell yours.

A generation with a `webhook_url` is told there when it is completed, failed or cancelled, by a POST that is
signed as [Standard Webhooks](https://www.standardwebhooks.com) has it. To verify one, take the secret of
`GET /webhooks/secret`, and compare `webhook-signature` (`v1,` and a signature in base64; there may be more of
them, set apart by spaces) with HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`, the body byte by
byte as it came; refuse a `webhook-timestamp` that is more than five minutes off. There are libraries for it
in most languages.

Answer with 2xx within 15 s. Everything else, redirects included, is tried again after 5 s, 5 and 30 minutes,
2, 5, 10 and 14 hours, and given up then, or at once after a 410. The same event may come more than once: its
`webhook-id` stays the same.
"""
TAGS = [
    {"name": "sessions", "description": "Who asks: anonymous, known by a token, for seven days."},
    {"name": "assets", "description": "Logos, pictures and sound that are given for the films."},
    {"name": "generations", "description": "Films that were asked for: followed, stopped, taken up again."},
    {
        "name": "drafts",
        "description": "Cheap films: their scenes are approved, and promoted to a film in full.",
    },
    {"name": "clips", "description": "The shots of a film; each can be made again."},
    {"name": "compositions", "description": "The versions of a film: watched, edited, downloaded."},
    {"name": "webhooks", "description": WEBHOOKS},
    {"name": "health", "description": "How the system is."},
]
_REFERENCE = "#/components/schemas/"


def operation_id(route: APIRoute) -> str:
    """The name under which generated clients offer an endpoint: that of its function."""
    return route.name


def install(app: FastAPI) -> None:
    """Makes the application's document complete; it is made once, when it is first asked for."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            problem = Problem.model_json_schema(ref_template=_REFERENCE + "{model}")
            schemas |= problem.pop("$defs", {})
            schemas["Problem"] = problem
            for schema in schemas.values():
                if "examples" in schema:
                    schema["examples"] = [_with_nulls(each, schema, schemas) for each in schema["examples"]]
            for operation in _operations(document):
                # FastAPI's own, which is never sent.
                operation["responses"].pop("422", None)
                _add_examples(operation, schemas)
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
        return document

    app.openapi = described


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _add_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Shows beside each body what its schema gives as an example, or what its parts give together."""
    for described in (operation.get("requestBody", {}), *operation["responses"].values()):
        for body in described.get("content", {}).values():
            if body.keys().isdisjoint({"example", "examples"}) and body.get("schema"):
                body["example"] = _example(body["schema"], schemas)


def _with_nulls(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """An example with the nulls that its schema requires: FastAPI leaves them out of all it describes."""
    if reference := schema.get("$ref"):
        return _with_nulls(value, schemas[reference.removeprefix(_REFERENCE)], schemas)
    if value is not None and "anyOf" in schema:
        return _with_nulls(value, schema["anyOf"][0], schemas)
    if isinstance(value, list) and "items" in schema:
        return [_with_nulls(item, schema["items"], schemas) for item in value]
    if isinstance(value, dict) and (properties := schema.get("properties")):
        return {
            name: _with_nulls(value.get(name), part, schemas)
            for name, part in properties.items()
            if name in value or name in schema.get("required", ())
        }
    return value


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The example of a schema, null where neither it nor a part of it has one."""
    if reference := schema.get("$ref"):
        return _example(schemas[reference.removeprefix(_REFERENCE)], schemas)
    if examples := schema.get("examples"):
        return examples[0]
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    if properties := schema.get("properties"):
        return {name: _example(part, schemas) for name, part in properties.items()}
    # Of alternatives, such as something or null, the first.
    return _example(schema["anyOf"][0], schemas) if "anyOf" in schema else schema.get("default")
