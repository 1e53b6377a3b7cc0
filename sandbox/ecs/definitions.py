"""Task definitions: registering, describing, listing, retiring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.ecs.errors import ClientException
from sandbox.ecs.lookups import definition_of
from sandbox.ecs.records import TaskDefinition, World, now, tags_of

# Memory in MiB that Fargate takes for a number of CPU units (AWS's table of task sizes).
FARGATE_MEMORY = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}
FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}")


class Definitions:
    """The operations on task definitions."""

    def __init__(self, world: World) -> None:
        self._world = world

    def register_task_definition(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if not FAMILY.fullmatch(given["family"]):
            raise ClientException("Family contains invalid characters.")
        request = {key: value for key, value in given.items() if key != "tags"}
        request["containerDefinitions"] = [_completed(one) for one in given["containerDefinitions"]]
        _check_containers(request["containerDefinitions"])
        if "FARGATE" in request.get("requiresCompatibilities", []):
            _check_fargate(request)
        with self._world.changed:
            revisions = self._world.definitions.setdefault(given["family"], [])
            revision = len(revisions) + 1
            arn = self._world.arn("task-definition", f"{given['family']}:{revision}")
            definition = TaskDefinition(arn, given["family"], revision, request)
            revisions.append(definition)
            self._world.tags[arn] = tags_of(given)
            return {"taskDefinition": described(definition), "tags": self._world.tags[arn]}

    def describe_task_definition(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            definition = definition_of(self._world, given["taskDefinition"])
            answer: dict[str, Any] = {"taskDefinition": described(definition)}
            if "TAGS" in given.get("include", []):
                answer["tags"] = self._world.tags.get(definition.arn, [])
            return answer

    def deregister_task_definition(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            definition = definition_of(self._world, given["taskDefinition"])
            definition.status = "INACTIVE"
            definition.deregistered_at = now()
            return {"taskDefinition": described(definition)}

    def list_task_definitions(self, given: Mapping[str, Any]) -> dict[str, Any]:
        family, status = given.get("familyPrefix"), given.get("status", "ACTIVE")
        with self._world.changed:
            found = [
                one
                for name, revisions in sorted(self._world.definitions.items())
                for one in revisions
                if family in (None, name) and one.status == status
            ]
        if given.get("sort") == "DESC":
            found.reverse()
        return paged([one.arn for one in found], "taskDefinitionArns", given)

    def list_task_definition_families(self, given: Mapping[str, Any]) -> dict[str, Any]:
        prefix, status = given.get("familyPrefix", ""), given.get("status", "ACTIVE")
        with self._world.changed:
            found = [
                family
                for family, revisions in sorted(self._world.definitions.items())
                if family.startswith(prefix)
                and (status == "ALL" or any(one.status == status for one in revisions))
            ]
        return paged(found, "families", given)


def described(definition: TaskDefinition) -> dict[str, Any]:
    given = definition.given
    return {
        **given,
        "taskDefinitionArn": definition.arn,
        "revision": definition.revision,
        "status": definition.status,
        "volumes": given.get("volumes", []),
        "placementConstraints": given.get("placementConstraints", []),
        "requiresAttributes": [],
        "compatibilities": ["EC2", "FARGATE"] if given.get("networkMode") == "awsvpc" else ["EC2"],
        "registeredAt": definition.registered_at,
        "deregisteredAt": definition.deregistered_at,
        "registeredBy": "arn:aws:iam::" + definition.arn.split(":")[4] + ":root",
    }


def paged(found: list[Any], name: str, given: Mapping[str, Any], largest: int = 100) -> dict[str, Any]:
    """A page of a listing; the token is where the next one begins."""
    start = int(given.get("nextToken") or 0)
    end = start + min(given.get("maxResults") or largest, largest)
    return {name: found[start:end], "nextToken": str(end) if end < len(found) else None}


def _completed(container: Mapping[str, Any]) -> dict[str, Any]:
    """A container definition with what ECS fills in."""
    filled = {
        "cpu": 0,
        "essential": True,
        "portMappings": [],
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "systemControls": [],
        **container,
    }
    filled["portMappings"] = [
        {"hostPort": port.get("containerPort"), "protocol": "tcp", **port} for port in filled["portMappings"]
    ]
    if check := filled.get("healthCheck"):
        filled["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3, **check}
    return filled


def _check_containers(containers: list[dict[str, Any]]) -> None:
    if not containers:
        raise ClientException("TaskDefinition must have at least one container definition.")
    for container in containers:
        if not container.get("name"):
            raise ClientException("Container.name should not be null or empty.")
        if not container.get("image"):
            raise ClientException("Container.image should not be null or empty.")
        names = [one["name"] for one in container["environment"]]
        clashes = {one["name"] for one in container.get("secrets", [])} & set(names)
        if clashes:
            raise ClientException(
                "The secret name must be unique and not shared with any new or existing environment "
                f"variables set on the container, such as '{min(clashes)}'."
            )
        if (check := container.get("healthCheck")) and check["command"][0] not in (
            "CMD",
            "CMD-SHELL",
            "NONE",
        ):
            raise ClientException("Health check command must start with CMD, CMD-SHELL or NONE.")
    if len({one["name"] for one in containers}) < len(containers):
        raise ClientException("Container.name must be unique in a task definition.")
    if not any(one["essential"] for one in containers):
        raise ClientException("At least one container of a task definition must be essential.")


def _check_fargate(request: Mapping[str, Any]) -> None:
    if request.get("networkMode") != "awsvpc":
        raise ClientException("Fargate only supports network mode ‘awsvpc’.")
    try:
        cpu, memory = int(request["cpu"]), int(request["memory"])
    except (KeyError, ValueError):
        raise ClientException(
            "Fargate requires that 'cpu' and 'memory' be defined at the task level."
        ) from None
    if memory not in FARGATE_MEMORY.get(cpu, ()):
        raise ClientException("No Fargate configuration exists for given values.")
    for container in request["containerDefinitions"]:
        log = container.get("logConfiguration")
        if log and log["logDriver"] == "awslogs":
            missing = {"awslogs-group", "awslogs-region", "awslogs-stream-prefix"} - log.get(
                "options", {}
            ).keys()
            if missing:
                raise ClientException(f"Log driver awslogs requires options: {', '.join(sorted(missing))}")
        needs_role = container.get("secrets") or (log and log["logDriver"] == "awslogs")
        if needs_role and not request.get("executionRoleArn"):
            raise ClientException(
                "Fargate requires task definition to have execution role ARN to support log driver awslogs "
                "and secrets."
            )
        for port in container["portMappings"]:
            if port["hostPort"] != port["containerPort"]:
                raise ClientException(
                    "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
                )
