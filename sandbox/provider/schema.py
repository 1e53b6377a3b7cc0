"""The types that the provider serves: what the generated file and the overlay kept by hand say of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sandbox.provider.values import Value

Kind = Literal["resource", "data", "ephemeral"]
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Attribute:
    """One attribute. ``type`` is written as Terraform's JSON writes types: "string", ["set", "number"], …"""

    type: Any
    required: bool = False
    optional: bool = False
    computed: bool = False
    write_only: bool = False
    sensitive: bool = False
    default: Value = None


@dataclass(frozen=True)
class Block:
    """Attributes, and blocks in it by name."""

    attributes: Mapping[str, Attribute]
    blocks: Mapping[str, NestedBlock]


@dataclass(frozen=True)
class NestedBlock(Block):
    """A block in another. ``most`` is 0 where any number may be there."""

    nesting: Literal["single", "list", "set", "map"] = "list"
    least: int = 0
    most: int = 0


@dataclass(frozen=True)
class Allowed:
    """What the AWS provider itself demands of a value, where the API's model does not say it."""

    values: tuple[Value, ...] = ()
    range: tuple[float, float] | None = None
    pattern: str = ""


@dataclass(frozen=True)
class TypeSchema:
    """A resource, a data source, or an ephemeral resource.

    Attributes:
        force_new: Dotted paths; a change of one means a replacement.
        json: Attributes that hold JSON: one text is as good as another that says the same.
        allowed: By dotted path.
        conflicts: Groups of arguments of which one at most is given.
        exactly_one: Groups of arguments of which one is given.
        together: Groups of arguments that are given all or not at all.
    """

    kind: Kind
    name: str
    block: Block
    force_new: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    allowed: Mapping[str, Allowed] = field(default_factory=dict)
    conflicts: tuple[tuple[str, ...], ...] = ()
    exactly_one: tuple[tuple[str, ...], ...] = ()
    together: tuple[tuple[str, ...], ...] = ()


@cache
def schemas() -> Mapping[tuple[Kind, str], TypeSchema]:
    """All types, by kind and name."""
    generated = json.loads((HERE / "schema.json").read_text())
    overlay = tomllib.loads((HERE / "overlay.toml").read_text())
    described: dict[tuple[Kind, str], TypeSchema] = {}
    for key, raw in generated.items():
        kind, name = key.split()
        described[kind, name] = _type(kind, name, raw, overlay.get(name, {}) if kind == "resource" else {})
    return described


def block_of(raw: Mapping[str, Any], *, overlay: Mapping[str, Any] | None = None, path: str = "") -> Block:
    """The block that a piece of the generated file describes."""
    attributes, blocks = _content(raw, overlay or {}, path)
    return Block(attributes, blocks)


def _type(kind: Any, name: str, raw: Mapping[str, Any], overlay: Mapping[str, Any]) -> TypeSchema:
    return TypeSchema(
        kind=kind,
        name=name,
        block=block_of(raw, overlay=overlay),
        force_new=tuple(overlay.get("force_new", ())),
        json=tuple(overlay.get("json", ())),
        allowed={path: _allowed(given) for path, given in overlay.get("allowed", {}).items()},
        conflicts=_groups(overlay, "conflicts"),
        exactly_one=_groups(overlay, "exactly_one"),
        together=_groups(overlay, "together"),
    )


def _groups(overlay: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in overlay.get(name, ()))


def _allowed(given: Any) -> Allowed:
    if isinstance(given, str):
        return Allowed(pattern=given)
    if isinstance(given, list):
        return Allowed(values=tuple(given))
    return Allowed(range=(given["min"], given["max"]))


def _content(
    raw: Mapping[str, Any], overlay: Mapping[str, Any], path: str
) -> tuple[dict[str, Attribute], dict[str, NestedBlock]]:
    defaults, sensitive = overlay.get("defaults", {}), overlay.get("sensitive", ())
    attributes = {
        name: Attribute(
            type=kind,
            required="r" in flags,
            optional="o" in flags,
            computed="c" in flags,
            write_only="w" in flags,
            # A write-only value is a secret, or it would not be write-only.
            sensitive="w" in flags or path + name in sensitive,
            default=defaults.get(path + name),
        )
        for name, (flags, kind) in raw["attributes"].items()
    }
    blocks: dict[str, NestedBlock] = {}
    most = overlay.get("max_items", {})
    for name, nested in raw.get("blocks", {}).items():
        inner = _content(nested, overlay, f"{path}{name}.")
        blocks[name] = NestedBlock(
            *inner, nested["nesting"], nested["min"], most.get(path + name, nested["max"])
        )
    return attributes, blocks
