"""A sandbox, and in it a network, a cluster, a repository, roles: what tasks need."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import uuid4

import boto3
import pytest

from sandbox.running import Sandbox, sandbox
from tests.rehearsal.sandbox.tiny import push, push_built

DEADLINE_S = 60.0
ENGINE: Literal["docker", "process"] = "docker" if os.environ.get("SANDBOX_ENGINE") == "docker" else "process"
Found = TypeVar("Found")


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One for all tests. SANDBOX_ENGINE=docker has it run containers, and SANDBOX_HOME keeps its images."""
    home = Path(os.environ.get("SANDBOX_HOME") or tmp_path_factory.mktemp("sandbox"))
    with sandbox(home, engine=ENGINE, timing={"health_interval_s": 0.3}, terraform=False) as running:
        yield running


@dataclass
class Account:
    """Clients of the sandbox's API, and what was made in it beforehand."""

    cloud: Sandbox
    clients: dict[str, Any]
    subnets: list[str]
    cluster: str
    repository: str
    role: str

    def client(self, name: str) -> Any:
        if name not in self.clients:
            self.clients[name] = boto3.client(
                name,
                endpoint_url=self.cloud.endpoint_url,
                region_name=self.cloud.region,
                aws_access_key_id="any",
                aws_secret_access_key="any",
            )
        return self.clients[name]

    @property
    def ecs(self) -> Any:
        return self.client("ecs")

    def network(self) -> dict[str, Any]:
        return {"awsvpcConfiguration": {"subnets": self.subnets, "assignPublicIp": "ENABLED"}}

    def image(self, version: str, behaviour: str = "") -> str:
        """An image of that version, by digest."""
        tag = f"t-{uuid4().hex[:12]}"
        if self.cloud.docker_host:
            return push_built(
                self.cloud, self.client("ecr"), self.repository, tag, version=version, behaviour=behaviour
            )
        return push(self.client("ecr"), self.repository, tag, version=version, behaviour=behaviour)

    def definition(
        self, image: str, *, family: str = "backend", checked: bool = True, **container: Any
    ) -> str:
        """A registered task definition of one container that serves on port 8000."""
        check = (
            "import http.client, os; c = http.client.HTTPConnection(os.environ['HOST'], 8000, timeout=2); "
            "c.request('GET', '/'); raise SystemExit(c.getresponse().status != 200)"
        )
        described = {
            "name": "backend",
            "image": image,
            "command": ["serve"],
            "portMappings": [{"containerPort": 8000}],
            "stopTimeout": 5,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": f"/ecs/test/{family}",
                    "awslogs-region": self.cloud.region,
                    "awslogs-stream-prefix": "backend",
                    "awslogs-create-group": "true",
                },
            },
            **container,
        }
        if checked:
            described["healthCheck"] = {
                "command": ["CMD", "python", "-c", check],
                "interval": 5,
                "startPeriod": 3,
            }
        return self.ecs.register_task_definition(
            family=family,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn=self.role,
            containerDefinitions=[described],
            volumes=[{"name": mount["sourceVolume"]} for mount in described.get("mountPoints", [])],
        )["taskDefinition"]["taskDefinitionArn"]

    def run(self, definition: str, command: list[str], **overrides: Any) -> dict[str, Any]:
        """Runs a one-off task to its end; returns its description."""
        override = {"name": "backend", "command": command, **overrides}
        task = self.ecs.run_task(
            cluster=self.cluster,
            taskDefinition=definition,
            networkConfiguration=self.network(),
            overrides={"containerOverrides": [override]},
        )["tasks"][0]
        return self.stopped(task["taskArn"])

    def stopped(self, arn: str) -> dict[str, Any]:
        def described() -> dict[str, Any] | None:
            task = self.ecs.describe_tasks(cluster=self.cluster, tasks=[arn])["tasks"][0]
            return task if task["lastStatus"] == "STOPPED" else None

        return until(described)

    def log(self, task: dict[str, Any], family: str = "backend") -> list[str]:
        """The lines that a task has written so far."""
        name = f"backend/backend/{task['taskArn'].rpartition('/')[2]}"
        try:
            events = self.client("logs").get_log_events(
                logGroupName=f"/ecs/test/{family}", logStreamName=name, startFromHead=True
            )
        except self.client("logs").exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events["events"]]

    def service(self, name: str) -> dict[str, Any]:
        return self.ecs.describe_services(cluster=self.cluster, services=[name])["services"][0]

    def deployment(self, arn: str) -> dict[str, Any]:
        """A service deployment once it has ended."""

        def described() -> dict[str, Any] | None:
            found = self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][
                0
            ]
            return found if "finishedAt" in found else None

        return until(described)


def until(look: Callable[[], Found | None]) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing was found within {DEADLINE_S:.0f} s")


@pytest.fixture(scope="session")
def account(cloud: Sandbox) -> Account:
    made = Account(cloud, {}, [], "films", "backend", "")
    ec2 = made.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for number in range(2):
        subnet = ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-2{'ab'[number]}"
        )
        made.subnets.append(subnet["Subnet"]["SubnetId"])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    main = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]
    ec2.create_route(RouteTableId=main["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    made.ecs.create_cluster(clusterName=made.cluster)
    made.client("ecr").create_repository(repositoryName=made.repository, imageTagMutability="IMMUTABLE")
    role = made.client("iam").create_role(RoleName="execution", AssumeRolePolicyDocument="{}")
    made.role = role["Role"]["Arn"]
    starting = {
        "Effect": "Allow",
        "Action": ["ecr:*", "logs:*", "secretsmanager:GetSecretValue"],
        "Resource": "*",
    }
    made.client("iam").put_role_policy(
        RoleName="execution",
        PolicyName="start",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [starting]}),
    )
    return made
