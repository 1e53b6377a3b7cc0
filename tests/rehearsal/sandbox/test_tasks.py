"""One-off tasks: their environment, logs, exit codes, and why they didn't start."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.sandbox.conftest import Account, until


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
    account: Account, image: str, changes: dict[str, str], reason: str
) -> None:
    changes = {"image": image, **changes}
    changes["image"] = changes["image"].format(registry=account.cloud.registry)
    task = account.run(account.definition(**changes), ["tell"])
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith(reason)
    assert "exitCode" not in task["containers"][0]


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
