"""Whether AWS would take the values of a resource: by the API's models, and by what the AWS provider adds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from sandbox.provider.aws import Aws
from sandbox.provider.planning import Path
from sandbox.provider.resource import Resource
from sandbox.provider.schema import Allowed, TypeSchema
from sandbox.provider.values import UNKNOWN, Value


def complaints(aws: Aws, resource: Resource, values: Mapping[str, Value]) -> Iterator[tuple[Path, str]]:
    """What is wrong with a configuration or a plan.

    Args:
        aws: For the models of its clients; nothing is called.
        resource: The resource's type.
        values: Its attributes and blocks; what is UNKNOWN is passed over.

    Yields:
        The path of the attribute, and what is wrong with its value.
    """
    for path, said in _all(aws, resource, values):
        attribute = resource.schema.block.attributes.get(str(path[0]))
        secret = attribute is not None and attribute.sensitive
        yield path, "The value, which is secret, is not one that the API takes" if secret else said


def contradictions(schema: TypeSchema, config: Mapping[str, Value]) -> Iterator[tuple[Path, str]]:
    """What is wrong with a configuration's arguments beside each other; one that is UNKNOWN may be null yet.

    Yields:
        The path of an argument, and what is wrong.
    """
    given = {name for name, value in config.items() if value not in (None, [])}
    known = {name for name in given if config[name] is not UNKNOWN}
    for group in (*schema.conflicts, *schema.exactly_one):
        first, *more = [name for name in group if name in known] or [""]
        if more:
            yield (more[-1],), f"It can't be given beside {' and '.join([first, *more[:-1]])}"
    for group in schema.exactly_one:
        if given.isdisjoint(group):
            yield (group[0],), f"One of {', '.join(group)} has to be given"
    for group in schema.together:
        missing = [name for name in group if name not in given]
        if missing and (there := [name for name in group if name in known]):
            yield (there[0],), f"It has to be given together with {' and '.join(missing)}"


def _all(aws: Aws, resource: Resource, values: Mapping[str, Value]) -> Iterator[tuple[Path, str]]:
    of_model = resource.complaints(aws, values)
    yield from of_model
    told = {path for path, _ in of_model}
    for name in resource.schema.json:
        if isinstance(text := values.get(name), str) and (name,) not in told:
            yield from (((name,), said) for said in _not_json(text))
    for dotted, allowed in resource.schema.allowed.items():
        for path, value in _at(values, dotted.split("."), ()):
            # The model and the provider may both have something against a value.
            if path not in told and (said := _disallowed(allowed, value)):
                yield path, said


def _not_json(text: str) -> Iterator[str]:
    try:
        json.loads(text)
    except ValueError as error:
        yield f"It is not JSON: {error}"


def _at(values: Value, steps: list[str], path: Path) -> Iterator[tuple[Path, Value]]:
    """Every value at a dotted path, through the elements of all lists on the way."""
    if isinstance(values, list):
        for number, element in enumerate(values):
            yield from _at(element, steps, (*path, number))
    elif not steps:
        if values is not None and values is not UNKNOWN:
            yield path, values
    elif isinstance(values, dict):
        yield from _at(values.get(steps[0]), steps[1:], (*path, steps[0]))


def _disallowed(allowed: Allowed, value: Value) -> str:
    if allowed.values and value not in allowed.values:
        return f"{value} is not one of {', '.join(map(str, allowed.values))}"
    if allowed.range and not allowed.range[0] <= float(value) <= allowed.range[1]:
        least, most = allowed.range
        return f"{value} is not from {least:g} to {most:g}"
    if allowed.pattern and not re.fullmatch(allowed.pattern, str(value)):
        return f'"{value}" does not match {allowed.pattern}'
    return ""
