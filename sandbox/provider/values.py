"""Terraform's values on the wire: msgpack, with a value of its own for what is not known yet."""

from __future__ import annotations

import json
from typing import Any, Final

import msgpack
from tf.gen import tfplugin_pb2 as pb

Value = Any
"""None, bool, number, str, list, dict of these, or UNKNOWN. Sets are lists in no order."""


class _Unknown:
    """What Terraform writes as `(known after apply)`."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: object) -> _Unknown:
        return self

    def __copy__(self) -> _Unknown:
        return self


UNKNOWN: Final = _Unknown()

# A plain unknown, and one of which Terraform knows something, such as that it will not be null.
_UNKNOWN_CODES = (0, 12)


def decode(value: pb.DynamicValue) -> Value:
    """What a message holds."""
    if value.msgpack:
        return msgpack.unpackb(value.msgpack, ext_hook=_from_extension, strict_map_key=False)
    return json.loads(value.json) if value.json else None


def encode(value: Value) -> pb.DynamicValue:
    """A message that holds a value."""
    return pb.DynamicValue(msgpack=msgpack.packb(value, default=_to_extension))


def without_unknown(value: Value) -> Value:
    """The value with None where something is unknown."""
    if isinstance(value, dict):
        return {key: without_unknown(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_unknown(inner) for inner in value]
    return None if value is UNKNOWN else value


def _from_extension(code: int, data: bytes) -> Value:
    return UNKNOWN if code in _UNKNOWN_CODES else msgpack.ExtType(code, data)


def _to_extension(value: object) -> msgpack.ExtType:
    if value is UNKNOWN:
        return msgpack.ExtType(0, b"\x00")
    raise TypeError(f"{value!r} is no value of Terraform")
