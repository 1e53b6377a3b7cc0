"""Tasks: running one-off ones, describing, listing, stopping."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.ecs import describe
from sandbox.ecs.definitions import paged
from sandbox.ecs.errors import InvalidParameterException
from sandbox.ecs.lookups import cluster_of, definition_of, last_part, task_of
from sandbox.ecs.placement import check_network, check_roles
from sandbox.ecs.records import Container, Deployment, Service, Stop, Task, TaskDefinition, World, tags_of
from sandbox.network.addresses import Addresses

MOST_AT_ONCE = 10


class Starter(Protocol):
    """Begins the life of a task and returns at once."""

    def __call__(self, task: Task) -> None: ...


class Tasks:
    """The operations on tasks."""

    def __init__(self, world: World, addresses: Addresses, start: Starter) -> None:
        self._world = world
        self._addresses = addresses
        self._start = start

    def run_task(self, given: Mapping[str, Any]) -> dict[str, Any]:
        count = given.get("count") or 1
        if not 1 <= count <= MOST_AT_ONCE:
            raise InvalidParameterException(f"Count must be from 1 to {MOST_AT_ONCE}.")
        with self._world.changed:
            cluster = cluster_of(self._world, given.get("cluster"))
            if given.get("launchType") == "EC2":
                raise InvalidParameterException("No Container Instances were found in your cluster.")
            definition = definition_of(self._world, given["taskDefinition"], active=True)
            check_network(self._world, definition, given.get("networkConfiguration"))
            check_roles(self._world, definition)
            _check_overrides(definition, given.get("overrides") or {})
            made = [
                self._make(
                    cluster.name,
                    definition,
                    dict(given),
                    group=given.get("group") or f"family:{definition.family}",
                    started_by=given.get("startedBy") or "",
                )
                for _ in range(count)
            ]
            for task in made:
                self._world.tags[task.arn] = tags_of(given)
            answer = {"tasks": [describe.task(self._world, task) for task in made], "failures": []}
        for task in made:
            self._start(task)
        return answer

    def start_for(self, service: Service, deployment: Deployment) -> Task:
        """A task of a service; the caller holds the records."""
        task = self._make(
            service.cluster,
            deployment.definition,
            {
                key: service.given[key]
                for key in ("networkConfiguration", "capacityProviderStrategy", "enableExecuteCommand")
                if key in service.given
            },
            group=f"service:{service.name}",
            started_by=deployment.id,
        )
        task.service, task.deployment = service.name, deployment.id
        if service.given.get("propagateTags") in ("SERVICE", "TASK_DEFINITION"):
            source = service.arn if service.given["propagateTags"] == "SERVICE" else deployment.definition.arn
            self._world.tags[task.arn] = list(self._world.tags.get(source, []))
        self._start(task)
        return task

    def describe_tasks(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found, failures = [], []
        with self._world.changed:
            cluster = cluster_of(self._world, given.get("cluster"))
            for reference in given["tasks"]:
                task = self._world.tasks.get(last_part(reference))
                if task and task.cluster == cluster.name:
                    found.append(describe.task(self._world, task, tags="TAGS" in given.get("include", [])))
                else:
                    arn = self._world.arn("task", f"{cluster.name}/{last_part(reference)}")
                    failures.append({"arn": arn, "reason": "MISSING"})
        return {"tasks": found, "failures": failures}

    def list_tasks(self, given: Mapping[str, Any]) -> dict[str, Any]:
        wanted = given.get("desiredStatus", "RUNNING")
        service = last_part(given["serviceName"]) if "serviceName" in given else None
        with self._world.changed:
            cluster = cluster_of(self._world, given.get("cluster"))
            arns = [
                task.arn
                for task in self._world.tasks.values()
                if task.cluster == cluster.name
                and task.desired_status == wanted
                and service in (None, task.service)
                and given.get("family") in (None, task.definition.family)
                and given.get("startedBy") in (None, task.started_by)
            ]
        return paged(arns, "taskArns", given)

    def stop_task(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            task = task_of(self._world, given.get("cluster"), given["task"])
            stop(self._world, task, Stop("UserInitiated", given.get("reason") or "Task stopped by user"))
            return {"task": describe.task(self._world, task)}

    def _make(
        self, cluster: str, definition: TaskDefinition, given: dict[str, Any], *, group: str, started_by: str
    ) -> Task:
        task_id = uuid.uuid4().hex
        task = Task(
            task_id,
            self._world.arn("task", f"{cluster}/{task_id}"),
            cluster,
            definition,
            given,
            group,
            started_by,
            self._addresses.take(),
            [Container(one["name"], one["image"]) for one in definition.containers],
        )
        self._world.tasks[task_id] = task
        return task


def stop(world: World, task: Task, why: Stop) -> None:
    """Has a task end; its life sees to that. The first reason stays."""
    with world.changed:
        if task.stop is None:
            task.stop = why
        if not task.stopped:
            task.desired_status = "STOPPED"
        task.wake.set()
        world.changed.notify_all()


def _check_overrides(definition: TaskDefinition, overrides: Mapping[str, Any]) -> None:
    names = {container["name"] for container in definition.containers}
    for override in overrides.get("containerOverrides") or []:
        if override.get("name") not in names:
            raise InvalidParameterException(
                f"Override for container named {override.get('name')} is not a container in the "
                "TaskDefinition."
            )
