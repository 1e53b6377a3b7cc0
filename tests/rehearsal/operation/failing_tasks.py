"""What can be wrong with a task, its network and what it needs: each case is made for real."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.rehearsal.operation.failing_stage import Stage, make_cache, make_database
from tests.rehearsal.sandbox.conftest import until


def _secret(stage: Stage, document: dict[str, str]) -> str:
    made = stage.account.client("secretsmanager").create_secret(
        Name=f"{stage.name}/app", SecretString=json.dumps(document)
    )
    return made["ARN"]


def _role(stage: Stage, *actions: str) -> str:
    iam = stage.account.client("iam")
    role = iam.create_role(RoleName=f"{stage.name}-execution", AssumeRolePolicyDocument="{}")["Role"]
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    iam.put_role_policy(
        RoleName=role["RoleName"],
        PolicyName="start",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    return role["Arn"]


def _private_subnet(stage: Stage, *endpoints: str) -> str:
    """A subnet whose routes lead nowhere, in a VPC of its own with these endpoints."""
    ec2, region = stage.account.client("ec2"), stage.account.cloud.region
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    for name in endpoints:
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{region}.{name}",
            VpcEndpointType="Gateway" if name == "s3" else "Interface",
        )
    return subnet


def _group(stage: Stage, name: str, *, out: int | None = None, to: str = "") -> str:
    """A security group that lets out to one port of another group, or of everywhere; to nothing for None."""
    ec2 = stage.account.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=stage.account.subnets)["Subnets"][0]["VpcId"]
    made = ec2.create_security_group(GroupName=f"{stage.name}-{name}", Description=name, VpcId=vpc)["GroupId"]
    born_with = ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]["IpPermissionsEgress"]
    ec2.revoke_security_group_egress(GroupId=made, IpPermissions=born_with)
    if out:
        ec2.authorize_security_group_egress(GroupId=made, IpPermissions=[_permission(out, to)])
    return made


def _permission(port: int, other: str) -> dict[str, Any]:
    side = {"UserIdGroupPairs": [{"GroupId": other}]} if other else {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **side}


def own_database(stage: Stage, *groups: str) -> str:
    """A database of the case's own."""
    stage.stores["database"] = stage.name
    return make_database(stage.account, stage.name, *groups)


def crashes(stage: Stage) -> None:
    stage.run(stage.definition(stage.account.image("1", "crash")))


def killed(stage: Stage) -> None:
    stage.run(stage.definition(command=["leave", "137"]))


def secret_that_is_not_there(stage: Stage) -> None:
    arn = f"arn:aws:secretsmanager:us-east-2:123456789012:secret:{stage.name}/app-AbCdEf"
    stage.run(stage.definition(secrets=[{"name": "SECRET_KEY", "valueFrom": f"{arn}:SECRET_KEY::"}]))


def secret_without_the_key(stage: Stage) -> None:
    arn = _secret(stage, {"OTHER": "x" * 40})
    stage.run(stage.definition(secrets=[{"name": "SECRET_KEY", "valueFrom": f"{arn}:SECRET_KEY::"}]))


def image_that_was_never_pushed(stage: Stage) -> None:
    outputs = stage.outputs()
    stage.run(stage.definition(f"{outputs.ecr_repository_url}:unreleased"))


def no_log_group(stage: Stage) -> None:
    options = {
        "awslogs-group": f"/ecs/gone/{stage.name}",
        "awslogs-region": stage.account.cloud.region,
        "awslogs-stream-prefix": "backend",
    }
    stage.run(stage.definition(logConfiguration={"logDriver": "awslogs", "options": options}))


def command_that_is_not_there(stage: Stage) -> None:
    stage.run(stage.definition(entryPoint=["no-such-program"]))


def never_healthy(stage: Stage) -> None:
    stage.run(stage.definition(stage.account.image("1", "never healthy"), checked=True))


def no_capacity(stage: Stage) -> None:
    stage.account.cloud.faults.on("task", "PlaceTask", error="RESOURCE", times=None)
    stage.run(stage.definition())


def missing_variable(stage: Stage) -> None:
    stage.run(stage.definition(command=["need", "SECRET_KEY"]))


def role_without_the_right(stage: Stage) -> None:
    arn = _secret(stage, {"SECRET_KEY": "x" * 40})
    account = replace(stage.account, role=_role(stage, "ecr:*", "logs:*"))
    secrets = [{"name": "SECRET_KEY", "valueFrom": f"{arn}:SECRET_KEY::"}]
    stage.run(account.definition(account.image("1"), family=stage.name, checked=False, secrets=secrets))


def stuck_without_a_route(stage: Stage) -> None:
    subnet = _private_subnet(stage)
    stage.run(stage.definition(), status="PENDING", subnets=[subnet], assignPublicIp="DISABLED")


def given_up_without_a_route(stage: Stage) -> None:
    subnet = _private_subnet(stage)
    stage.run(stage.definition(), subnets=[subnet], assignPublicIp="DISABLED")


def no_public_address(stage: Stage) -> None:
    stage.run(stage.definition(), assignPublicIp="DISABLED")


def endpoint_that_is_missing(stage: Stage) -> None:
    subnet = _private_subnet(stage, "ecr.api", "s3", "logs")
    stage.run(stage.definition(), subnets=[subnet], assignPublicIp="DISABLED")


def https_that_is_blocked(stage: Stage) -> None:
    stage.run(stage.definition(), securityGroups=[_group(stage, "tasks")])


def database_that_is_blocked(stage: Stage) -> None:
    theirs = _group(stage, "database")
    address = own_database(stage, theirs)
    ours = _group(stage, "tasks", out=443)
    variables = [{"name": "STORE_URL", "value": f"postgresql://reelflow@{address}:5432/reelflow"}]
    stage.run(stage.definition(command=["connect"], environment=variables), securityGroups=[ours])


def database_that_is_stopped(stage: Stage) -> None:
    address = own_database(stage)
    stage.account.client("rds").stop_db_instance(DBInstanceIdentifier=stage.name)
    variables = [{"name": "STORE_URL", "value": f"postgresql://reelflow@{address}:5432/reelflow"}]
    stage.run(stage.definition(command=["connect"], environment=variables))


def own_cache(stage: Stage, *groups: str) -> str:
    """A cache of the case's own."""
    stage.stores["cache"] = stage.name
    return make_cache(stage.account, stage.name, *groups)


def cache_that_is_blocked(stage: Stage) -> None:
    address = own_cache(stage, _group(stage, "cache"))
    variables = [{"name": "STORE_URL", "value": f"redis://{address}:6379/0"}]
    ours = _group(stage, "tasks", out=443)
    stage.run(stage.definition(command=["connect"], environment=variables), securityGroups=[ours])


def cache_that_is_gone(stage: Stage) -> None:
    address = own_cache(stage)
    stage.account.client("elasticache").delete_replication_group(ReplicationGroupId=stage.name)
    variables = [{"name": "STORE_URL", "value": f"redis://{address}:6379/0"}]
    stage.run(stage.definition(command=["connect"], environment=variables))


def image_that_is_not_pulled(stage: Stage) -> None:
    stage.account.cloud.faults.on("task", "PullImage", error="refused", message="no reason", times=None)
    stage.run(stage.definition())


def secrets_that_are_not_read(stage: Stage) -> None:
    stage.account.cloud.faults.on("task", "ResolveSecrets", error="refused", message="no reason", times=None)
    stage.run(stage.definition())


def first_deployment_of_which_nothing_is_left(stage: Stage) -> None:
    stage.run(stage.definition(stage.account.image("1", "crash"), checked=True))
    until(lambda: stage.account.service(stage.name)["deployments"][0]["failedTasks"])
    # As an hour later, when ECS has forgotten the tasks.
    stage.began = datetime.now(UTC) + timedelta(hours=1)
