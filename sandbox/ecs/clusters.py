"""Clusters, tags and the account's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.ecs.definitions import paged
from sandbox.ecs.errors import (
    ClusterContainsServicesException,
    ClusterContainsTasksException,
    InvalidParameterException,
)
from sandbox.ecs.lookups import cluster_of, last_part
from sandbox.ecs.records import Cluster, World, tags_of

CAPACITY_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
CHANGEABLE = ("settings", "configuration", "serviceConnectDefaults")
STRATEGY = ("capacityProviders", "defaultCapacityProviderStrategy")


class Clusters:
    """The operations on clusters and on the tags of anything."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create_cluster(self, given: Mapping[str, Any]) -> dict[str, Any]:
        name = given.get("clusterName") or "default"
        with self._world.changed:
            cluster = self._world.clusters.get(name)
            if cluster is None or cluster.status == "INACTIVE":
                kept = {key: given[key] for key in (*CHANGEABLE, *STRATEGY) if key in given}
                cluster = Cluster(name, self._world.arn("cluster", name), kept)
                self._world.clusters[name] = cluster
                self._world.tags[cluster.arn] = tags_of(given)
            return {"cluster": self._described(cluster)}

    def describe_clusters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found, failures = [], []
        with self._world.changed:
            for reference in given.get("clusters") or ["default"]:
                name = last_part(reference)
                if cluster := self._world.clusters.get(name):
                    found.append(self._described(cluster))
                else:
                    failures.append({"arn": self._world.arn("cluster", name), "reason": "MISSING"})
        return {"clusters": found, "failures": failures}

    def list_clusters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            arns = [one.arn for one in self._world.clusters.values() if one.status == "ACTIVE"]
        return paged(arns, "clusterArns", given)

    def update_cluster(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return self._change(given, CHANGEABLE)

    def update_cluster_settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return self._change(given, ("settings",))

    def put_cluster_capacity_providers(self, given: Mapping[str, Any]) -> dict[str, Any]:
        for name in given["capacityProviders"]:
            if name not in CAPACITY_PROVIDERS:
                raise InvalidParameterException(f"The specified capacity provider '{name}' was not found.")
        return self._change(given, STRATEGY)

    def delete_cluster(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            cluster = cluster_of(self._world, given["cluster"])
            if any(
                s.cluster == cluster.name and s.status != "INACTIVE" for s in self._world.services.values()
            ):
                raise ClusterContainsServicesException(
                    "The Cluster cannot be deleted while Services are active."
                )
            if any(t.cluster == cluster.name and not t.stopped for t in self._world.tasks.values()):
                raise ClusterContainsTasksException("The Cluster cannot be deleted while Tasks are active.")
            cluster.status = "INACTIVE"
            return {"cluster": self._described(cluster)}

    def describe_capacity_providers(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found = [
            {
                "capacityProviderArn": self._world.arn("capacity-provider", name),
                "name": name,
                "status": "ACTIVE",
            }
            for name in CAPACITY_PROVIDERS
            if name in [last_part(one) for one in given.get("capacityProviders") or CAPACITY_PROVIDERS]
        ]
        return {"capacityProviders": found}

    def list_tags_for_resource(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            return {"tags": list(self._world.tags.get(given["resourceArn"], []))}

    def tag_resource(self, given: Mapping[str, Any]) -> dict[str, Any]:
        new = tags_of(given)
        with self._world.changed:
            kept = self._without(given["resourceArn"], {tag["key"] for tag in new})
            self._world.tags[given["resourceArn"]] = kept + new
        return {}

    def untag_resource(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            self._world.tags[given["resourceArn"]] = self._without(
                given["resourceArn"], set(given["tagKeys"])
            )
        return {}

    def list_account_settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"settings": []}

    def _without(self, arn: str, keys: set[str]) -> list[dict[str, str]]:
        return [tag for tag in self._world.tags.get(arn, []) if tag["key"] not in keys]

    def _change(self, given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        with self._world.changed:
            cluster = cluster_of(self._world, given["cluster"])
            cluster.given |= {name: given[name] for name in names if name in given}
            return {"cluster": self._described(cluster)}

    def _described(self, cluster: Cluster) -> dict[str, Any]:
        tasks = [t for t in self._world.tasks.values() if t.cluster == cluster.name and not t.stopped]
        services = [s for s in self._world.services.values() if s.cluster == cluster.name]
        return {
            "capacityProviders": [],
            "defaultCapacityProviderStrategy": [],
            "settings": [{"name": "containerInsights", "value": "disabled"}],
            **cluster.given,
            "clusterArn": cluster.arn,
            "clusterName": cluster.name,
            "status": cluster.status,
            "registeredContainerInstancesCount": 0,
            "runningTasksCount": sum(task.last_status == "RUNNING" for task in tasks),
            "pendingTasksCount": sum(task.last_status in ("PROVISIONING", "PENDING") for task in tasks),
            "activeServicesCount": sum(service.status == "ACTIVE" for service in services),
            "statistics": [],
            "tags": self._world.tags.get(cluster.arn, []),
        }
