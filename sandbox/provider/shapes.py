"""Carries values between Terraform's attributes and the members of AWS's API, and checks them on the way.

The two mostly differ in how a name is written (`desired_count`, `desiredCount`), so a name without case and
underscores finds its partner; where they differ more, a resource says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, cast

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.provider.planning import Path
from sandbox.provider.schema import Block
from sandbox.provider.values import UNKNOWN, Value

Names = Mapping[str, str | None]
"""Dotted attribute → dotted member of the structure that its block is carried to; None: not carried."""

Visit = Callable[[Path, Shape, Value], None]


def request(
    shape: Shape,
    values: Mapping[str, Value],
    names: Names,
    *,
    visit: Visit | None = None,
    emptying: bool = False,
) -> dict[str, Any]:
    """The arguments of an API operation.

    Args:
        shape: The operation's input.
        values: Attributes and blocks; those without a partner in the input are left out.
        names: The partners that don't follow from the name.
        visit: Called with path, shape and value of everything that is carried.
        emptying: Whether an empty list is sent, which takes away what was there.

    Returns:
        The arguments, without those that are None.
    """
    assert isinstance(shape, StructureShape)
    given = values if emptying else {name: value for name, value in values.items() if value != []}
    return _structure(shape, given, names, (), "", visit or _ignore)


def response(block: Block, answer: Mapping[str, Any], names: Names, *, prefix: str = "") -> dict[str, Value]:
    """What an answer of the API says of a block's attributes and blocks; what it doesn't say is left out."""
    members = {_plain(member): member for member in answer}
    found: dict[str, Value] = {}
    for name in (*block.attributes, *block.blocks):
        member = names.get(prefix + name, members.get(_plain(name)))
        value = _member(answer, member) if member else None
        if value is None:
            continue
        if name in block.attributes:
            # A structure is not what a simple attribute of that name means.
            if not (isinstance(block.attributes[name].type, str) and isinstance(value, (list, dict))):
                found[name] = value
        else:
            elements = value if isinstance(value, list) else [value]
            found[name] = [
                response(block.blocks[name], inner, names, prefix=f"{prefix}{name}.") for inner in elements
            ]
    return found


def violations(shape: Shape, value: Value) -> Iterator[str]:
    """What an API's model has against a value: pattern, length, enumeration, range."""
    if value is None or value is UNKNOWN:
        return
    metadata = cast("Mapping[str, Any]", shape.metadata)
    least, most = metadata.get("min"), metadata.get("max")
    if shape.type_name == "string" and isinstance(value, str):
        if (allowed := metadata.get("enum")) and value not in allowed:
            yield f'"{value}" is not one of {", ".join(allowed)}'
        if (pattern := metadata.get("pattern")) and not _matches(pattern, value):
            yield f'"{value}" does not match {pattern}'
        yield from _outside(len(value), least, most, "is {} characters long")
    elif shape.type_name in ("integer", "long", "float", "double") and not isinstance(value, bool):
        yield from _outside(float(value), least, most, "is {}")
    elif isinstance(value, list):
        yield from _outside(len(value), least, most, "has {} elements")


def members_of(shape: StructureShape) -> Mapping[str, Shape]:
    """The members of a structure by name."""
    return cast("Mapping[str, Shape]", shape.members)


def member_of(shape: ListShape) -> Shape:
    """What a list is of."""
    return cast("Shape", shape.member)


def _structure(
    shape: StructureShape, values: Mapping[str, Value], names: Names, path: Path, prefix: str, visit: Visit
) -> dict[str, Any]:
    members = {_plain(member): member for member in members_of(shape)}
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        member = names.get(prefix + name, members.get(_plain(name)))
        if value is None or not member:
            continue
        *outer, last = member.split(".")
        holder = _inner(shape, outer)
        if holder is None or last not in members_of(holder):
            # A member of answers only.
            continue
        carried = _carry(members_of(holder)[last], value, names, (*path, name), f"{prefix}{name}.", visit)
        if carried is None:
            continue
        target: dict[str, Any] = arguments
        for step in outer:
            target = target.setdefault(step, {})
        target[last] = carried
    return arguments


def _inner(shape: StructureShape, steps: list[str]) -> StructureShape | None:
    for step in steps:
        inner = members_of(shape).get(step)
        if not isinstance(inner, StructureShape):
            return None
        shape = inner
    return shape


def _carry(shape: Shape, value: Value, names: Names, path: Path, prefix: str, visit: Visit) -> Any:
    """A value as a shape has it; None for an empty block."""
    if value is UNKNOWN:
        return value
    if isinstance(shape, StructureShape):
        single, where = (value[0], (*path, 0)) if isinstance(value, list) and value else (value, path)
        return _structure(shape, single, names, where, prefix, visit) if isinstance(single, dict) else None
    if isinstance(shape, ListShape):
        elements = value if isinstance(value, list) else [value]
        visit(path, shape, elements)
        return [
            _carry(member_of(shape), element, names, (*path, number), prefix, visit)
            for number, element in enumerate(elements)
        ]
    if isinstance(shape, MapShape):
        return {key: str(element) for key, element in value.items()} if isinstance(value, dict) else None
    scalar = _scalar(shape, value)
    visit(path, shape, scalar)
    return scalar


def _scalar(shape: Shape, value: Value) -> Any:
    match shape.type_name:
        case "string":
            return str(value).lower() if isinstance(value, bool) else str(value)
        case "integer" | "long":
            return int(float(value))
        case "float" | "double":
            return float(value)
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case _:
            return value


def _member(answer: Mapping[str, Any], dotted: str) -> Any:
    value: Any = answer
    for step in dotted.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def _outside(measure: float, least: float | None, most: float | None, said: str) -> Iterator[str]:
    if (least is not None and measure < least) or (most is not None and measure > most):
        bounds = f"{'' if least is None else f'{least} '}to{'' if most is None else f' {most}'}"
        yield f"{said.format(f'{measure:g}')}; {bounds} is allowed"


@cache
def _plain(name: str) -> str:
    return name.replace("_", "").lower()


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        # The models' patterns are Java's, and a few of them aren't Python's.
        return None


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


def _ignore(path: Path, shape: Shape, value: Value) -> None:
    pass
