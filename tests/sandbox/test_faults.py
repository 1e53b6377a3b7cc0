"""Faults hit the calls they name, as often as they say, in the words of the service's protocol."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.parsers import create_parser

from sandbox.calls import service_model
from sandbox.faults import FaultRefused, FaultSwitch, error_answer, protocol_of


def hits(switch: FaultSwitch, *calls: str) -> list[bool]:
    return [switch.meet(*call.split(".")) is not None for call in calls]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"service": "ecs", "operation": "UpdateService"}, [True, False, False, False]),
        ({"service": "ecs", "operation": "UpdateService", "times": 2}, [True, False, True, False]),
        ({"service": "ecs", "operation": "UpdateService", "times": None}, [True, False, True, False]),
        ({"service": "ecs", "operation": "UpdateService", "skip": 1}, [False, False, True, False]),
        ({"service": "ecs", "times": 2}, [True, True, False, False]),
        ({"service": "s3", "times": None}, [False, False, False, True]),
    ],
)
def test_which_calls_are_hit(fault: dict[str, Any], expected: list[bool]) -> None:
    switch = FaultSwitch()
    switch.on(fault)
    calls = ("ecs.UpdateService", "ecs.RunTask", "ecs.UpdateService", "s3.PutObject")
    assert hits(switch, *calls) == expected


def test_only_calls_with_a_content() -> None:
    switch = FaultSwitch()
    fault = switch.on({"service": "ecs", "operation": "RunTask", "containing": '"up"', "times": 2})
    contents = ('["down"]', '["up"]', "", '["up"]', '["up"]')
    assert [switch.meet("ecs", "RunTask", content) is not None for content in contents] == [
        *(False, True, False, True, False)
    ]
    assert fault.met == 2


def test_switched_off() -> None:
    switch = FaultSwitch()
    one, other = (switch.on({"service": "ecs", "times": None}) for _ in range(2))
    switch.off(one.id)
    assert [fault["id"] for fault in switch.as_documents()] == [other.id]
    switch.off()
    assert hits(switch, "ecs.RunTask") == [False]


@pytest.mark.parametrize("wrong", [{}, {"service": "ecs", "op": "RunTask"}, {"service": "ecs", "met": 3}])
def test_what_is_no_fault(wrong: dict[str, Any]) -> None:
    with pytest.raises(FaultRefused):
        FaultSwitch().on(wrong)


@pytest.mark.parametrize(
    ("service", "headers", "parser"),
    [
        ("ecs", {"HTTP_X_AMZ_TARGET": "x.UpdateService"}, "json"),
        ("rds", {}, "query"),
        ("ec2", {}, "ec2"),
        ("s3", {}, "rest-xml"),
        ("cloudwatch", {"HTTP_SMITHY_PROTOCOL": "rpc-v2-cbor"}, "smithy-rpc-v2-cbor"),
    ],
)
def test_boto3_reads_the_error(service: str, headers: dict[str, str], parser: str) -> None:
    answer = error_answer(protocol_of(service, headers), "Throttling", "Too & <fast>", 400)
    operation = service_model(service).operation_model(next(iter(service_model(service).operation_names)))
    heard = create_parser(parser).parse(
        {
            "status_code": answer.status,
            "headers": {k.lower(): v for k, v in answer.headers.items()},
            "body": answer.body,
        },
        operation.output_shape,
    )
    assert (heard["Error"]["Code"], heard["Error"]["Message"]) == ("Throttling", "Too & <fast>")
