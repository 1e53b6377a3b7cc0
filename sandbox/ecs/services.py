"""Services: creating, updating, describing, deleting; and their deployments."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sandbox.ecs import describe
from sandbox.ecs.definitions import paged
from sandbox.ecs.errors import (
    InvalidParameterException,
    ServiceDeploymentNotFoundException,
)
from sandbox.ecs.lookups import cluster_of, definition_of, last_part, service_of
from sandbox.ecs.placement import check_load_balancers, check_network
from sandbox.ecs.records import (
    Deployment,
    Service,
    ServiceDeployment,
    TaskDefinition,
    World,
    now,
    random_digits,
    tags_of,
)

# Updates that replace the tasks; any other leaves them as they are.
REPLACING = (
    "networkConfiguration",
    "loadBalancers",
    "capacityProviderStrategy",
    "platformVersion",
    "serviceRegistries",
    "volumeConfigurations",
    "serviceConnectConfiguration",
)
DEFAULT_DEPLOYMENT = {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING"}


class Services:
    """The operations on services and on their deployments."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create_service(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            cluster = cluster_of(self._world, given.get("cluster"))
            known = self._world.services.get((cluster.name, given["serviceName"]))
            if known and known.status != "INACTIVE":
                raise InvalidParameterException("Creation of service was not idempotent.")
            if "taskDefinition" not in given:
                raise InvalidParameterException("TaskDefinition can not be blank.")
            definition = definition_of(self._world, given["taskDefinition"], active=True)
            _check_strategy(given)
            check_network(self._world, definition, given.get("networkConfiguration"))
            check_load_balancers(self._world, definition, given.get("loadBalancers") or [])
            request = {key: value for key, value in given.items() if value is not None}
            request["deploymentConfiguration"] = _deployment_configuration(given)
            request["desiredCount"] = given.get("desiredCount") or 0
            arn = self._world.arn("service", f"{cluster.name}/{given['serviceName']}")
            service = Service(given["serviceName"], arn, cluster.name, request)
            self._world.services[cluster.name, service.name] = service
            self._world.tags[arn] = tags_of(given)
            self._deploy(service, definition)
            self._world.changed.notify_all()
            return {"service": describe.service(self._world, service, tags=True)}

    def update_service(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            service = service_of(self._world, given.get("cluster"), given["service"])
            definition = service.primary.definition
            if "taskDefinition" in given:
                definition = definition_of(self._world, given["taskDefinition"], active=True)
            check_network(
                self._world,
                definition,
                given.get("networkConfiguration") or service.given.get("networkConfiguration"),
            )
            check_load_balancers(self._world, definition, given.get("loadBalancers") or [])
            changed = definition is not service.primary.definition or any(
                name in given and given[name] != service.given.get(name) for name in REPLACING
            )
            for name, value in given.items():
                if name not in ("cluster", "service", "forceNewDeployment", "deploymentConfiguration"):
                    service.given[name] = value
            if "deploymentConfiguration" in given:
                service.given["deploymentConfiguration"] |= given["deploymentConfiguration"]
            if changed or given.get("forceNewDeployment"):
                self._deploy(service, definition)
            service.steady = False
            self._world.changed.notify_all()
            return {"service": describe.service(self._world, service, tags=True)}

    def describe_services(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found, failures = [], []
        with self._world.changed:
            cluster = cluster_of(self._world, given.get("cluster"))
            for reference in given["services"]:
                if service := self._world.services.get((cluster.name, last_part(reference))):
                    found.append(
                        describe.service(self._world, service, tags="TAGS" in given.get("include", []))
                    )
                else:
                    arn = self._world.arn("service", f"{cluster.name}/{last_part(reference)}")
                    failures.append({"arn": arn, "reason": "MISSING"})
        return {"services": found, "failures": failures}

    def list_services(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            cluster = cluster_of(self._world, given.get("cluster"))
            arns = [
                one.arn
                for one in self._world.services.values()
                if one.cluster == cluster.name and one.status == "ACTIVE"
            ]
        return paged(arns, "serviceArns", given)

    def delete_service(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            service = service_of(self._world, given.get("cluster"), given["service"])
            if service.desired and not given.get("force"):
                raise InvalidParameterException("The service cannot be stopped while it is scaled above 0.")
            service.given["desiredCount"] = 0
            service.status = "DRAINING"
            if current := service.current:
                _end(current, "STOPPED", "The service was deleted.")
            self._world.changed.notify_all()
            return {"service": describe.service(self._world, service)}

    def list_service_deployments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        created = given.get("createdAt") or {}
        with self._world.changed:
            service = service_of(self._world, given.get("cluster"), given["service"])
            found = [
                {
                    "serviceDeploymentArn": one.arn,
                    "serviceArn": service.arn,
                    "clusterArn": self._world.arn("cluster", service.cluster),
                    "createdAt": one.created_at,
                    "startedAt": one.started_at,
                    "finishedAt": one.finished_at,
                    "targetServiceRevisionArn": one.deployment.revision_arn,
                    "status": one.status,
                    "statusReason": one.reason or None,
                }
                for one in reversed(service.history)
                if one.status in (given.get("status") or [one.status])
                and _seconds(created.get("after"), 0.0) <= one.created_at.timestamp()
                and one.created_at.timestamp() <= _seconds(created.get("before"), float("inf"))
            ]
        return paged(found, "serviceDeployments", given)

    def describe_service_deployments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found, failures = [], []
        with self._world.changed:
            known = {
                record.arn: (service, record)
                for service in self._world.services.values()
                for record in service.history
            }
            for arn in given["serviceDeploymentArns"]:
                if arn in known:
                    found.append(describe.service_deployment(self._world, *known[arn]))
                else:
                    failures.append({"arn": arn, "reason": "MISSING"})
        return {"serviceDeployments": found, "failures": failures}

    def stop_service_deployment(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            for service in self._world.services.values():
                current = service.current
                if current and current.arn == given["serviceDeploymentArn"]:
                    asked = given.get("stopType") or "ROLLBACK"
                    if asked == "ROLLBACK":
                        current.status = "ROLLBACK_REQUESTED"
                    else:
                        _end(current, "STOPPED", "Stopped by a request.")
                        current.deployment.rollout_state = "FAILED"
                    self._world.changed.notify_all()
                    return {"serviceDeploymentArn": current.arn}
        raise ServiceDeploymentNotFoundException("Service deployment not found.")

    def describe_service_revisions(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changed:
            known = {
                arn: revision
                for one in self._world.services.values()
                for arn, revision in one.revisions.items()
            }
        found = [known[arn] for arn in given["serviceRevisionArns"] if arn in known]
        failures = [
            {"arn": arn, "reason": "MISSING"} for arn in given["serviceRevisionArns"] if arn not in known
        ]
        return {"serviceRevisions": found, "failures": failures}

    def _deploy(self, service: Service, definition: TaskDefinition) -> None:
        """Begins a deployment, which takes the place of one that goes on."""
        if current := service.current:
            _end(current, "STOPPED", "A newer deployment took its place.")
        path = f"{service.cluster}/{service.name}/{random_digits()}"
        revision_arn = self._world.arn("service-revision", path)
        for other in service.deployments:
            other.status = "ACTIVE"
        deployment = Deployment(
            f"ecs-svc/{random_digits()}",
            definition,
            revision_arn,
        )
        deployment.reason = f"ECS deployment {deployment.id} in progress."
        sources = [other.revision_arn for other in service.deployments if other.completed]
        service.deployments.insert(0, deployment)
        service.revisions[revision_arn] = {
            "serviceRevisionArn": revision_arn,
            "serviceArn": service.arn,
            "clusterArn": self._world.arn("cluster", service.cluster),
            "taskDefinition": definition.arn,
            "launchType": "FARGATE",
            "platformVersion": "1.4.0",
            "platformFamily": "Linux",
            "loadBalancers": service.given.get("loadBalancers", []),
            "networkConfiguration": service.given.get("networkConfiguration"),
            "containerImages": [
                {"containerName": one["name"], "image": one["image"]} for one in definition.containers
            ],
            "createdAt": now(),
        }
        token = secrets.token_urlsafe(16)[:21]
        service.history.append(
            ServiceDeployment(
                self._world.arn("service-deployment", f"{service.cluster}/{service.name}/{token}"),
                deployment,
                sources,
                dict(service.given["deploymentConfiguration"]),
            )
        )
        service.given["taskDefinition"] = definition.arn
        service.steady = False


def _end(record: ServiceDeployment, status: str, reason: str) -> None:
    record.status, record.reason = status, reason
    record.finished_at = record.updated_at = record.stopped_at = now()


def _deployment_configuration(given: Mapping[str, Any]) -> dict[str, Any]:
    own = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
    return DEFAULT_DEPLOYMENT | own | (given.get("deploymentConfiguration") or {})


def _check_strategy(given: Mapping[str, Any]) -> None:
    strategy = (given.get("deploymentConfiguration") or {}).get("strategy", "ROLLING")
    if strategy != "ROLLING":
        raise InvalidParameterException(f"The sandbox's ECS rolls out by ROLLING only, not by {strategy}.")
    if given.get("launchType", "FARGATE") != "FARGATE":
        raise InvalidParameterException("The sandbox's ECS has Fargate only.")


def _seconds(moment: Any, default: float) -> float:
    if moment is None:
        return default
    return moment.timestamp() if hasattr(moment, "timestamp") else float(moment)
