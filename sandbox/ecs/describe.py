"""Services, deployments and tasks as the API describes them."""

from __future__ import annotations

from typing import Any

from sandbox.ecs.lookups import cluster_of
from sandbox.ecs.records import Container, Deployment, Service, ServiceDeployment, Task, World

PENDING = ("PROVISIONING", "PENDING", "ACTIVATING")


def service(world: World, one: Service, *, tags: bool = False) -> dict[str, Any]:
    tasks = [task for task in world.tasks_of(one) if not task.going]
    given = {key: value for key, value in one.given.items() if key not in ("cluster", "clientToken", "tags")}
    current = one.current
    document = {
        "launchType": "FARGATE" if not given.get("capacityProviderStrategy") else None,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "loadBalancers": [],
        "serviceRegistries": [],
        "placementConstraints": [],
        "placementStrategy": [],
        **given,
        "serviceArn": one.arn,
        "serviceName": one.name,
        "clusterArn": cluster_of(world, one.cluster).arn,
        "status": one.status,
        "runningCount": sum(task.last_status == "RUNNING" for task in tasks),
        "pendingCount": sum(task.last_status in PENDING for task in tasks),
        "taskDefinition": one.primary.definition.arn if one.deployments else given["taskDefinition"],
        "deployments": [_deployment(world, one, deployment) for deployment in one.deployments],
        "currentServiceDeployment": current.arn if current else None,
        "currentServiceRevisions": [_revision(world, one, deployment) for deployment in one.deployments],
        "events": list(one.events),
        "createdAt": one.created_at,
        "createdBy": f"arn:aws:iam::{world.account}:root",
    }
    if tags:
        document["tags"] = world.tags.get(one.arn, [])
    return document


def _count(world: World, one: Service, deployment: Deployment, *statuses: str) -> int:
    return sum(
        task.deployment == deployment.id and not task.going and task.last_status in statuses
        for task in world.tasks_of(one)
    )


def _revision(world: World, one: Service, deployment: Deployment) -> dict[str, Any]:
    return {
        "arn": deployment.revision_arn,
        "requestedTaskCount": one.desired if deployment.status == "PRIMARY" else 0,
        "runningTaskCount": _count(world, one, deployment, "RUNNING"),
        "pendingTaskCount": _count(world, one, deployment, *PENDING),
    }


def _deployment(world: World, one: Service, deployment: Deployment) -> dict[str, Any]:
    return {
        "id": deployment.id,
        "status": deployment.status,
        "taskDefinition": deployment.definition.arn,
        "desiredCount": one.desired if deployment.status == "PRIMARY" else 0,
        "pendingCount": _count(world, one, deployment, *PENDING),
        "runningCount": _count(world, one, deployment, "RUNNING"),
        "failedTasks": deployment.failed,
        "createdAt": deployment.created_at,
        "updatedAt": deployment.updated_at,
        "capacityProviderStrategy": one.given.get("capacityProviderStrategy"),
        "launchType": "FARGATE" if not one.given.get("capacityProviderStrategy") else None,
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "networkConfiguration": one.given.get("networkConfiguration"),
        "rolloutState": deployment.rollout_state,
        "rolloutStateReason": deployment.reason,
    }


def service_deployment(world: World, one: Service, record: ServiceDeployment) -> dict[str, Any]:
    return {
        "serviceDeploymentArn": record.arn,
        "serviceArn": one.arn,
        "clusterArn": world.arn("cluster", one.cluster),
        "createdAt": record.created_at,
        "startedAt": record.started_at,
        "updatedAt": record.updated_at,
        "finishedAt": record.finished_at,
        "stoppedAt": record.stopped_at,
        "sourceServiceRevisions": [
            {"arn": arn, "requestedTaskCount": 0, "runningTaskCount": 0, "pendingTaskCount": 0}
            for arn in record.source_revisions
        ],
        "targetServiceRevision": _revision(world, one, record.deployment),
        "status": record.status,
        "statusReason": record.reason or None,
        "deploymentConfiguration": record.configuration,
        "rollback": record.rollback,
        "deploymentCircuitBreaker": record.breaker or None,
        "alarms": _alarms(record),
    }


def _alarms(record: ServiceDeployment) -> dict[str, Any] | None:
    watched = record.configuration.get("alarms")
    if not watched or not watched.get("enable"):
        return None
    status = "TRIGGERED" if record.triggered_alarms else "MONITORING"
    if record.finished_at and not record.triggered_alarms:
        status = "MONITORING_COMPLETE"
    return {
        "status": status,
        "alarmNames": watched.get("alarmNames", []),
        "triggeredAlarmNames": record.triggered_alarms,
    }


def task(world: World, one: Task, *, tags: bool = False) -> dict[str, Any]:
    given = one.given
    document = {
        "taskArn": one.arn,
        "clusterArn": world.arn("cluster", one.cluster),
        "taskDefinitionArn": one.definition.arn,
        "attachments": [_attachment(one)] if one.interface else [],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": one.interface.availability_zone if one.interface else f"{world.region}a",
        "connectivity": "CONNECTED",
        "connectivityAt": one.created_at,
        "containers": [_container(one, container) for container in one.containers],
        "cpu": given.get("overrides", {}).get("cpu") or one.definition.given.get("cpu"),
        "memory": given.get("overrides", {}).get("memory") or one.definition.given.get("memory"),
        "createdAt": one.created_at,
        "desiredStatus": one.desired_status,
        "enableExecuteCommand": bool(given.get("enableExecuteCommand")),
        "executionStoppedAt": one.execution_stopped_at,
        "group": one.group,
        "healthStatus": one.health,
        "lastStatus": one.last_status,
        "overrides": {"containerOverrides": [], **given.get("overrides", {})},
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "pullStartedAt": one.pull_started_at,
        "pullStoppedAt": one.pull_stopped_at,
        "startedAt": one.started_at,
        "startedBy": one.started_by or None,
        "stopCode": one.stop.code if one.stop else None,
        "stoppedReason": one.stop.reason if one.stop else None,
        "stoppingAt": one.stopping_at,
        "stoppedAt": one.stopped_at,
        "version": 1,
    }
    if strategy := given.get("capacityProviderStrategy"):
        document["capacityProviderName"] = max(strategy, key=lambda item: item.get("weight", 0))[
            "capacityProvider"
        ]
    document["launchType"] = "FARGATE"
    if tags:
        document["tags"] = world.tags.get(one.arn, [])
    return document


def _attachment(one: Task) -> dict[str, Any]:
    details = {
        "subnetId": one.interface.subnet.id,
        "networkInterfaceId": one.interface.id,
        "macAddress": one.interface.mac_address,
        "privateIPv4Address": one.address,
    }
    return {
        "id": one.attachment_id,
        "type": "ElasticNetworkInterface",
        "status": "DELETED" if one.stopped else "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _container(one: Task, container: Container) -> dict[str, Any]:
    return {
        "containerArn": one.arn.replace(":task/", ":container/") + "/" + container.name,
        "taskArn": one.arn,
        "name": container.name,
        "image": container.image,
        "imageDigest": container.image_digest,
        "runtimeId": container.runtime_id,
        "lastStatus": container.status,
        "exitCode": container.exit_code,
        "reason": container.reason,
        "healthStatus": container.health,
        "networkBindings": [],
        "networkInterfaces": [{"attachmentId": one.attachment_id, "privateIpv4Address": one.address}]
        if one.interface
        else [],
    }
