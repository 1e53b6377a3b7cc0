"""The door of the ECS API: inputs are checked and outputs shaped by botocore's description of the service."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.model import Shape
from botocore.validate import ParamValidator

from sandbox.calls import service_model
from sandbox.ecs.errors import ClientException, EcsError, InvalidParameterException
from sandbox.faults import Answer, error_answer

Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def answer(operations: Mapping[str, Operation], name: str, body: bytes) -> Answer:
    """The HTTP answer to a call; an error of the API is an answer too."""
    model = service_model("ecs")
    try:
        if name not in model.operation_names:
            raise ClientException(f"Unknown operation {name}.")
        if name not in operations:
            raise ClientException(f"The sandbox's ECS has no {name}.")
        described = model.operation_model(name)
        given = json.loads(body or b"{}")
        check(given, described.input_shape)
        document = shaped(operations[name](given), described.output_shape)
    except EcsError as error:
        return error_answer("json", error.code, str(error), error.status)
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": str(uuid.uuid4())}
    return Answer(200, headers, json.dumps(document).encode())


def check(given: Any, shape: Shape | None) -> None:
    """Checks an input against its shape: types, required members, ranges, enumerations and patterns.

    Raises:
        InvalidParameterException: it does not fit; names the member.
    """
    if shape is None:
        return
    report = ParamValidator().validate(given, shape)
    if report.has_errors():
        raise InvalidParameterException(report.generate_report())
    _check_values(given, shape, "")


def _check_values(given: Any, shape: Shape, path: str) -> None:
    """What botocore's own validation leaves to the server."""
    match shape.type_name:
        case "structure":
            members: dict[str, Shape] = shape.members  # pyright: ignore[reportAttributeAccessIssue]
            for name, value in given.items():
                if name not in members:
                    raise InvalidParameterException(f"Unknown parameter {path}{name}.")
                if value is not None:
                    _check_values(value, members[name], f"{path}{name}.")
        case "list":
            for number, value in enumerate(given):
                _check_values(value, shape.member, f"{path}{number}.")  # pyright: ignore[reportAttributeAccessIssue]
        case "map":
            for name, value in given.items():
                _check_values(value, shape.value, f"{path}{name}.")  # pyright: ignore[reportAttributeAccessIssue]
        case _:
            _check_value(given, shape, path.rstrip("."))


def _check_value(given: Any, shape: Shape, path: str) -> None:
    known = getattr(shape, "enum", [])
    if known and given not in known:
        raise InvalidParameterException(f"{path} is {given!r}, and must be one of {', '.join(known)}.")
    limits: dict[str, Any] = shape.metadata  # pyright: ignore[reportAssignmentType]
    measured = len(given) if isinstance(given, str) else given
    if "max" in limits and measured > limits["max"]:
        raise InvalidParameterException(f"{path} is {given!r}, and the most is {limits['max']}.")
    if "pattern" in limits and not _matches(limits["pattern"], given):
        raise InvalidParameterException(f"{path} is {given!r}, and must match {limits['pattern']}.")


def _matches(pattern: str, value: str) -> bool:
    try:
        return bool(re.fullmatch(pattern, value))
    except re.error:
        # The models' patterns are Java's, and those for tags aren't Python's.
        return True


def shaped(document: Any, shape: Shape | None) -> Any:
    """An output as it is sent: only members that the shape has, none that is None, times as seconds.

    Raises:
        KeyError: it has a member that the shape has not: a mistake of the sandbox.
    """
    if shape is None:
        return {}
    match shape.type_name:
        case "structure":
            members: dict[str, Shape] = shape.members  # pyright: ignore[reportAttributeAccessIssue]
            return {
                name: shaped(value, members[name]) for name, value in document.items() if value is not None
            }
        case "list":
            return [shaped(value, shape.member) for value in document]  # pyright: ignore[reportAttributeAccessIssue]
        case "timestamp":
            return document.timestamp() if isinstance(document, datetime) else document
        case _:
            return document
