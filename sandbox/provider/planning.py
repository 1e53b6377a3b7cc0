"""What a change of a resource comes to: pure, over the values that Terraform hands to its provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.provider.schema import Attribute, Block, NestedBlock, TypeSchema
from sandbox.provider.values import UNKNOWN, Value

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Planned:
    """What a resource will be, and which of its changes can't be made in place."""

    state: dict[str, Value] | None
    replace: tuple[Path, ...] = ()


def plan(
    schema: TypeSchema,
    *,
    prior: dict[str, Value] | None,
    proposed: dict[str, Value] | None,
    config: dict[str, Value] | None,
    known: Mapping[str, Value],
) -> Planned:
    """Plans one resource.

    Args:
        schema: Its type.
        prior: What it is; None for one that does not exist.
        proposed: What Terraform makes of the configuration and what it is; None for one to be destroyed.
        config: The configuration.
        known: Values of computed attributes that the provider can tell before it makes anything.

    Returns:
        The plan. What AWS will decide is UNKNOWN in it.
    """
    if proposed is None or config is None:
        return Planned(None)
    settled = _settle(schema.block, proposed, config, prior)
    settled |= {name: value for name, value in known.items() if name in schema.block.attributes}
    if prior is None:
        return Planned(settled)
    _keep_equal_json(schema, settled, prior)
    if same_block(schema.block, prior, settled):
        return Planned(prior)
    return Planned(settled, tuple(_replacing(schema, prior, settled)))


def same_block(block: Block, one: Value, other: Value) -> bool:
    """Whether two values of a block are the same, sets being in no order."""
    return _canonical_block(block, one) == _canonical_block(block, other)


def same(kind: Any, one: Value, other: Value) -> bool:
    """Whether two values of an attribute's type are the same."""
    return _canonical(kind, one) == _canonical(kind, other)


def same_json(one: Value, other: Value) -> bool:
    """Whether two texts say the same in JSON."""
    try:
        return json.loads(one) == json.loads(other)
    except (TypeError, ValueError):
        return one == other


def conform(block: Block, value: Mapping[str, Value] | None) -> dict[str, Value]:
    """A value with exactly the attributes and blocks of the schema, as an older schema's state may not be."""
    given = value or {}
    conformed: dict[str, Value] = {name: given.get(name) for name in block.attributes}
    for name, nested in block.blocks.items():
        conformed[name] = _each(
            nested, given.get(name), lambda inner, _, nested=nested: conform(nested, inner)
        )
    return conformed


def _settle(
    block: Block,
    proposed: Mapping[str, Value],
    config: Mapping[str, Value],
    prior: Mapping[str, Value] | None,
) -> dict[str, Value]:
    """The proposed values with defaults in, and UNKNOWN for what AWS will say of what is not there before."""
    settled: dict[str, Value] = {}
    for name, attribute in block.attributes.items():
        settled[name] = _settled(attribute, proposed.get(name), config.get(name), new=prior is None)
    for name, nested in block.blocks.items():
        partner = _partners(nested, (prior or {}).get(name))
        settled[name] = _each(
            nested,
            proposed.get(name),
            lambda inner, number, nested=nested, partner=partner: _settle(
                nested, inner, inner, partner(inner, number)
            ),
        )
    return settled


def _partners(nested: NestedBlock, before: Value) -> Callable[[Value, int], Value]:
    """Finds what an element of a block was before: in a list by its place, in a set by what is written."""
    if nested.nesting == "single":
        return lambda inner, number: before
    if nested.nesting == "list":
        return lambda inner, number: before[number] if before and number < len(before) else None

    if nested.nesting == "map":
        return lambda inner, number: None

    def in_set(inner: Value, number: int) -> Value:
        for element in before or ():
            as_it_was = _settle(nested, inner, inner, element)
            if same_block(nested, as_it_was, _computed_left_out(nested, element, as_it_was)):
                return element
        return None

    return in_set


def _computed_left_out(block: Block, element: Mapping[str, Value], written: Mapping[str, Value]) -> Value:
    """An element of before, with null where it is computed and nothing is written."""
    left = {
        name: None if attribute.computed and written.get(name) is None else element.get(name)
        for name, attribute in block.attributes.items()
    }
    return {**element, **left}


def _settled(attribute: Attribute, proposed: Value, config: Value, *, new: bool) -> Value:
    if attribute.write_only:
        return None
    if config is not None:
        return config
    if attribute.default is not None:
        return attribute.default
    if attribute.computed:
        return UNKNOWN if new and proposed is None else proposed
    return None


def _each(nested: NestedBlock, value: Value, change: Any) -> Value:
    if nested.nesting == "single":
        return value if value is None or value is UNKNOWN else change(value, 0)
    if value is UNKNOWN:
        return value
    if nested.nesting == "map":
        return {key: change(inner, number) for number, (key, inner) in enumerate((value or {}).items())}
    return [inner if inner is UNKNOWN else change(inner, number) for number, inner in enumerate(value or [])]


def _keep_equal_json(schema: TypeSchema, settled: dict[str, Value], prior: Mapping[str, Value]) -> None:
    for name in schema.json:
        if same_json(settled[name], prior.get(name)):
            settled[name] = prior[name]


def _replacing(schema: TypeSchema, prior: Mapping[str, Value], planned: Mapping[str, Value]) -> list[Path]:
    """The paths below those that force a replacement at which something differs."""
    paths: list[Path] = []
    for dotted in schema.force_new:
        head, *rest = dotted.split(".")
        paths += _differing(schema.block, head, rest, prior, planned)
    return paths


def _differing(
    block: Block, name: str, rest: list[str], one: Mapping[str, Value], other: Mapping[str, Value]
) -> list[Path]:
    if name in block.attributes:
        return [] if same(block.attributes[name].type, one.get(name), other.get(name)) else [(name,)]
    nested = block.blocks[name]
    if not rest:
        alike = _canonical_nested(nested, one.get(name)) == _canonical_nested(nested, other.get(name))
        return [] if alike else [(name,)]
    before, after = one.get(name) or [], other.get(name) or []
    if len(before) != len(after):
        return [(name,)]
    return [
        (name, number, *path)
        for number, (old, new) in enumerate(zip(before, after, strict=True))
        for path in _differing(nested, rest[0], rest[1:], old, new)
    ]


def _canonical_block(block: Block, value: Value) -> Value:
    if not isinstance(value, dict):
        return repr(value)
    return {name: _canonical(kind.type, value.get(name)) for name, kind in block.attributes.items()} | {
        name: _canonical_nested(nested, value.get(name)) for name, nested in block.blocks.items()
    }


def _canonical_nested(nested: NestedBlock, value: Value) -> Value:
    if isinstance(value, list):
        elements = [_canonical_block(nested, inner) for inner in value]
        return sorted(elements, key=repr) if nested.nesting == "set" else elements
    if nested.nesting == "map" and isinstance(value, dict):
        return {key: _canonical_block(nested, inner) for key, inner in value.items()}
    return _canonical_block(nested, value)


def _canonical(kind: Any, value: Value) -> Value:
    """A value that is equal to another's exactly if both are the same for Terraform."""
    if value is None or value is UNKNOWN:
        return repr(value)
    if kind == "number":
        return float(value)
    if isinstance(kind, str):
        return value
    container, inner = kind
    if container == "map":
        return {key: _canonical(inner, element) for key, element in value.items()}
    if container == "object":
        return {key: _canonical(inner[key], value.get(key)) for key in inner}
    elements = [_canonical(inner, element) for element in value]
    return sorted(elements, key=repr) if container == "set" else elements
