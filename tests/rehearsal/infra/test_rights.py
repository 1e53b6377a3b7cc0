"""What the deployer may do, and what it may not: decided as IAM decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infra.policies import allows, may
from tests.rehearsal.infra.conftest import Terraform, deployer_of, policies_of

ACCOUNT = "123456789012"
HERE = f"us-east-2:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret"
STATE = f"arn:aws:s3:::ai-video-dev-terraform-state-{ACCOUNT}"
BOUNDARY = {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/ai-video-dev-boundary"}
TASKS = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
OURS = {"aws:ResourceTag/Project": "reelflow", "aws:ResourceTag/Environment": "dev"}
NEW = {"aws:RequestTag/Project": "reelflow", "aws:RequestTag/Environment": "dev"}
PRODS = OURS | {"aws:ResourceTag/Environment": "prod"}
CLUSTER = {"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/ai-video-dev"}
OUR_DATABASE = {"aws:ResourceTag/aws:rds:primaryDBInstanceArn": f"arn:aws:rds:{HERE}:db:ai-video-dev-db"}
ANOTHER = {"aws:ResourceTag/aws:rds:primaryDBInstanceArn": f"arn:aws:rds:{HERE}:db:ai-video-db"}
# IAM refuses a longer policy; white space does not count.
LONGEST_POLICY = 6144
MOST_POLICIES = 10

CASES: list[tuple[bool, str, str, dict[str, str]]] = [
    (True, "ecs:UpdateService", f"arn:aws:ecs:{HERE}:service/ai-video-dev/ai-video-dev-backend", {}),
    (False, "ecs:UpdateService", f"arn:aws:ecs:{HERE}:service/ai-video/ai-video-backend", {}),
    (False, "ecs:UpdateService", f"arn:aws:ecs:{HERE}:service/another/another", {}),
    (True, "ecs:RunTask", f"arn:aws:ecs:{HERE}:task-definition/ai-video-dev-backend:7", CLUSTER),
    (False, "ecs:RunTask", f"arn:aws:ecs:{HERE}:task-definition/another:7", CLUSTER),
    (False, "ecs:RunTask", f"arn:aws:ecs:{HERE}:task-definition/ai-video-dev-backend:7", {}),
    (True, "ecs:CreateCluster", "*", NEW),
    (False, "ecs:CreateCluster", "*", {}),
    (True, "ecr:PutImage", f"arn:aws:ecr:{HERE}:repository/ai-video-dev-backend", {}),
    (False, "ecr:PutImage", f"arn:aws:ecr:{HERE}:repository/ai-video-backend", {}),
    (True, "iam:CreateRole", f"{ROLE}/ai-video-dev-backend", BOUNDARY),
    (False, "iam:CreateRole", f"{ROLE}/ai-video-dev-backend", {}),
    (False, "iam:CreateRole", f"{ROLE}/ai-video-dev-another", BOUNDARY),
    (True, "iam:PutRolePolicy", f"{ROLE}/ai-video-dev-worker", BOUNDARY),
    (False, "iam:PutRolePolicy", f"{ROLE}/ai-video-dev-worker", {}),
    (False, "iam:PutRolePolicy", f"{ROLE}/ai-video-dev-deployer", BOUNDARY),
    (False, "iam:UpdateAssumeRolePolicy", f"{ROLE}/ai-video-dev-deployer", {}),
    (False, "iam:AttachRolePolicy", f"{ROLE}/ai-video-dev-worker", BOUNDARY),
    (False, "iam:DeleteRolePermissionsBoundary", f"{ROLE}/ai-video-dev-worker", {}),
    (False, "iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/ai-video-dev-boundary", {}),
    (True, "iam:PassRole", f"{ROLE}/ai-video-dev-execution", TASKS),
    (False, "iam:PassRole", f"{ROLE}/ai-video-dev-execution", {"iam:PassedToService": "ec2.amazonaws.com"}),
    (False, "iam:PassRole", f"{ROLE}/administrator", TASKS),
    (True, "iam:CreateRole", f"{ROLE}/ai-video-dev-backup", BOUNDARY),
    (True, "iam:PassRole", f"{ROLE}/ai-video-dev-backup", TASKS),
    (True, "secretsmanager:GetSecretValue", f"{SECRET}:ai-video-dev/app-abcdef", {}),
    (False, "secretsmanager:GetSecretValue", f"{SECRET}:ai-video/app-abcdef", {}),
    (False, "secretsmanager:PutSecretValue", f"{SECRET}:ai-video-dev/app-abcdef", {}),
    (True, "secretsmanager:GetSecretValue", f"{SECRET}:rds!db-1", OUR_DATABASE),
    (False, "secretsmanager:GetSecretValue", f"{SECRET}:rds!db-1", ANOTHER),
    (True, "s3:PutObject", f"{STATE}/dev/terraform.tfstate", {}),
    (True, "s3:PutObject", f"{STATE}/locks/dev.json", {}),
    (True, "s3:GetObject", f"{STATE}/releases/dev/1.json", {}),
    (True, "s3:PutObject", f"{STATE}/dev/proofs/0003-0004-abc.json", {}),
    (False, "s3:GetObject", f"arn:aws:s3:::ai-video-dev-media-{ACCOUNT}/backups/1/database.dump", {}),
    (True, "s3:PutObject", f"{STATE}/operation/dev/health-check.json", {}),
    (False, "s3:PutObject", f"{STATE}/prod/terraform.tfstate", {}),
    (False, "s3:DeleteObjectVersion", f"{STATE}/dev/terraform.tfstate", {}),
    (False, "s3:PutBucketVersioning", STATE, {}),
    (True, "s3:PutLifecycleConfiguration", f"arn:aws:s3:::ai-video-dev-media-{ACCOUNT}", {}),
    (False, "s3:PutLifecycleConfiguration", "arn:aws:s3:::another", {}),
    (True, "ec2:CreateVpc", f"arn:aws:ec2:{HERE}:vpc/vpc-1", NEW),
    (False, "ec2:CreateVpc", f"arn:aws:ec2:{HERE}:vpc/vpc-1", {}),
    (True, "ec2:CreateSubnet", f"arn:aws:ec2:{HERE}:vpc/vpc-1", OURS),
    (False, "ec2:DeleteVpc", f"arn:aws:ec2:{HERE}:vpc/vpc-1", PRODS),
    (
        True,
        "ec2:CreateTags",
        f"arn:aws:ec2:{HERE}:subnet/subnet-1",
        NEW | {"ec2:CreateAction": "CreateSubnet"},
    ),
    (False, "ec2:CreateTags", f"arn:aws:ec2:{HERE}:subnet/subnet-1", NEW),
    (True, "ec2:RevokeSecurityGroupIngress", f"arn:aws:ec2:{HERE}:security-group/sg-1", {}),
    (False, "ec2:RevokeSecurityGroupIngress", f"arn:aws:ec2:{HERE}:security-group/sg-1", PRODS),
    (True, "rds:CreateDBInstance", f"arn:aws:rds:{HERE}:db:ai-video-dev-db", {}),
    (False, "rds:DeleteDBInstance", f"arn:aws:rds:{HERE}:db:ai-video-db", {}),
    (True, "rds:CreateDBSnapshot", f"arn:aws:rds:{HERE}:snapshot:dev-01jd", {}),
    # Around a restore that was approved.
    (True, "rds:RestoreDBInstanceFromDBSnapshot", f"arn:aws:rds:{HERE}:db:ai-video-dev-db-of-01jd", {}),
    (True, "rds:RestoreDBInstanceFromDBSnapshot", f"arn:aws:rds:{HERE}:snapshot:dev-01jd", {}),
    (False, "rds:RestoreDBInstanceFromDBSnapshot", f"arn:aws:rds:{HERE}:db:ai-video-db-of-01jd", {}),
    (False, "rds:RestoreDBInstanceFromDBSnapshot", f"arn:aws:rds:{HERE}:snapshot:prod-01jd", {}),
    (True, "rds:ModifyDBInstance", f"arn:aws:rds:{HERE}:db:ai-video-dev-db-before-01jd", {}),
    (False, "rds:DeleteDBSnapshot", f"arn:aws:rds:{HERE}:snapshot:prod-01jd", {}),
    (True, "rds:CreateDBSnapshot", f"arn:aws:rds:{HERE}:snapshot:ai-video-dev-db-final", {}),
    (False, "kms:DescribeKey", f"arn:aws:kms:{HERE}:key/1", {}),
    (
        True,
        "kms:DescribeKey",
        f"arn:aws:kms:{HERE}:key/1",
        {"kms:ViaService": "rds.us-east-2.amazonaws.com"},
    ),
    (True, "logs:FilterLogEvents", f"arn:aws:logs:{HERE}:log-group:/ecs/dev/ai-video-dev-backend:*", {}),
    (False, "logs:FilterLogEvents", f"arn:aws:logs:{HERE}:log-group:/ecs/prod/ai-video-backend:*", {}),
    (True, "budgets:ViewBudget", f"arn:aws:budgets::{ACCOUNT}:budget/ai-video-dev-monthly", {}),
    (True, "ce:GetCostAndUsage", "*", {}),
    (True, "ce:GetCostForecast", "*", {}),
    (True, "tag:GetResources", "*", {}),
    (False, "tag:TagResources", "*", {}),
    (True, "ecr:BatchDeleteImage", f"arn:aws:ecr:{HERE}:repository/ai-video-dev-backend", {}),
    (False, "ecr:BatchDeleteImage", f"arn:aws:ecr:{HERE}:repository/ai-video-backend", {}),
    (True, "budgets:ModifyBudget", f"arn:aws:budgets::{ACCOUNT}:budget/ai-video-dev-monthly", {}),
]


@pytest.fixture(scope="module")
def policies(bootstrap: Terraform) -> dict[str, str]:
    return policies_of(bootstrap, "dev", "-var=prefect_mode=self_hosted")


@pytest.fixture(scope="module")
def deployer(policies: dict[str, str]) -> list[dict[str, Any]]:
    return deployer_of(policies)


@pytest.mark.parametrize(
    ("allowed", "action", "resource", "context"),
    CASES,
    ids=lambda value: value.rsplit(":", 1)[-1] if isinstance(value, str) else "",
)
def test_deployer(
    allowed: bool, action: str, resource: str, context: dict[str, str], deployer: list[dict[str, Any]]
) -> None:
    assert allows(deployer, action, resource, context) is allowed


@pytest.mark.parametrize(
    "action",
    [
        *("iam:CreateUser", "iam:CreateAccessKey", "iam:CreatePolicy", "iam:PutUserPolicy", "sts:AssumeRole"),
        *(
            "ec2:RunInstances",
            "ec2:CreateNatGateway",
            "lambda:CreateFunction",
            "organizations:LeaveOrganization",
        ),
        *("kms:Decrypt", "s3:PutBucketAcl", "s3:GetObjectAcl", "rds:RestoreDBInstanceToPointInTime"),
        "ecs:ExecuteCommand",
    ],
)
def test_deployer_never(action: str, deployer: list[dict[str, Any]]) -> None:
    assert not may(deployer, action)


def test_no_statement_allows_everything(policies: dict[str, str]) -> None:
    for address, policy in policies.items():
        for statement in json.loads(policy)["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not {a for a in actions if a == "*" or a.endswith(":*")}, address
            # One name is used once, so that a message of IAM's leads to it.
            assert statement["Sid"]
    sids = [s["Sid"] for p in policies.values() for s in json.loads(p)["Statement"]]
    assert len(set(sids)) >= len(sids) - 2  # The boundary names the media and the registry as well.


def test_iam_accepts_their_length_and_number(policies: dict[str, str]) -> None:
    for address, policy in policies.items():
        assert len("".join(policy.split())) <= LONGEST_POLICY, address
    assert len(policies) - 1 <= MOST_POLICIES


def test_in_prod_the_deployer_deletes_no_film(bootstrap: Terraform) -> None:
    statements = deployer_of(policies_of(bootstrap, "prod"))
    assert not allows(
        statements, "s3:DeleteObject", f"arn:aws:s3:::ai-video-media-{ACCOUNT}/compositions/1/final.mp4"
    )


@pytest.mark.parametrize(
    ("allowed", "action", "resource"),
    [
        (True, "s3:PutObject", f"arn:aws:s3:::ai-video-dev-media-{ACCOUNT}/compositions/1/final.mp4"),
        (False, "s3:PutObject", "arn:aws:s3:::another/key"),
        (False, "s3:PutBucketPolicy", f"arn:aws:s3:::ai-video-dev-media-{ACCOUNT}"),
        (False, "iam:CreateUser", "*"),
        (True, "secretsmanager:GetSecretValue", f"{SECRET}:ai-video-dev/app-abcdef"),
        (False, "secretsmanager:GetSecretValue", f"{SECRET}:ai-video/app-abcdef"),
    ],
)
def test_no_role_goes_beyond_the_boundary(
    allowed: bool, action: str, resource: str, policies: dict[str, str]
) -> None:
    boundary = json.loads(policies["aws_iam_policy.boundary"])["Statement"]
    assert allows(boundary, action, resource) is allowed
