"""The whole configuration on the whole sandbox: made, unchanged, interfered with, changed, destroyed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from sandbox.running import Sandbox, sandbox
from tests.rehearsal.provider.conftest import Terraform, surroundings

INFRA = Path(__file__).resolve().parents[3] / "infra" / "terraform"
PREFIX = "ai-video-sandbox"
MEDIA = f"{PREFIX}-media-123456789012"
CANARY = "CANARY0redis0password0CANARY0000"
VARIABLES = ("-var-file=environments/sandbox.tfvars", "-var=prefect_api_url=http://127.0.0.1:4200/api")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("sandbox"), engine="process") as running:
        yield running


@pytest.fixture(scope="module")
def client(cloud: Sandbox) -> Callable[[str], Any]:
    return lambda service: boto3.client(
        service,
        endpoint_url=cloud.endpoint_url,
        region_name=cloud.region,
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )


@pytest.fixture(scope="module")
def environment(
    cloud: Sandbox, client: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Terraform:
    """Terraform on a copy of the configuration, its state in a bucket of the sandbox; nothing is made yet."""
    keys = {"SECRET_KEY": "canary", "REDIS_PASSWORD": CANARY, "REPLICATE_API_TOKEN": ""}
    client("secretsmanager").create_secret(Name=f"{PREFIX}/app", SecretString=json.dumps(keys))
    bucket = f"{PREFIX}-terraform-state-123456789012"
    client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    directory = tmp_path_factory.mktemp("terraform") / "terraform"
    shutil.copytree(INFRA, directory, ignore=shutil.ignore_patterns(".terraform*"))
    terraform = Terraform(
        directory=directory,
        environment=surroundings(cloud.endpoint_url, cloud.environment()["TF_REATTACH_PROVIDERS"]),
    )
    backend = {"bucket": bucket, "key": "sandbox/terraform.tfstate", "region": cloud.region}
    backend |= cloud.state_backend()
    terraform.must(
        "init", "-input=false", *(f"-backend-config={key}={value}" for key, value in backend.items())
    )
    return terraform


def test_passwords_by_variable_and_a_prefect_of_its_own(moto: str, reattach: str, tmp_path: Path) -> None:
    """On moto alone: nothing runs, and the secrets are in no state and no output."""
    keys = {"SECRET_KEY": "canary", "REDIS_PASSWORD": CANARY, "REPLICATE_API_TOKEN": ""}
    boto3.client(
        "secretsmanager",
        endpoint_url=moto,
        region_name="us-east-2",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    ).create_secret(Name="ai-video-dev/app", SecretString=json.dumps(keys))
    directory = tmp_path / "terraform"
    shutil.copytree(INFRA, directory, ignore=shutil.ignore_patterns(".terraform*"))
    (directory / "local_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    terraform = Terraform(directory=directory, environment=surroundings(moto, reattach))
    terraform.must("init", "-input=false")
    password, token = "CANARYpasswordCANARY", "r8_CANARYtokenCANARYtokenCANARYtoken1234"
    variables = (
        *("-var-file=environments/dev.tfvars", "-var=prefect_mode=self_hosted"),
        *(f"-var=db_password={password}", "-var=db_password_version=1"),
        *(f"-var=replicate_api_token={token}", "-var=replicate_api_token_version=1"),
    )
    said = terraform.must("apply", "-auto-approve", "-input=false", *variables)
    assert terraform.plan(*variables) == {}
    written = said + (directory / "terraform.tfstate").read_text() + json.dumps(terraform.shown("saved"))
    assert [secret for secret in (CANARY, password, token) if secret in written] == []
    terraform.must("destroy", "-auto-approve", "-input=false", *variables)


def interfere(client: Callable[[str], Any]) -> dict[str, list[str]]:
    """Changes things behind Terraform's back; address → what Terraform has to do about it."""
    client("s3").put_public_access_block(
        Bucket=MEDIA, PublicAccessBlockConfiguration={"BlockPublicAcls": False, "BlockPublicPolicy": True}
    )
    client("s3").delete_bucket_lifecycle(Bucket=MEDIA)
    client("logs").put_retention_policy(logGroupName=f"/ecs/sandbox/{PREFIX}-backend", retentionInDays=30)
    client("rds").modify_db_instance(
        DBInstanceIdentifier=f"{PREFIX}-db",
        BackupRetentionPeriod=1,
        DeletionProtection=True,
        ApplyImmediately=True,
    )
    client("iam").put_role_policy(
        RoleName=f"{PREFIX}-backend",
        PolicyName="media",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        ),
    )
    client("ecr").put_image_tag_mutability(repositoryName=f"{PREFIX}-backend", imageTagMutability="MUTABLE")
    client("cloudwatch").delete_alarms(AlarmNames=[f"{PREFIX}-database-cpu"])
    ec2 = client("ec2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Project", "Values": ["reelflow"]}])["Vpcs"][0]
    ec2.create_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "Project", "Value": "other"}])
    groups = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [f"{PREFIX}-database"]}])
    group = groups["SecurityGroups"][0]["GroupId"]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    rule = rules["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    target = client("elbv2").describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    client("elbv2").modify_target_group(TargetGroupArn=target, HealthCheckPath="/other")
    return {
        "module.storage.aws_s3_bucket_public_access_block.this": ["update"],
        "module.storage.aws_s3_bucket_lifecycle_configuration.this": ["create"],
        "module.backend.aws_cloudwatch_log_group.this": ["update"],
        "module.database.aws_db_instance.this": ["update"],
        'module.iam.aws_iam_role_policy.media["backend"]': ["update"],
        "module.registry.aws_ecr_repository.this": ["update"],
        'module.observability.aws_cloudwatch_metric_alarm.this["database-cpu"]': ["create"],
        "module.network.aws_vpc.this": ["update"],
        'module.network.aws_vpc_security_group_ingress_rule.store_from_tasks["database"]': ["create"],
        "module.load_balancer[0].aws_lb_target_group.backend": ["update"],
    }


def test_an_environment_from_its_making_to_its_end(
    environment: Terraform, cloud: Sandbox, client: Callable[[str], Any]
) -> None:
    made = environment.plan(*VARIABLES)
    assert len(made) > 60
    assert {tuple(actions) for actions in made.values()} == {("create",)}
    said = json.dumps(environment.shown("saved")) + environment.must("apply", "-input=false", "saved")
    # Nobody runs a plan twice without need: it has to be empty at once.
    assert environment.plan(*VARIABLES) == {}
    assert environment.shown("saved").get("resource_drift", []) == []

    expected = interfere(client)
    assert environment.plan(*VARIABLES) == expected
    drifted = {change["address"] for change in environment.shown("saved")["resource_drift"]}
    assert drifted == expected.keys()
    environment.must("apply", "-input=false", "saved")
    assert environment.plan(*VARIABLES) == {}

    # A roll-out's work is not undone.
    outputs = json.loads(environment.must("output", "-json"))
    service = {"cluster": PREFIX, "service": outputs["services"]["value"]["worker"]["service"]}
    definition = client("ecs").describe_task_definition(taskDefinition=f"{PREFIX}-worker")["taskDefinition"]
    keys = (
        "family",
        "containerDefinitions",
        "cpu",
        "memory",
        "networkMode",
        "executionRoleArn",
        "taskRoleArn",
    )
    rolled_out = client("ecs").register_task_definition(
        **{key: definition[key] for key in keys},
        volumes=definition["volumes"],
        requiresCompatibilities=["FARGATE"],
    )["taskDefinition"]["taskDefinitionArn"]
    client("ecs").update_service(**service, taskDefinition=rolled_out, desiredCount=0)
    assert environment.plan(*VARIABLES) == {}

    changes = ("-var=db_backup_retention_days=9", "-var=task_cpu=512", "-var=task_memory=1024")
    changed = environment.plan(
        *VARIABLES, *changes, "-var=budget_limit_usd=70", "-var=redis_auth_token_version=2"
    )
    assert changed == {
        "module.backend.aws_ecs_task_definition.this": ["delete", "create"],
        "module.budget.aws_budgets_budget.this": ["update"],
        "module.cache.aws_elasticache_replication_group.this": ["update"],
        "module.database.aws_db_instance.this": ["update"],
    }
    environment.must("apply", "-input=false", "saved")
    assert (
        environment.plan(*VARIABLES, *changes, "-var=budget_limit_usd=70", "-var=redis_auth_token_version=2")
        == {}
    )

    state = environment.must("state", "pull")
    assert CANARY not in said + state
    called = {(call["service"], call["operation"]) for call in cloud.calls()}
    assert ("elasticache", "ModifyReplicationGroup") in called

    environment.must("destroy", "-auto-approve", "-input=false", *VARIABLES)
    assert json.loads(environment.must("show", "-json")).get("values") is None
    left = client("ecs").list_task_definitions(familyPrefix=f"{PREFIX}-worker")["taskDefinitionArns"]
    # Task definitions stay: a roll-back may need them.
    assert rolled_out in left
    assert client("rds").describe_db_instances()["DBInstances"] == []
