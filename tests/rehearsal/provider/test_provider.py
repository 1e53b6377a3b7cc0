"""What Terraform does with the stand-in of its provider: on moto, resource by resource."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from sandbox.provider.server import ProviderDidNotStart, serving
from tests.rehearsal.provider.conftest import PREAMBLE, Terraform

Clients = Callable[[str], Any]
CANARY = "CANARYcanaryCANARYcanary"


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"t-{uuid4().hex[:8]}"


@pytest.mark.parametrize(
    ("resource", "attribute", "said"),
    [
        ('"aws_lb_target_group" "x" { port = 99999 }', "port", "is 99999; 1 to 65535 is allowed"),
        ('"aws_lb_target_group" "x" { protocol = "HTTPX" }', "protocol", '"HTTPX" is not one of HTTP,'),
        (
            '"aws_cloudwatch_log_group" "x" { retention_in_days = 15 }',
            "retention_in_days",
            "15 is not one of 0, 1, 3, 5, 7, 14,",
        ),
        (
            '"aws_lb_target_group" "x" {\n health_check {\n interval = 1\n }\n}',
            "interval",
            "is 1; 5 to 300 is allowed",
        ),
        (
            '"aws_ecs_task_definition" "x" {\n family = "x"\n container_definitions = jsonencode([{'
            ' name = "a", portMappings = [{ containerPort = 80, protocol = "tpc" }] }])\n}',
            "container_definitions",
            'Container a, portMappings.0.protocol: "tpc" is not one of tcp, udp',
        ),
        (
            '"aws_ecr_repository" "x" { name = "Upper" }',
            "name",
            '"Upper" does not match',
        ),
        (
            '"aws_security_group" "x" { description = "Prefect\'s" }',
            "description",
            "does not match",
        ),
    ],
)
def test_a_value_that_aws_refuses_fails_the_plan_at_its_attribute(
    terraform: Terraform, resource: str, attribute: str, said: str
) -> None:
    terraform.write(f"resource {resource}")
    code, output = terraform.run("plan", "-input=false", "-json")
    assert code == 1
    wrong = [event["diagnostic"] for event in map(json.loads, output.splitlines()) if "diagnostic" in event]
    assert len(wrong) == 1
    assert wrong[0]["summary"] == f"Invalid value of {attribute}"
    assert said in wrong[0]["detail"]
    assert "not validation by the AWS provider" in wrong[0]["detail"]
    assert wrong[0]["snippet"]["context"] == 'resource "{}" "x"'.format(resource.split('"')[1])
    assert attribute in wrong[0]["snippet"]["code"]


def test_what_is_changed_behind_terraforms_back_is_put_right(
    terraform: Terraform, client: Clients, name: str
) -> None:
    terraform.write(
        f'resource "aws_cloudwatch_log_group" "x" {{\n name = "{name}"\n retention_in_days = 7\n}}'
    )
    terraform.must("apply", "-auto-approve", "-input=false")
    assert terraform.plan() == {}
    logs = client("logs")
    logs.put_retention_policy(logGroupName=name, retentionInDays=30)
    arn = terraform.shown()["values"]["root_module"]["resources"][0]["values"]["arn"]
    logs.tag_resource(resourceArn=arn, tags={"Project": "other"})
    assert terraform.plan() == {"aws_cloudwatch_log_group.x": ["update"]}
    drifted = terraform.shown("saved")["resource_drift"][0]["change"]["after"]
    assert (drifted["retention_in_days"], drifted["tags_all"]) == (30, {"Project": "other"})
    terraform.must("apply", "-input=false", "saved")
    assert logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["retentionInDays"] == 7
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"Project": "reelflow"}
    logs.delete_log_group(logGroupName=name)
    assert terraform.plan() == {"aws_cloudwatch_log_group.x": ["create"]}


def test_a_database_is_changed_in_place(terraform: Terraform, client: Clients, name: str) -> None:
    configuration = """
        resource "aws_db_instance" "x" {
          identifier           = "NAME"
          engine               = "postgres"
          engine_version       = "17"
          instance_class       = "db.t4g.micro"
          allocated_storage    = 20
          username             = "reelflow"
          password_wo          = "PASSWORD"
          password_wo_version  = VERSION
          apply_immediately    = NOW
          skip_final_snapshot  = true
          deletion_protection  = PROTECTED
          backup_retention_period = 1
        }
    """.replace("NAME", name)

    def written(password: str, version: int, now: bool, protected: bool) -> str:
        given = {"PASSWORD": password, "VERSION": version, "NOW": str(now).lower()}
        given["PROTECTED"] = str(protected).lower()
        text = configuration
        for word, value in given.items():
            text = text.replace(word, str(value))
        return text

    rds = client("rds")
    for state in (
        ("first-password", 1, False, False),
        ("first-password", 1, True, False),
        ("second-one", 2, True, True),
    ):
        terraform.write(written(*state))
        terraform.must("apply", "-auto-approve", "-input=false")
        assert terraform.plan() == {}
    assert rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["DeletionProtection"]
    code, said = terraform.run("destroy", "-auto-approve", "-input=false", "-no-color")
    assert code == 1
    assert "deletion protection" in said.lower()
    terraform.write(written("second-one", 2, True, False))
    terraform.must("apply", "-auto-approve", "-input=false")
    terraform.must("destroy", "-auto-approve", "-input=false")


def test_a_network_moves_with_what_hangs_on_it(terraform: Terraform, client: Clients, name: str) -> None:
    configuration = """
        resource "aws_vpc" "x" {
          cidr_block = "CIDR"
          tags       = { Name = "NAME" }
        }
        resource "aws_internet_gateway" "x" {
          vpc_id = aws_vpc.x.id
        }
        resource "aws_subnet" "x" {
          vpc_id     = aws_vpc.x.id
          cidr_block = cidrsubnet(aws_vpc.x.cidr_block, 8, 1)
        }
        resource "aws_route_table" "x" {
          vpc_id = aws_vpc.x.id
        }
        resource "aws_route" "x" {
          route_table_id         = aws_route_table.x.id
          destination_cidr_block = "0.0.0.0/0"
          gateway_id             = aws_internet_gateway.x.id
        }
        resource "aws_route_table_association" "x" {
          subnet_id      = aws_subnet.x.id
          route_table_id = aws_route_table.x.id
        }
        resource "aws_default_security_group" "x" {
          vpc_id = aws_vpc.x.id
        }
    """.replace("NAME", name)
    ec2 = client("ec2")
    for cidr in ("10.1.0.0/16", "10.2.0.0/16"):
        terraform.write(configuration.replace("CIDR", cidr))
        terraform.must("apply", "-auto-approve", "-input=false")
        assert terraform.plan() == {}
        vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"]
        assert [one["CidrBlock"] for one in vpc] == [cidr]
        mine = [{"Name": "attachment.vpc-id", "Values": [vpc[0]["VpcId"]]}]
        assert len(ec2.describe_internet_gateways(Filters=mine)["InternetGateways"]) == 1
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc[0]["VpcId"]]}])
        assert [group["IpPermissionsEgress"] for group in groups["SecurityGroups"]] == [[]]
    terraform.must("destroy", "-auto-approve", "-input=false")
    assert ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"] == []


def test_a_new_name_is_a_new_thing_and_says_why(terraform: Terraform, client: Clients, name: str) -> None:
    configuration = 'resource "aws_ecr_repository" "x" {{\n name = "{}"\n}}'
    terraform.write(configuration.format(name))
    terraform.must("apply", "-auto-approve", "-input=false")
    terraform.write(configuration.format(f"{name}-b"))
    assert terraform.plan() == {"aws_ecr_repository.x": ["delete", "create"]}
    change = terraform.shown("saved")["resource_changes"][0]
    assert change["action_reason"] == "replace_because_cannot_update"
    assert change["change"]["replace_paths"] == [["name"]]
    terraform.must("apply", "-input=false", "saved")
    named = [one["repositoryName"] for one in client("ecr").describe_repositories()["repositories"]]
    assert f"{name}-b" in named
    assert name not in named
    terraform.must("destroy", "-auto-approve", "-input=false")


def test_a_stale_plan_is_refused(terraform: Terraform, name: str) -> None:
    terraform.write(f'resource "aws_cloudwatch_log_group" "x" {{\n name = "{name}"\n}}')
    terraform.must("apply", "-auto-approve", "-input=false")
    terraform.write(
        f'resource "aws_cloudwatch_log_group" "x" {{\n name = "{name}"\n retention_in_days = 1\n}}'
    )
    terraform.plan()
    terraform.must("apply", "-auto-approve", "-input=false")
    code, said = terraform.run("apply", "-input=false", "-no-color", "saved")
    assert code == 1
    assert "Saved plan is stale" in said


def test_a_secret_comes_into_neither_plan_nor_state(terraform: Terraform, client: Clients, name: str) -> None:
    client("secretsmanager").create_secret(Name=f"{name}/app", SecretString=json.dumps({"PASSWORD": CANARY}))
    configuration = f"""
        ephemeral "aws_secretsmanager_secret_version" "app" {{
          secret_id = "{name}/app"
        }}
        resource "aws_secretsmanager_secret" "x" {{
          name                    = "{name}/copy"
          recovery_window_in_days = 0
        }}
        resource "aws_secretsmanager_secret_version" "x" {{
          secret_id                = aws_secretsmanager_secret.x.id
          secret_string_wo         = ephemeral.aws_secretsmanager_secret_version.app.secret_string
          secret_string_wo_version = VERSION
        }}
    """
    terraform.write(configuration.replace("VERSION", "1"))
    terraform.plan()
    assert CANARY not in json.dumps(terraform.shown("saved"))
    told = terraform.must("apply", "-input=false", "saved")
    secrets = client("secretsmanager")
    assert CANARY in secrets.get_secret_value(SecretId=f"{name}/copy")["SecretString"]
    assert CANARY not in told + (terraform.directory / "terraform.tfstate").read_text()
    # Another value alone is no change, since nobody knows the one before; another version is.
    secrets.put_secret_value(SecretId=f"{name}/app", SecretString=json.dumps({"PASSWORD": f"{CANARY}2"}))
    assert terraform.plan() == {}
    terraform.write(configuration.replace("VERSION", "2"))
    assert list(terraform.plan()) == ["aws_secretsmanager_secret_version.x"]
    terraform.must("apply", "-input=false", "saved")
    assert f"{CANARY}2" in secrets.get_secret_value(SecretId=f"{name}/copy")["SecretString"]


def test_a_secret_that_aws_refuses_is_not_shown(terraform: Terraform) -> None:
    terraform.write(
        """resource "aws_elasticache_replication_group" "x" {
             replication_group_id  = "x"
             description           = "x"
             auth_token_wo         = "CANARY_"
             auth_token_wo_version = 1
           }"""
    )
    code, said = terraform.run("validate", "-json")
    assert code == 1
    wrong = json.loads(said)["diagnostics"][0]
    assert wrong["summary"] == "Invalid value of auth_token_wo"
    assert "CANARY" not in wrong["detail"]


def test_what_exists_is_named_and_can_be_imported(terraform: Terraform, client: Clients, name: str) -> None:
    rds = client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="17.4",
        AllocatedStorage=20,
        MasterUsername="reelflow",
        MasterUserPassword="not-a-password",
        BackupRetentionPeriod=3,
    )
    configuration = f"""
        resource "aws_db_instance" "x" {{
          identifier              = "{name}"
          engine                  = "postgres"
          engine_version          = "17"
          instance_class          = "db.t4g.micro"
          allocated_storage       = 20
          username                = "reelflow"
          backup_retention_period = 7
          skip_final_snapshot     = true
        }}
    """
    terraform.write(configuration)
    code, said = terraform.run("apply", "-auto-approve", "-input=false", "-no-color")
    assert code == 1
    assert "DBInstanceAlreadyExists" in said
    terraform.write(f'{configuration}\nimport {{\n to = aws_db_instance.x\n id = "{name}"\n}}')
    assert terraform.plan() == {"aws_db_instance.x": ["update"]}
    terraform.must("apply", "-input=false", "saved")
    held = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    assert held["BackupRetentionPeriod"] == 7
    terraform.must("destroy", "-auto-approve", "-input=false")
    identifiers = [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]]
    assert name not in identifiers


def test_what_is_imported_is_not_made_anew(terraform: Terraform, name: str) -> None:
    """What can't be changed in place has to be read: a plan would replace what lacks it."""
    configuration = f"""
        resource "aws_sns_topic" "x" {{
          name = "{name}"
        }}
        resource "aws_vpc" "x" {{
          cidr_block = "10.9.0.0/16"
        }}
        resource "aws_subnet" "x" {{
          vpc_id     = aws_vpc.x.id
          cidr_block = "10.9.0.0/24"
        }}
        resource "aws_elasticache_subnet_group" "x" {{
          name       = "{name}"
          subnet_ids = [aws_subnet.x.id]
        }}
        resource "aws_elasticache_parameter_group" "x" {{
          name   = "{name}"
          family = "redis7"
        }}
        resource "aws_elasticache_replication_group" "x" {{
          replication_group_id       = "{name}"
          description                = "Events"
          engine                     = "redis"
          engine_version             = "7.1"
          node_type                  = "cache.t4g.micro"
          num_cache_clusters         = 1
          port                       = 6379
          parameter_group_name       = aws_elasticache_parameter_group.x.name
          subnet_group_name          = aws_elasticache_subnet_group.x.name
          at_rest_encryption_enabled = true
          transit_encryption_enabled = true
          transit_encryption_mode    = "required"
          maintenance_window         = "sun:09:30-sun:10:30"
        }}
    """
    terraform.write(configuration)
    terraform.must("apply", "-auto-approve", "-input=false")
    [topic] = re.findall(r"arn:aws:sns:\S+?(?=\")", json.dumps(terraform.shown()))[:1]
    ids = {"aws_elasticache_replication_group.x": name, "aws_sns_topic.x": topic}
    for address in ids:
        terraform.must("state", "rm", address)
    imports = (f'import {{\n to = {address}\n id = "{identity}"\n}}' for address, identity in ids.items())
    terraform.write("\n".join((configuration, *imports)))
    assert "delete" not in {action for actions in terraform.plan().values() for action in actions}
    terraform.must("apply", "-input=false", "saved")
    assert terraform.plan() == {}
    terraform.must("destroy", "-auto-approve", "-input=false")


def test_the_state_lies_locked_in_a_bucket(terraform: Terraform, client: Clients, name: str) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-east-2"})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    (terraform.directory / "main.tf").write_text(PREAMBLE.replace("BACKEND", "s3"))
    settings = {
        "bucket": name,
        "key": "sandbox/terraform.tfstate",
        "region": "us-east-2",
        "use_lockfile": "true",
    }
    terraform.must(
        "init",
        "-input=false",
        "-reconfigure",
        *(f"-backend-config={key}={value}" for key, value in settings.items()),
    )
    # It says when it holds the lock, and holds it until it is told to end.
    terraform.write(
        f"""resource "aws_cloudwatch_log_group" "x" {{
              name = "{name}"
            }}
            resource "terraform_data" "slow" {{
              provisioner "local-exec" {{
                command = "while ! test -e go; do sleep 0.1; done"
              }}
            }}"""
    )
    holder = terraform.start("apply", "-auto-approve", "-input=false", "-no-color")
    assert holder.stdout
    for line in holder.stdout:
        if "Provisioning with 'local-exec'" in line:
            break
    try:
        assert [one["Key"] for one in s3.list_objects_v2(Bucket=name)["Contents"]] == [
            "sandbox/terraform.tfstate.tflock"
        ]
        code, said = terraform.run("plan", "-input=false", "-no-color")
        assert code == 1
        assert "Error acquiring the state lock" in said
        assert "OperationTypeApply" in said
    finally:
        (terraform.directory / "go").touch()
        holder.communicate(timeout=60)
    assert holder.returncode == 0
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=name)["Contents"]] == [
        "sandbox/terraform.tfstate"
    ]
    assert terraform.plan() == {}


def test_an_interrupted_creation_is_remembered(
    terraform: Terraform, client: Clients, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # moto's databases are available at once; this one never is. It runs in this process.
    from moto.rds.models import DBInstance

    never = property(lambda self: "creating", lambda self, value: None)
    monkeypatch.setattr(DBInstance, "status", never, raising=False)
    terraform.write(
        f"""resource "aws_db_instance" "x" {{
              identifier          = "{name}"
              engine              = "postgres"
              engine_version      = "17"
              instance_class      = "db.t4g.micro"
              allocated_storage   = 20
              username            = "reelflow"
              skip_final_snapshot = true
              manage_master_user_password = true
            }}"""
    )
    process = terraform.start("apply", "-auto-approve", "-input=false", "-no-color")
    assert process.stdout
    for line in process.stdout:
        if "Still creating" in line:
            process.send_signal(signal.SIGINT)
            break
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "stopped while waiting for the creation of the database" in said
    state = json.loads((terraform.directory / "terraform.tfstate").read_text())
    assert state["resources"][0]["instances"][0]["status"] == "tainted"
    assert state["resources"][0]["instances"][0]["attributes"]["identifier"] == name
    monkeypatch.undo()
    client("rds").describe_db_instances(DBInstanceIdentifier=name)
    assert terraform.plan() == {"aws_db_instance.x": ["delete", "create"]}


def test_it_ends_with_whoever_started_it(moto: str) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from sandbox.provider import serving\n"
            f"with serving({moto!r}, 'us-east-2') as reattach: print(reattach, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    (served,) = json.loads(holder.stdout.readline()).values()
    provider = psutil.Process(served["Pid"])
    assert provider.is_running()
    holder.kill()
    holder.communicate()
    provider.wait(timeout=30)
    assert not Path(served["Addr"]["String"]).exists()


def test_an_endpoint_elsewhere_is_refused() -> None:
    refused = pytest.raises(ProviderDidNotStart, match=r"198\.51\.100\.7 is not on this machine")
    with refused, serving("https://198.51.100.7", "us-east-2"):
        pass
