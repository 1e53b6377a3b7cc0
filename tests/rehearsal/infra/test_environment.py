"""A whole environment is made, found unchanged and changed; and the deployer's rights suffice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.infra.policies import may
from tests.rehearsal.infra.conftest import REDIS_PASSWORD, Terraform, deployer_of, policies_of

HERE = "us-east-2:123456789012"
# What was asked in making the deployer.
ADMINISTRATORS = {
    *("iam:AttachRolePolicy", "iam:CreatePolicy", "iam:DeletePolicy", "iam:DetachRolePolicy"),
    *("iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions", "iam:TagPolicy"),
}


def test_a_second_plan_has_nothing_to_do(made: Terraform) -> None:
    told = made.run("plan", "-input=false", "-detailed-exitcode", *made.given("sandbox"))
    assert told.returncode == 0, told.stdout + told.stderr


def test_outputs_are_told(made: Terraform) -> None:
    told = {name: o["value"] for name, o in json.loads(made.must("output", "-json")).items()}
    backend = told["services"]["backend"]
    assert backend["task_definition"].startswith(
        f"arn:aws:ecs:{HERE}:task-definition/ai-video-sandbox-backend:"
    )
    assert told["api_url"].startswith("http://")
    assert len(told["network"]["subnet_ids"]) == 2
    assert told["app_secret_arn"].startswith(f"arn:aws:secretsmanager:{HERE}:secret:ai-video-sandbox/app-")
    assert told["database_secret_arn"].startswith(f"arn:aws:secretsmanager:{HERE}:secret:")
    assert told["account_id"] == "123456789012"


def test_no_secret_is_in_the_state(made: Terraform) -> None:
    state = (made.directory / "terraform.tfstate").read_text()
    assert "aws_elasticache_replication_group" in state
    assert REDIS_PASSWORD not in state


def test_a_change_is_made_in_place(made: Terraform) -> None:
    plan = made.plan("sandbox", "-var=log_retention_days=3")
    changed = {
        c["type"]: c["change"]["actions"]
        for c in plan["resource_changes"]
        if c["change"]["actions"] != ["no-op"] and c["mode"] == "managed"
    }
    assert changed == {"aws_cloudwatch_log_group": ["update"]}
    made.must("apply", "-input=false", "it.tfplan")


@pytest.mark.parametrize(
    ("change", "replaced"),
    [
        ("-var=vpc_cidr=10.43.0.0/16", "aws_vpc"),
        ("-var=s3_bucket_name=another-bucket-of-films", "aws_s3_bucket"),
    ],
)
def test_what_cannot_be_changed_in_place_is_known_beforehand(
    change: str, replaced: str, made: Terraform
) -> None:
    plan = made.plan("sandbox", change)
    actions = {tuple(c["change"]["actions"]) for c in plan["resource_changes"] if c["type"] == replaced}
    assert actions <= {("delete", "create"), ("create", "delete")}


def test_with_everything_switched_on(made: Terraform, tmp_path: Path) -> None:
    """Prefect in the cluster, a load balancer, and passwords by variable, which no file may hold."""
    given = [
        *("-var-file=environments/dev.tfvars", "-var=prefect_mode=self_hosted", "-var=load_balancer=true"),
        *("-var=db_password_version=1", "-var=replicate_api_token_version=1", "-input=false"),
    ]
    passwords = {"db_password": "canary0database0password", "replicate_api_token": "r8_canary0replicate"}
    everything = made.with_own_state(tmp_path, passwords)
    everything.must("plan", "-out=it.tfplan", *given)
    planned = everything.must("show", "-json", "it.tfplan")
    everything.must("apply", "-input=false", "it.tfplan")
    state = (everything.directory / "terraform.tfstate").read_text()
    assert everything.run("plan", "-detailed-exitcode", *given).returncode == 0
    everything.must("destroy", "-auto-approve", *given)
    assert json.loads(everything.must("show", "-json")).get("values") is None

    assert '"aws_service_discovery_service"' in state
    assert '"aws_secretsmanager_secret_version"' in state
    for secret in (*passwords.values(), REDIS_PASSWORD):
        assert secret not in planned + state


def test_what_an_administrator_makes(bootstrap: Terraform) -> None:
    given = ("-input=false", "-var=environment=staging")
    bootstrap.must("apply", "-auto-approve", *given)
    assert bootstrap.run("plan", "-detailed-exitcode", *given).returncode == 0
    role = json.loads(bootstrap.must("output", "-json"))["deployer_role_arn"]["value"]
    assert role == "arn:aws:iam::123456789012:role/ai-video-staging-deployer"
    bootstrap.must("destroy", "-auto-approve", *given)


def test_the_deployer_may_do_all_that_was_asked(
    made: Terraform, bootstrap: Terraform, asked: set[str]
) -> None:
    assert {"ecs:CreateService", "rds:DeleteDBInstance"} <= asked
    statements = deployer_of(policies_of(bootstrap, "dev", "-var=prefect_mode=self_hosted"))
    # Whoever asks who he is needs no right to it; what makes the deployer itself is the administrator's.
    others = {"sts:GetCallerIdentity", *ADMINISTRATORS}
    assert {action for action in asked - others if not may(statements, action)} == set()
