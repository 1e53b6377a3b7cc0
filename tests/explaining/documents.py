"""Documents as AWS's API gives them, each checked against botocore's model of it, read as findings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.session import get_session
from botocore.validate import ParamValidator

from blocks.ecs.facts import (
    DefinitionFacts,
    ServiceFacts,
    TaskFacts,
    read_definition,
    read_service,
    read_task,
)
from blocks.network import Endpoint, SecurityGroup, Subnet, read_endpoint, read_group, read_subnet
from flows.explaining.findings import DiagnosticFacts, Fault, Findings, StoreFacts

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
HERE = "arn:aws:ecs:us-east-2:123456789012"
DEFINITION = f"{HERE}:task-definition/ai-video-backend:7"
BEFORE = f"{HERE}:task-definition/ai-video-backend:6"
REPOSITORY = "123456789012.dkr.ecr.us-east-2.amazonaws.com/ai-video-backend"
IMAGE = f"{REPOSITORY}@sha256:{'a' * 64}"
SECRET = "arn:aws:secretsmanager:us-east-2:123456789012:secret:ai-video/app-AbCdEf"


def checked(service: str, operation: str, document: dict[str, Any]) -> dict[str, Any]:
    """The document, which must be one that the operation can answer with."""
    shape = get_session().get_service_model(service).operation_model(operation).output_shape
    report = ParamValidator().validate(document, shape)
    assert not report.has_errors(), report.generate_report()
    return document


def task(
    reason: str = "",
    *,
    code: str = "EssentialContainerExited",
    exit_code: int | None = None,
    container: str = "",
    group: str = "service:ai-video-backend",
    status: str = "STOPPED",
    log: tuple[str, ...] = (),
    started: bool | None = None,
) -> TaskFacts:
    """A task of `DescribeTasks`, with what it has written."""
    ran = exit_code is not None if started is None else started
    held: dict[str, Any] = {"name": "backend", "image": IMAGE, "lastStatus": status}
    held |= {"exitCode": exit_code} if exit_code is not None else {}
    held |= {"reason": container} if container else {}
    ended = {"stopCode": code, "stoppedReason": reason, "stoppedAt": NOW} if status == "STOPPED" else {}
    described = {
        "taskArn": f"{HERE}:task/ai-video/1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d",
        "taskDefinitionArn": DEFINITION,
        "group": group,
        "lastStatus": status,
        "desiredStatus": "STOPPED" if status == "STOPPED" else "RUNNING",
        "containers": [held],
        "createdAt": NOW - timedelta(minutes=2),
        **({"startedAt": NOW - timedelta(minutes=1)} if ran else {}),
        "attachments": [
            {
                "id": "1",
                "type": "ElasticNetworkInterface",
                "status": "ATTACHED",
                "details": [{"name": "subnetId", "value": "subnet-1"}],
            }
        ],
        **ended,
    }
    checked("ecs", "DescribeTasks", {"tasks": [described], "failures": []})
    return read_task(described).model_copy(update={"log": log})


def not_started(reason: str, container: str = "") -> TaskFacts:
    """A task that ECS could not start."""
    return task(reason, code="TaskFailedToStart", container=container)


def service(
    *deployments: dict[str, Any],
    events: tuple[str, ...] = (),
    public_ip: bool = True,
    running: int = 0,
    groups: tuple[str, ...] = ("sg-tasks",),
) -> ServiceFacts:
    """A service of `DescribeServices`."""
    described = {
        "serviceName": "ai-video-backend",
        "status": "ACTIVE",
        "desiredCount": 1,
        "runningCount": running,
        "pendingCount": 0,
        "launchType": "FARGATE",
        "taskDefinition": DEFINITION,
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["subnet-1"],
                "securityGroups": list(groups),
                "assignPublicIp": "ENABLED" if public_ip else "DISABLED",
            }
        },
        "deployments": list(deployments),
        "events": [{"id": str(n), "createdAt": NOW, "message": text} for n, text in enumerate(events)],
    }
    checked("ecs", "DescribeServices", {"services": [described], "failures": []})
    return read_service(described, "backend")


def deployment(state: str, *, failed: int = 0, definition: str = DEFINITION, **more: Any) -> dict[str, Any]:
    """A deployment within a service."""
    return {
        "id": f"ecs-svc/{definition[-1]}",
        "status": "PRIMARY",
        "taskDefinition": definition,
        "rolloutState": state,
        "failedTasks": failed,
        **more,
    }


def definition(*, cpu: str = "1024", memory: str = "2048") -> DefinitionFacts:
    """A task definition of `DescribeTaskDefinition`."""
    described = {
        "taskDefinitionArn": DEFINITION,
        "status": "ACTIVE",
        "cpu": cpu,
        "memory": memory,
        "executionRoleArn": "arn:aws:iam::123456789012:role/ai-video-execution",
        "containerDefinitions": [
            {
                "name": "backend",
                "image": IMAGE,
                "environment": [{"name": "DATABASE_URL", "value": "postgresql://…"}],
                "secrets": [{"name": "SECRET_KEY", "valueFrom": f"{SECRET}:SECRET_KEY::"}],
            }
        ],
    }
    checked("ecs", "DescribeTaskDefinition", {"taskDefinition": described})
    return read_definition(described)


def subnet(*routes: dict[str, Any]) -> Subnet:
    """A subnet with its route table."""
    described = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
    table = {
        "RouteTableId": "rtb-1",
        "VpcId": "vpc-1",
        "Associations": [{"SubnetId": "subnet-1", "Main": False}],
        "Routes": [local, *routes],
    }
    checked("ec2", "DescribeSubnets", {"Subnets": [described]})
    checked("ec2", "DescribeRouteTables", {"RouteTables": [table]})
    return read_subnet(described, [table])


def way(target: str, *, state: str = "active") -> dict[str, Any]:
    """A default route."""
    name = "NatGatewayId" if target.startswith("nat-") else "GatewayId"
    return {"DestinationCidrBlock": "0.0.0.0/0", name: target, "State": state}


def group(
    id_: str,
    *,
    out: tuple[tuple[int, str], ...] = (),
    into: tuple[tuple[int, str], ...] = (),
) -> SecurityGroup:
    """A security group; each rule is a port, and a group or a block of addresses."""

    def permission(port: int, other: str) -> dict[str, Any]:
        pair = {"UserIdGroupPairs": [{"GroupId": other}]}
        side = pair if other.startswith("sg-") else {"IpRanges": [{"CidrIp": other}]}
        return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **side}

    described = {
        "GroupId": id_,
        "GroupName": id_.removeprefix("sg-"),
        "IpPermissions": [permission(*rule) for rule in into],
        "IpPermissionsEgress": [permission(*rule) for rule in out],
    }
    checked("ec2", "DescribeSecurityGroups", {"SecurityGroups": [described]})
    return read_group(described)


def endpoint(name: str, *, kind: str = "Interface") -> Endpoint:
    """A VPC endpoint."""
    described = {
        "ServiceName": f"com.amazonaws.us-east-2.{name}",
        "VpcId": "vpc-1",
        "VpcEndpointType": kind,
        "State": "available",
    }
    checked("ec2", "DescribeVpcEndpoints", {"VpcEndpoints": [described]})
    return read_endpoint(described)


def store(name: str, status: str = "available") -> StoreFacts:
    """The database, or the cache."""
    port = 5432 if name == "database" else 6379
    return StoreFacts(
        identifier=f"ai-video-{name}", status=status, port=port, security_groups=(f"sg-{name}",)
    )


def fault(kind: str, message: str = "it went wrong", *, stage: str = "roll_out") -> Fault:
    """A failed stage, as the release's record has it."""
    return Fault(stage=stage, kind=kind, message=message, remedy="See")


def diagnostic(summary: str, detail: str = "", address: str = "") -> DiagnosticFacts:
    """An error of Terraform."""
    return DiagnosticFacts(summary=summary, detail=detail, address=address)


def findings(**fields: Any) -> Findings:
    """Findings of a failed release."""
    return Findings.model_validate(
        {"environment": "prod", "release": "20261125T030000Z", "region": "us-east-2"} | fields
    )
