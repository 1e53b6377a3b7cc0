"""One-off tasks: their environment, logs, exit codes, and why they didn't start."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.sandbox.conftest import ENGINE, Account, until


@pytest.fixture(scope="module")
def image(account: Account) -> str:
    return account.image("1")


def test_a_task_runs_with_its_log_and_its_exit_code(account: Account, image: str) -> None:
    task = account.run(
        account.definition(image),
        ["tell", "NAME", "AWS_REGION"],
        environment=[{"name": "NAME", "value": "Volta"}],
    )
    assert account.log(task) == ["NAME Volta", "AWS_REGION us-east-2"]
    assert task["containers"][0]["exitCode"] == 0
    assert task["containers"][0]["imageDigest"] == image.partition("@")[2]
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )


@pytest.mark.parametrize("code", [0, 1, 42])
def test_exit_codes(account: Account, image: str, code: int) -> None:
    task = account.run(account.definition(image), ["leave", str(code)])
    assert task["containers"][0]["exitCode"] == code


def test_its_address_is_public_where_asked_for(account: Account, image: str) -> None:
    arn = account.ecs.run_task(
        cluster=account.cluster,
        taskDefinition=account.definition(image),
        networkConfiguration=account.network(),
        overrides={"containerOverrides": [{"name": "backend", "command": ["stay"]}]},
    )["tasks"][0]["taskArn"]

    def interface() -> str | None:
        task = account.ecs.describe_tasks(cluster=account.cluster, tasks=[arn])["tasks"][0]
        for attachment in task["attachments"]:
            return {one["name"]: one["value"] for one in attachment["details"]}["networkInterfaceId"]
        return None

    described = account.client("ec2").describe_network_interfaces(NetworkInterfaceIds=[until(interface)])
    found = described["NetworkInterfaces"][0]
    assert found["Association"]["PublicIp"] == found["PrivateIpAddress"]
    assert found["PrivateIpAddress"].startswith("127.")
    until(lambda: account.log({"taskArn": arn}))
    account.ecs.stop_task(cluster=account.cluster, task=arn, reason="seen enough")
    task = account.stopped(arn)
    # It ignores SIGTERM, and is killed when its stopTimeout is over.
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "seen enough")
    assert task["containers"][0]["exitCode"] == 137


def test_secrets_reach_the_container_and_nothing_else(account: Account, image: str) -> None:
    name = f"app-{uuid4().hex[:6]}"
    arn = account.client("secretsmanager").create_secret(
        Name=name, SecretString=json.dumps({"KEY": "canary"})
    )["ARN"]
    definition = account.definition(image, secrets=[{"name": "SECRET_KEY", "valueFrom": f"{arn}:KEY::"}])
    task = account.run(definition, ["tell", "SECRET_KEY"])
    assert account.log(task) == ["SECRET_KEY canary"]
    assert "canary" not in json.dumps(task, default=str)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"image": "{registry}/backend:none"}, "CannotPullContainerError"),
        ({"image": "{registry}/nowhere:1"}, "CannotPullContainerError"),
        (
            {
                "secrets": [
                    {
                        "name": "A",
                        "valueFrom": "arn:aws:secretsmanager:us-east-2:123456789012:secret:no-abcdef:A::",
                    }
                ]
            },
            "ResourceInitializationError: unable to pull secrets",
        ),
        ({"entryPoint": ["no-such-program"]}, "CannotStartContainerError"),
        (
            {
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": "/none",
                        "awslogs-region": "us-east-2",
                        "awslogs-stream-prefix": "x",
                    },
                }
            },
            "ResourceInitializationError: failed to validate logger args",
        ),
    ],
)
def test_why_a_task_does_not_start(
    account: Account, image: str, changes: dict[str, Any], reason: str
) -> None:
    changes = {"image": image, **changes}
    changes["image"] = changes["image"].format(registry=account.cloud.registry)
    task = account.run(account.definition(**changes), ["tell"])
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith(reason)
    assert "exitCode" not in task["containers"][0]


@pytest.mark.skipif(ENGINE != "docker", reason="a process writes where its user may")
def test_what_a_container_may_write_to(account: Account, image: str) -> None:
    definition = account.definition(
        image,
        readonlyRootFilesystem=True,
        mountPoints=[{"sourceVolume": "temporary", "containerPath": "/tmp"}],
        linuxParameters={"initProcessEnabled": True},
    )
    task = account.run(definition, ["write", "/tmp/film", "/app/film"])
    assert account.log(task) == ["/tmp/film written", "/app/film Read-only file system"]


def role(account: Account, *statements: dict[str, object]) -> str:
    """A role with these rights; returns its ARN."""
    name = f"role-{uuid4().hex[:6]}"
    made = account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    account.client("iam").put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=document)
    return made


def test_the_role_that_starts_a_task_needs_the_rights_for_it(account: Account, image: str) -> None:
    registered = account.ecs.describe_task_definition(taskDefinition=account.definition(image))[
        "taskDefinition"
    ]
    pulls_only = role(account, {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"})
    definition = account.ecs.register_task_definition(
        family="backend",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn=pulls_only,
        containerDefinitions=registered["containerDefinitions"],
    )["taskDefinition"]["taskDefinitionArn"]
    task = account.run(definition, ["tell"])
    assert task["stopCode"] == "TaskFailedToStart"
    assert "is not authorized to perform: logs:CreateLogStream" in task["stoppedReason"]


def test_a_task_has_the_rights_of_its_role_and_no_others(account: Account, image: str) -> None:
    bucket = f"films-{uuid4().hex[:6]}"
    account.client("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-east-2"}
    )
    account.client("s3").put_object(Bucket=bucket, Key="film", Body=b"film")
    reader = role(
        account, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    )
    task = account.ecs.run_task(
        cluster=account.cluster,
        taskDefinition=account.definition(image),
        networkConfiguration=account.network(),
        overrides={
            "taskRoleArn": reader,
            "containerOverrides": [{"name": "backend", "command": ["tell", "AWS_ACCESS_KEY_ID"]}],
        },
    )["tasks"][0]
    key = account.log(account.stopped(task["taskArn"]))[0].split()[1]
    s3 = boto3.client(
        "s3",
        endpoint_url=account.cloud.endpoint_url,
        region_name="us-east-2",
        aws_access_key_id=key,
        aws_secret_access_key="any",
    )
    assert s3.get_object(Bucket=bucket, Key="film")["Body"].read() == b"film"
    s3.head_object(Bucket=bucket, Key="film")
    with pytest.raises(ClientError, match="not authorized to perform: s3:PutObject"):
        s3.put_object(Bucket=bucket, Key="film", Body=b"another")
    with pytest.raises(ClientError, match="Forbidden"):
        s3.head_bucket(Bucket=bucket)


def test_a_task_without_a_role_has_no_credentials(account: Account, image: str) -> None:
    task = account.run(account.definition(image), ["tell", "AWS_ACCESS_KEY_ID"])
    assert account.log(task) == ["AWS_ACCESS_KEY_ID None"]


def test_a_fault_inside_a_task(account: Account, image: str) -> None:
    account.cloud.faults.on("task", "PullImage", error="CannotPullContainerError", message="no route to host")
    task = account.run(account.definition(image), ["tell"])
    assert "no route to host" in task["stoppedReason"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cluster": "none"}, "ClusterNotFoundException"),
        ({"taskDefinition": "backend:999"}, "ClientException"),
        ({"networkConfiguration": None}, "InvalidParameterException"),
        ({"launchType": "MOON"}, "InvalidParameterException"),
        (
            {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0"]}}},
            "InvalidParameterException",
        ),
        ({"overrides": {"containerOverrides": [{"name": "other"}]}}, "InvalidParameterException"),
    ],
)
def test_what_is_refused(account: Account, image: str, changes: dict[str, object], code: str) -> None:
    request = {
        "cluster": account.cluster,
        "taskDefinition": account.definition(image),
        "networkConfiguration": account.network(),
        **changes,
    }
    with pytest.raises(ClientError) as refused:
        account.ecs.run_task(**{name: value for name, value in request.items() if value is not None})
    assert refused.value.response["Error"]["Code"] == code
