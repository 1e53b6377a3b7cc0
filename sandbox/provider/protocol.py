"""Terraform's plugin protocol 6: its messages made of schemas and errors, and what the stubs of `tf` lack.

The stubs are of an earlier minor version. Write-only attributes and ephemeral resources came after it: their
fields and messages are declared here by number, as the protocol has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tf.gen import tfplugin_pb2 as pb

from sandbox.provider.planning import Path
from sandbox.provider.schema import Attribute, Block, NestedBlock, TypeSchema

_Field = descriptor_pb2.FieldDescriptorProto
_NESTINGS = {
    "single": pb.Schema.NestedBlock.SINGLE,
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
    "map": pb.Schema.NestedBlock.MAP,
}


def _later_messages() -> Any:
    """The messages that came after the stubs."""
    file = descriptor_pb2.FileDescriptorProto(
        name="later.proto", package="later", syntax="proto3", dependency=[pb.DESCRIPTOR.name]
    )

    def message(name: str, *fields: tuple[str, int, str], repeated: Iterable[str] = ()) -> None:
        described = file.message_type.add(name=name)
        for field, number, kind in fields:
            added = described.field.add(name=field, number=number)
            added.label = _Field.LABEL_REPEATED if field in repeated else _Field.LABEL_OPTIONAL
            if kind in ("string", "bytes", "bool"):
                added.type = getattr(_Field, f"TYPE_{kind.upper()}")
            else:
                added.type, added.type_name = _Field.TYPE_MESSAGE, kind

    dynamic, diagnostic = ".tfplugin6.DynamicValue", ".tfplugin6.Diagnostic"
    message("Attribute", ("write_only", 11, "bool"))
    message("NamedSchema", ("key", 1, "string"), ("value", 2, ".tfplugin6.Schema"))
    message("Schemas", ("ephemeral", 8, ".later.NamedSchema"), repeated=["ephemeral"])
    message("OpenRequest", ("type_name", 1, "string"), ("config", 2, dynamic))
    message(
        "OpenResponse",
        ("diagnostics", 1, diagnostic),
        ("result", 3, dynamic),
        ("private", 4, "bytes"),
        repeated=["diagnostics"],
    )
    message("HandleRequest", ("type_name", 1, "string"), ("private", 2, "bytes"))
    message("Diagnostics", ("diagnostics", 1, diagnostic), repeated=["diagnostics"])
    pool = descriptor_pool.Default()
    pool.Add(file)
    return message_factory.GetMessageClassesForFiles(["later.proto"], pool)


_LATER = _later_messages()
OpenRequest = _LATER["later.OpenRequest"]
OpenResponse = _LATER["later.OpenResponse"]
HandleRequest = _LATER["later.HandleRequest"]
Diagnostics = _LATER["later.Diagnostics"]


def schema_message(schema: TypeSchema) -> pb.Schema:
    """A type's schema."""
    return pb.Schema(version=0, block=block_message(schema.block))


def block_message(block: Block) -> pb.Schema.Block:
    """A block with what is in it."""
    return pb.Schema.Block(
        attributes=[_attribute(name, attribute) for name, attribute in sorted(block.attributes.items())],
        block_types=[_nested(name, nested) for name, nested in sorted(block.blocks.items())],
    )


def with_ephemeral(
    answer: pb.GetProviderSchema.Response, ephemerals: dict[str, pb.Schema]
) -> pb.GetProviderSchema.Response:
    """Adds the schemas of ephemeral resources to the answer."""
    named = [_LATER["later.NamedSchema"](key=name, value=schema) for name, schema in ephemerals.items()]
    answer.MergeFromString(_LATER["later.Schemas"](ephemeral=named).SerializeToString())
    return answer


def diagnostic(summary: str, detail: str = "", *, path: Path = (), warning: bool = False) -> pb.Diagnostic:
    """What Terraform shows as `Error:` or `Warning:`, at an attribute if a path is given."""
    severity = pb.Diagnostic.WARNING if warning else pb.Diagnostic.ERROR
    shown = pb.Diagnostic(severity=severity, summary=summary, detail=detail)
    if path:
        shown.attribute.CopyFrom(path_message(path))
    return shown


def path_message(path: Path) -> pb.AttributePath:
    """The way to an attribute: names, and the numbers of list elements."""
    steps = [
        pb.AttributePath.Step(element_key_int=step)
        if isinstance(step, int)
        else pb.AttributePath.Step(attribute_name=step)
        for step in path
    ]
    return pb.AttributePath(steps=steps)


def _attribute(name: str, attribute: Attribute) -> pb.Schema.Attribute:
    described = pb.Schema.Attribute(
        name=name,
        type=json.dumps(attribute.type).encode(),
        required=attribute.required,
        optional=attribute.optional,
        computed=attribute.computed,
        sensitive=attribute.sensitive,
    )
    if attribute.write_only:
        described.MergeFromString(_LATER["later.Attribute"](write_only=True).SerializeToString())
    return described


def _nested(name: str, nested: NestedBlock) -> pb.Schema.NestedBlock:
    single = nested.nesting == "single"
    return pb.Schema.NestedBlock(
        type_name=name,
        block=block_message(nested),
        nesting=_NESTINGS[nested.nesting],
        min_items=0 if single else nested.least,
        max_items=0 if single else nested.most,
    )
