"""Joins what AWS says of a resource with what Terraform holds of it: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.provider.planning import same, same_json
from sandbox.provider.schema import Attribute, Block, NestedBlock, TypeSchema
from sandbox.provider.values import UNKNOWN, Value


def observed_state(
    schema: TypeSchema,
    current: Mapping[str, Value],
    observed: Mapping[str, Value],
    *,
    imported: bool = False,
) -> dict[str, Value]:
    """The state after a look at AWS.

    Args:
        schema: The resource's type.
        current: Its state, or its plan right after it was made.
        observed: What AWS says, by attribute and block; what is not in it is not looked at and stays.
        imported: Whether it was imported just now: then nobody has written yet what is of no account.

    Returns:
        The new state, with nothing unknown in it.
    """
    state = _block(schema.block, current, observed, imported=imported)
    for name in schema.json:
        if current.get(name) is not UNKNOWN and same_json(current.get(name), state[name]):
            state[name] = current[name]
    return state


def _block(
    block: Block, current: Mapping[str, Value], observed: Mapping[str, Value], *, imported: bool = False
) -> dict[str, Value]:
    state: dict[str, Value] = {}
    for name, attribute in block.attributes.items():
        state[name] = _attribute(attribute, current.get(name), observed.get(name, UNKNOWN), imported=imported)
    for name, nested in block.blocks.items():
        state[name] = _nested(nested, current.get(name), observed.get(name, UNKNOWN), imported=imported)
    return state


def _attribute(attribute: Attribute, current: Value, observed: Value, *, imported: bool) -> Value:
    if attribute.write_only:
        return None
    if observed is UNKNOWN:
        return None if current is UNKNOWN else current
    value = typed(attribute.type, observed)
    if current is UNKNOWN:
        return value
    # What is written by default is written of a thing that was imported too.
    told = imported and attribute.default is not None
    if current is None and not attribute.computed and not value and not told:
        # AWS writes false, 0 and empty where nothing was asked for.
        return None
    return current if same(attribute.type, current, value) else value


def _nested(nested: NestedBlock, current: Value, observed: Value, *, imported: bool) -> Value:
    if nested.nesting == "single":
        return None if current is UNKNOWN else current
    held = [inner for inner in current or [] if inner is not UNKNOWN] if current is not UNKNOWN else []
    if observed is UNKNOWN:
        return [_block(nested, inner, {}) for inner in held]
    seen = observed or []
    if not held and current is not UNKNOWN and nested.nesting == "list" and not imported:
        # Not written, so whatever AWS assumes in its place is no drift.
        return []
    if nested.nesting == "list":
        partners = [held[number] if number < len(held) else {} for number in range(len(seen))]
    else:
        partners = [_partner(nested, held, inner) for inner in seen]
    return [
        _block(nested, partner, inner, imported=imported)
        for partner, inner in zip(partners, seen, strict=True)
    ]


def _partner(nested: NestedBlock, held: list[Any], seen: Mapping[str, Value]) -> Mapping[str, Value]:
    """The element of a set that says what was seen: it may say less, never something else; else nothing."""
    for element in held:
        if all(
            value in (None, UNKNOWN)
            or name not in seen
            or same(nested.attributes[name].type, value, typed(nested.attributes[name].type, seen[name]))
            for name, value in element.items()
            if name in nested.attributes
        ):
            return element
    return {}


def typed(kind: Any, value: Value) -> Value:
    """A value of AWS's API as Terraform's type has it."""
    if value is None or value is UNKNOWN:
        return value
    if kind == "string":
        return str(value).lower() if isinstance(value, bool) else str(_whole(value))
    if kind == "bool":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind == "number":
        return _number(value)
    container, inner = kind
    if container == "map":
        return {str(key): typed(inner, element) for key, element in value.items()}
    if container == "object":
        return {key: typed(inner[key], value.get(key)) for key in inner}
    return [typed(inner, element) for element in value]


def _number(value: Any) -> int | float:
    return _whole(float(value))


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
