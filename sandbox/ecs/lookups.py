"""Finding records by the short names and ARNs that callers use."""

from __future__ import annotations

from sandbox.ecs.errors import (
    ClientException,
    ClusterNotFoundException,
    InvalidParameterException,
    ServiceNotActiveException,
    ServiceNotFoundException,
)
from sandbox.ecs.records import Cluster, Service, Task, TaskDefinition, World


def last_part(reference: str) -> str:
    """The name at the end of an ARN, or the name itself."""
    return reference.rpartition("/")[2]


def cluster_of(world: World, reference: str | None) -> Cluster:
    cluster = world.clusters.get(last_part(reference or "default"))
    if cluster is None or cluster.status == "INACTIVE":
        raise ClusterNotFoundException("Cluster not found.")
    return cluster


def service_of(world: World, cluster: str | None, reference: str) -> Service:
    """An active service.

    Raises:
        ServiceNotFoundException: there is none of that name.
        ServiceNotActiveException: it was deleted.
    """
    service = world.services.get((cluster_of(world, cluster).name, last_part(reference)))
    if service is None:
        raise ServiceNotFoundException("Service not found.")
    if service.status != "ACTIVE":
        raise ServiceNotActiveException("Service was not ACTIVE.")
    return service


def task_of(world: World, cluster: str | None, reference: str) -> Task:
    task = world.tasks.get(last_part(reference))
    if task is None or task.cluster != cluster_of(world, cluster).name:
        raise InvalidParameterException("The referenced task was not found.")
    return task


def definition_of(world: World, reference: str, *, active: bool = False) -> TaskDefinition:
    """A revision, by ARN or family:revision; or a family's newest active one.

    Raises:
        ClientException: there is none, or it is inactive and an active one is needed.
    """
    name = last_part(reference)
    family, _, revision = name.partition(":")
    revisions = world.definitions.get(family, [])
    if revision:
        found = next((one for one in revisions if str(one.revision) == revision), None)
    else:
        found = next((one for one in reversed(revisions) if one.status == "ACTIVE"), None)
    if found is None:
        raise ClientException("Unable to describe task definition.")
    if active and found.status != "ACTIVE":
        raise ClientException("TaskDefinition is inactive")
    return found
