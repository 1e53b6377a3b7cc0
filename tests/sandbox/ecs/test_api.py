"""Inputs are refused as the API refuses them; outputs have what the API's shapes have, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.calls import service_model
from sandbox.ecs.api import answer, check, shaped
from sandbox.ecs.errors import ClusterNotFoundException, InvalidParameterException


def shape_of(operation: str, *, output: bool = False) -> Any:
    model = service_model("ecs").operation_model(operation)
    return model.output_shape if output else model.input_shape


@pytest.mark.parametrize(
    ("operation", "given", "named"),
    [
        ("UpdateService", {}, "service"),
        ("UpdateService", {"service": "a", "desiredCount": "two"}, "desiredCount"),
        ("UpdateService", {"service": "a", "desired": 2}, "desired"),
        ("CreateService", {"serviceName": "a", "launchType": "MOON"}, "launchType"),
        (
            "CreateService",
            {"serviceName": "a", "networkConfiguration": {"awsvpcConfiguration": {}}},
            "subnets",
        ),
        (
            "RegisterTaskDefinition",
            {"family": "a", "containerDefinitions": [{"logConfiguration": {"logDriver": "paper"}}]},
            "containerDefinitions.0.logConfiguration.logDriver",
        ),
    ],
)
def test_what_is_refused(operation: str, given: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidParameterException, match=named):
        check(given, shape_of(operation))


def test_what_is_accepted() -> None:
    check({"service": "a", "desiredCount": 2, "forceNewDeployment": True}, shape_of("UpdateService"))


def test_times_are_seconds_and_nothing_is_none() -> None:
    document = {"tasks": [{"taskArn": "a", "startedAt": datetime(2026, 1, 1, tzinfo=UTC), "stoppedAt": None}]}
    assert shaped(document, shape_of("DescribeTasks", output=True)) == {
        "tasks": [{"taskArn": "a", "startedAt": 1767225600.0}]
    }


def test_a_member_that_the_api_has_not_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        shaped({"tasks": [{"colour": "red"}]}, shape_of("DescribeTasks", output=True))


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [
        ("ListClusters", 200, None),
        ("DescribeClusters", 400, "ClusterNotFoundException"),
        ("NoSuchOperation", 400, "ClientException"),
        ("ExecuteCommand", 400, "ClientException"),
    ],
)
def test_answers(operation: str, status: int, code: str | None) -> None:
    def missing(given: Any) -> Any:
        raise ClusterNotFoundException("Cluster not found.")

    operations = {"ListClusters": lambda given: {"clusterArns": []}, "DescribeClusters": missing}
    answered = answer(operations, operation, b"{}")
    assert answered.status == status
    assert json.loads(answered.body).get("__type") == code
