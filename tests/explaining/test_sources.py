"""What the sources find, through the blocks: on moto."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from blocks.aws import _client
from blocks.environment import Environment
from blocks.terraform.outputs import NetworkOutputs, Outputs, ServiceOutputs
from flows.explaining.findings import Fault, Findings
from flows.explaining.gather import gather
from flows.explaining.subject import Subject
from sandbox import moto_additions

REGION, ACCOUNT = "us-east-2", "123456789012"
NAME = "ai-video-dev"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    _client.cache_clear()
    moto_additions.install()
    with mock_aws():
        yield lambda name: boto3.client(name, region_name=REGION)
    _client.cache_clear()


@pytest.fixture
def outputs(cloud: Any) -> Outputs:
    """Everything that an environment has, made in moto; its one secret has a key too few."""
    ec2 = cloud("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    # moto gives a network interface a name only where names are on.
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{'ab'[n]}")
        for n in range(2)
    ]
    ids = [made["Subnet"]["SubnetId"] for made in subnets]
    groups = {
        name: ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("tasks", "database", "cache")
    }
    cloud("rds").create_db_instance(
        DBInstanceIdentifier="db", DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="reelflow", MasterUserPassword="only-for-tests",
        VpcSecurityGroupIds=[groups["database"]],
    )  # fmt: skip
    cloud("elasticache").create_replication_group(
        ReplicationGroupId="redis", ReplicationGroupDescription="x", SecurityGroupIds=[groups["cache"]],
        NumCacheClusters=1, Engine="redis",
    )  # fmt: skip
    secret = cloud("secretsmanager").create_secret(
        Name=f"{NAME}/app", SecretString=json.dumps({"SECRET_KEY": "x"})
    )["ARN"]
    ecs = cloud("ecs")
    ecs.create_cluster(clusterName=NAME)
    url = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{NAME}"
    container = {
        "name": "backend",
        "image": "other/image:1",
        "memory": 512,
        "secrets": [
            {"name": name, "valueFrom": f"{secret}:{name}::"} for name in ("SECRET_KEY", "REDIS_PASSWORD")
        ],
    }
    made = ecs.register_task_definition(
        family=NAME, networkMode="awsvpc", cpu="256", memory="512", containerDefinitions=[container]
    )
    ecs.create_service(
        cluster=NAME, serviceName=NAME, taskDefinition=NAME, desiredCount=0, launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": ids, "securityGroups": [groups["tasks"]], "assignPublicIp": "ENABLED"
            }
        },
    )  # fmt: skip
    return Outputs(
        account_id=ACCOUNT, region=REGION, ecr_repository_url=url, s3_bucket_name="", media_bucket="",
        database_endpoint="", database_identifier="db", database_secret_arn="", redis_endpoint="",
        redis_replication_group_id="redis", ecs_cluster_name=NAME, ecs_service_name=NAME,
        ecs_task_family=NAME,
        services={
            "backend": ServiceOutputs(
                service=NAME, family=NAME, container="backend", desired_count=1,
                task_definition=made["taskDefinition"]["taskDefinitionArn"], log_group=f"/ecs/dev/{NAME}",
            )
        },
        network=NetworkOutputs(
            subnet_ids=tuple(ids), security_group_ids=(groups["tasks"],), assign_public_ip=True
        ),
        app_secret_arn="",
    )  # fmt: skip


def found(outputs: Outputs | None, tmp_path: Path, stage: str = "roll_out") -> Findings:
    environment = Environment.from_checkout("dev", tmp_path, region=REGION, account=ACCOUNT)
    boto3.client("s3", region_name=REGION).create_bucket(
        Bucket=environment.state_bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    fault = Fault(stage=stage, kind="crashed", message="it ended")
    since = datetime.now(UTC) - timedelta(hours=1)
    subject = Subject(environment=environment, outputs=outputs, release=None, fault=fault, since=since)
    # What is told, not how fast: a busy machine has its time.
    return asyncio.run(gather(subject, within_s=60.0))


def test_what_an_environment_has_is_found_without_a_gap(outputs: Outputs, tmp_path: Path) -> None:
    told = found(outputs, tmp_path)
    assert told.gaps == ()
    assert [service.name for service in told.services] == ["backend"]
    assert told.services[0].public_ip
    assert told.database is not None
    assert told.cache is not None
    names = {group.id: group.name for group in told.security_groups}
    assert [names[group] for group in told.database.security_groups] == ["database"]
    assert [names[group] for group in told.cache.security_groups] == ["cache"]
    assert [(told.database.status, told.cache.status)] == [("available", "available")]
    assert {subnet.id for subnet in told.subnets} == set(outputs.network.subnet_ids)


def test_a_failed_task_leads_to_its_definition_and_its_secrets(
    cloud: Any, outputs: Outputs, tmp_path: Path
) -> None:
    task = cloud("ecs").run_task(
        cluster=NAME,
        taskDefinition=NAME,
        launchType="FARGATE",
        # moto gives every task the exit code 0, which a one-off one ends well with.
        group=f"service:{NAME}",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": list(outputs.network.subnet_ids),
                "securityGroups": list(outputs.network.security_group_ids),
            }
        },
    )["tasks"][0]["taskArn"]
    cloud("ecs").stop_task(cluster=NAME, task=task, reason="a test")
    told = found(outputs, tmp_path)
    assert told.gaps == ()
    assert [(t.reason, t.one_off) for t in told.tasks] == [("a test", False)]
    assert [definition.cpu for definition in told.definitions] == ["256"]
    assert {secret.variable: secret.has_key for secret in told.secrets} == {
        "SECRET_KEY": True,
        "REDIS_PASSWORD": False,
    }
    assert [image.exists for image in told.images] == [None]


def test_what_is_gone_is_told_as_missing(cloud: Any, outputs: Outputs, tmp_path: Path) -> None:
    cloud("rds").delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    told = found(outputs, tmp_path)
    assert told.database is not None
    assert told.database.status == "missing"


def test_before_any_task_only_the_state_is_looked_at(outputs: Outputs, tmp_path: Path) -> None:
    told = found(outputs, tmp_path, stage="plan")
    assert (told.services, told.database, told.gaps) == ((), None, ())
