"""Task definitions: what is filled in, what Fargate refuses, how they are listed."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.ecs.definitions import Definitions
from sandbox.ecs.errors import ClientException
from sandbox.ecs.records import World
from sandbox.timing import Timing

CONTAINER: dict[str, Any] = {"name": "backend", "image": "registry/backend:1"}


@pytest.fixture
def definitions() -> Definitions:
    return Definitions(World("123456789012", "us-east-2", Timing()))


def request(**changes: Any) -> dict[str, Any]:
    return {
        "family": "backend",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "512",
        "memory": "1024",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "containerDefinitions": [CONTAINER],
        **changes,
    }


def test_revisions_are_counted_and_filled_in(definitions: Definitions) -> None:
    for revision in (1, 2):
        described = definitions.register_task_definition(request())["taskDefinition"]
        assert described["taskDefinitionArn"].endswith(f":task-definition/backend:{revision}")
    assert described["containerDefinitions"][0]["essential"] is True
    newest = definitions.describe_task_definition({"taskDefinition": "backend"})["taskDefinition"]
    assert newest["revision"] == 2


def test_a_retired_revision_is_described_but_not_listed(definitions: Definitions) -> None:
    for _ in range(2):
        definitions.register_task_definition(request())
    definitions.deregister_task_definition({"taskDefinition": "backend:1"})
    listed = definitions.list_task_definitions({"familyPrefix": "backend"})["taskDefinitionArns"]
    assert [arn.rpartition(":")[2] for arn in listed] == ["2"]
    retired = definitions.describe_task_definition({"taskDefinition": "backend:1"})["taskDefinition"]
    assert retired["status"] == "INACTIVE"


def test_pages(definitions: Definitions) -> None:
    for _ in range(3):
        definitions.register_task_definition(request())
    first = definitions.list_task_definitions({"sort": "DESC", "maxResults": 2})
    second = definitions.list_task_definitions(
        {"sort": "DESC", "maxResults": 2, "nextToken": first["nextToken"]}
    )
    numbers = [arn.rpartition(":")[2] for page in (first, second) for arn in page["taskDefinitionArns"]]
    assert numbers == ["3", "2", "1"]
    assert second["nextToken"] is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"family": "back end"}, "Family"),
        ({"containerDefinitions": []}, "at least one container"),
        ({"containerDefinitions": [{**CONTAINER, "image": ""}]}, "image"),
        ({"containerDefinitions": [CONTAINER, CONTAINER]}, "unique"),
        ({"containerDefinitions": [{**CONTAINER, "essential": False}]}, "essential"),
        ({"networkMode": "bridge"}, "network mode"),
        ({"memory": "512"}, "No Fargate configuration"),
        ({"cpu": "300"}, "No Fargate configuration"),
        ({"cpu": None}, "'cpu' and 'memory'"),
        (
            {
                "executionRoleArn": None,
                "containerDefinitions": [{**CONTAINER, "secrets": [{"name": "A", "valueFrom": "arn"}]}],
            },
            "execution role",
        ),
        (
            {
                "containerDefinitions": [
                    {**CONTAINER, "logConfiguration": {"logDriver": "awslogs", "options": {}}}
                ]
            },
            "awslogs-group",
        ),
        (
            {
                "containerDefinitions": [
                    {
                        **CONTAINER,
                        "environment": [{"name": "A", "value": "1"}],
                        "secrets": [{"name": "A", "valueFrom": "arn"}],
                    }
                ]
            },
            "secret name must be unique",
        ),
        (
            {
                "containerDefinitions": [
                    {**CONTAINER, "portMappings": [{"containerPort": 80, "hostPort": 81}]}
                ]
            },
            "must match",
        ),
        ({"containerDefinitions": [{**CONTAINER, "healthCheck": {"command": ["curl"]}}]}, "Health check"),
    ],
)
def test_what_is_refused(definitions: Definitions, changes: dict[str, Any], named: str) -> None:
    given = {name: value for name, value in request(**changes).items() if value is not None}
    with pytest.raises(ClientException, match=named):
        definitions.register_task_definition(given)
