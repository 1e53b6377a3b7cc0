"""ECS: clusters, task definitions, services."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from botocore.model import ListShape, Shape, StructureShape

from sandbox.provider.aws import Aws
from sandbox.provider.planning import Path
from sandbox.provider.resource import Resource, State, changed, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names, member_of, members_of, request, violations
from sandbox.provider.values import UNKNOWN, Value

STEADY_WITHIN_S = 20 * 60.0
DRAINED_WITHIN_S = 20 * 60.0
_SWITCH: Mapping[Value, str] = {True: "ENABLED", False: "DISABLED"}


class Ecs(Resource):
    """A thing of ECS: its tags are changed under its ARN."""

    service = "ecs"

    def retag(self, aws: Aws, state: State, prior: State) -> None:
        """Changes the tags."""
        client = aws.client("ecs")
        retag(
            state,
            prior,
            lambda tags: client.tag_resource(resourceArn=state["arn"], tags=small_tags(tags)),
            lambda keys: client.untag_resource(resourceArn=state["arn"], tagKeys=keys),
        )


@served
class Cluster(Ecs):
    type = "aws_ecs_cluster"
    creates = "CreateCluster"
    names: ClassVar[Names] = {"name": "clusterName", "setting": "settings", "arn": "clusterArn"}
    gone = ("ClusterNotFoundException",)

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"tags": small_tags(state["tags_all"])}
        made = aws.client("ecs").create_cluster(**arguments)["cluster"]
        state["id"] = state["arn"] = made["clusterArn"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        answer = aws.client("ecs").describe_clusters(clusters=[state["id"]], include=["TAGS", "SETTINGS"])
        active = [cluster for cluster in answer["clusters"] if cluster["status"] == "ACTIVE"]
        if not active:
            return None
        return {
            **self.described(active[0]),
            "id": active[0]["clusterArn"],
            "tags_all": tags_of(active[0].get("tags")),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "setting", "configuration", "service_connect_defaults"):
            arguments = self.request(aws, state, "UpdateCluster") | {"cluster": state["name"]}
            aws.client("ecs").update_cluster(**arguments)
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ecs").delete_cluster(cluster=state["id"])


@served
class ClusterCapacityProviders(Ecs):
    type = "aws_ecs_cluster_capacity_providers"
    creates = "PutClusterCapacityProviders"
    names: ClassVar[Names] = {"cluster_name": "cluster"}
    gone = ("ClusterNotFoundException",)

    def create(self, aws: Aws, state: State) -> None:
        arguments: dict[str, Any] = {"capacityProviders": [], "defaultCapacityProviderStrategy": []}
        aws.client("ecs").put_cluster_capacity_providers(**(arguments | self.request(aws, state)))
        state["id"] = state["cluster_name"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        answer = aws.client("ecs").describe_clusters(clusters=[state["id"]])
        active = [cluster for cluster in answer["clusters"] if cluster["status"] == "ACTIVE"]
        return {**self.described(active[0]), "cluster_name": active[0]["clusterName"]} if active else None

    def update(self, aws: Aws, state: State, prior: State) -> None:
        self.create(aws, state)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ecs").put_cluster_capacity_providers(
            cluster=state["id"], capacityProviders=[], defaultCapacityProviderStrategy=[]
        )


@served
class TaskDefinition(Ecs):
    type = "aws_ecs_task_definition"
    creates = "RegisterTaskDefinition"
    names: ClassVar[Names] = {
        "container_definitions": None,
        "volume": "volumes",
        "arn": "taskDefinitionArn",
        "ephemeral_storage.size_in_gib": "sizeInGiB",
    }
    gone = ("ClientException",)

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {
            "containerDefinitions": json.loads(state["container_definitions"]),
            "tags": small_tags(state["tags_all"]),
        }
        made = aws.client("ecs").register_task_definition(**arguments)["taskDefinition"]
        state["id"], state["arn"] = state["family"], made["taskDefinitionArn"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        sought = state["arn"] or state["id"]
        answer = aws.client("ecs").describe_task_definition(taskDefinition=sought, include=["TAGS"])
        found = answer["taskDefinition"]
        if found["status"] == "INACTIVE":
            return None
        arn = found["taskDefinitionArn"]
        # A revision never changes, and AWS's text of its containers has defaults in it: ours stays.
        return {
            **{
                name: value for name, value in self.described(found).items() if name in ("family", "revision")
            },
            "arn": arn,
            "arn_without_revision": arn.rpartition(":")[0],
            "tags_all": tags_of(answer.get("tags")),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        if not state.get("skip_destroy"):
            aws.client("ecs").deregister_task_definition(taskDefinition=state["arn"])

    def complaints(self, aws: Aws, planned: Mapping[str, Value]) -> list[tuple[Path, str]]:
        found = super().complaints(aws, planned)
        text = planned.get("container_definitions")
        if isinstance(text, str):
            found.extend((("container_definitions",), said) for said in self._of_containers(aws, text))
        return found

    def _of_containers(self, aws: Aws, text: str) -> Iterator[str]:
        """What the model has against the containers, whose JSON no schema of Terraform's sees."""
        try:
            containers = json.loads(text)
        except ValueError:
            return
        listed = members_of(aws.input_of("ecs", self.creates))["containerDefinitions"]
        assert isinstance(listed, ListShape)
        shape = member_of(listed)
        assert isinstance(shape, StructureShape)
        known_members = members_of(shape)
        for container in containers:
            name = container.get("name", "?")
            for unknown in sorted(container.keys() - known_members.keys()):
                yield f"Container {name} has {unknown}, which ECS does not know"
            known = {key: value for key, value in container.items() if key in known_members}
            yield from _said_of(shape, name, known)


def _said_of(shape: Shape, name: str, container: Mapping[str, Value]) -> list[str]:
    said: list[str] = []

    def visit(path: Path, inner: Shape, value: Value) -> None:
        where = ".".join(map(str, path))
        said.extend(f"Container {name}, {where}: {complaint}" for complaint in violations(inner, value))

    request(shape, container, {}, visit=visit)
    return said


@served
class Service(Ecs):
    type = "aws_ecs_service"
    creates = "CreateService"
    names: ClassVar[Names] = {
        "name": "serviceName",
        "network_configuration": "networkConfiguration.awsvpcConfiguration",
        "load_balancer": "loadBalancers",
        "deployment_circuit_breaker": "deploymentConfiguration.deploymentCircuitBreaker",
        "deployment_minimum_healthy_percent": "deploymentConfiguration.minimumHealthyPercent",
        "deployment_maximum_percent": "deploymentConfiguration.maximumPercent",
        "enable_ecs_managed_tags": "enableECSManagedTags",
        "arn": "serviceArn",
        "cluster": "cluster",
        "iam_role": "role",
    }
    gone = ("ServiceNotFoundException", "ClusterNotFoundException", "ServiceNotActiveException")

    def arguments(self, state: Mapping[str, Value]) -> Mapping[str, Value]:
        network = state.get("network_configuration")
        if not isinstance(network, list):
            return state
        return {**state, "network_configuration": [_addressed(block) for block in network]}

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"tags": small_tags(state["tags_all"])}
        made = aws.client("ecs").create_service(**arguments)["service"]
        state["id"] = state["arn"] = made["serviceArn"]
        self._settle(aws, state)

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = self._found(aws, state)
        if not found or found["status"] == "INACTIVE":
            return None
        read = self.described(found)
        # As they are written; of a service that was just imported nobody has written anything yet.
        for name in ("cluster", "launch_type"):
            read.pop(name, None)
        if not str(state["cluster"]).startswith("arn:") and state.get("launch_type") is None:
            read |= {"cluster": found["clusterArn"], "launch_type": found.get("launchType")}
        for block in read.get("network_configuration", []):
            block["assign_public_ip"] = block.get("assign_public_ip") == "ENABLED"
        return {**read, "id": found["serviceArn"], "tags_all": tags_of(found.get("tags"))}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        names = [name for name in state if name not in ("tags", "tags_all") and changed(state, prior, name)]
        # These two are sent together or not at all.
        if any(name.startswith("deployment_") for name in names):
            names += [name for name in state if name.startswith("deployment_")]
        changes = self.request(aws, {name: state[name] for name in names}, "UpdateService")
        if changes or state.get("force_new_deployment"):
            where = {"service": state["name"], "cluster": state["cluster"]}
            forced = {"forceNewDeployment": True} if state.get("force_new_deployment") else {}
            aws.client("ecs").update_service(**(changes | where | forced))
            self._settle(aws, state)
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        client, where = aws.client("ecs"), {"service": state["name"], "cluster": state["cluster"]}
        found = self._found(aws, state)
        if not found or found["status"] == "INACTIVE":
            return
        if found["status"] == "ACTIVE" and found["desiredCount"]:
            client.update_service(**where, desiredCount=0)
        client.delete_service(**where, force=bool(state.get("force_delete")))
        aws.wait(
            lambda: self._found(aws, state).get("status", "INACTIVE") == "INACTIVE",
            deadline_s=DRAINED_WITHIN_S,
            what="the service to drain",
        )

    def imported(self, identity: str) -> State:
        cluster, name = identity.split("/")
        return {"id": identity, "cluster": cluster, "name": name}

    def _settle(self, aws: Aws, state: State) -> None:
        if state.get("wait_for_steady_state"):
            aws.wait(
                lambda: self._is_steady(aws, state),
                deadline_s=STEADY_WITHIN_S,
                what="the service to be steady",
            )

    def _is_steady(self, aws: Aws, state: State) -> bool:
        found = self._found(aws, state)
        return len(found["deployments"]) == 1 and found["runningCount"] == found["desiredCount"]

    def _found(self, aws: Aws, state: State) -> dict[str, Any]:
        answer = aws.client("ecs").describe_services(
            services=[state["name"]], cluster=state["cluster"] or "default", include=["TAGS"]
        )
        return next(iter(answer["services"]), {})


def small_tags(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Tags as ECS takes them."""
    return tag_list(tags, key="key", value="value")


def _addressed(block: Value) -> Value:
    if not isinstance(block, dict):
        return block
    asked = block.get("assign_public_ip")
    return {**block, "assign_public_ip": asked if asked is UNKNOWN else _SWITCH.get(asked)}
