"""How an environment is guarded, read from what an account shows: on moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from blocks.aws import AwsMissing
from blocks.security import LogRetention, Security

REGION = "us-east-2"
TAGS = {"Project": "reelflow", "Environment": "dev"}
CANARY = "canary-0a7e44"


@pytest.fixture
def security(monkeypatch: pytest.MonkeyPatch) -> Iterator[Security]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Security(region=REGION, tags=TAGS)


def _group(name: str, environment: str = "dev") -> str:
    ec2 = boto3.client("ec2", region_name=REGION)
    tags = [{"Key": key, "Value": value} for key, value in (TAGS | {"Environment": environment}).items()]
    made = ec2.create_security_group(
        GroupName=name,
        Description=name,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )
    # AWS lets everything out of a new group.
    everything = ec2.describe_security_groups(GroupIds=[made["GroupId"]])["SecurityGroups"][0][
        "IpPermissionsEgress"
    ]
    ec2.revoke_security_group_egress(GroupId=made["GroupId"], IpPermissions=everything)
    return made["GroupId"]


def test_rules_of_the_environments_groups(security: Security) -> None:
    ec2 = boto3.client("ec2", region_name=REGION)
    api, database, foreign = _group("api"), _group("database"), _group("other", "prod")

    def let_in(group: str, port: int, **peer: Any) -> str:
        permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}
        answer = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
        return answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    open_rule = let_in(api, 8000, IpRanges=[{"CidrIp": "198.51.100.0/24"}])
    inside = let_in(database, 5432, UserIdGroupPairs=[{"GroupId": api}])
    let_in(foreign, 22, IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    found = security.rules()
    assert {rule.id for rule in found} == {open_rule, inside}
    assert [str(rule) for rule in found] == [
        "api: tcp 8000 from 198.51.100.0/24",
        "database: tcp 5432 from api",
    ]
    assert not any(rule.egress for rule in found)


def test_what_a_role_is_allowed(security: Security) -> None:
    iam = boto3.client("iam", region_name=REGION)
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::media/*"}
    other = iam.create_policy(
        PolicyName="other", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement})
    )["Policy"]["Arn"]
    arn = iam.create_role(RoleName="backend", AssumeRolePolicyDocument="{}", PermissionsBoundary=other)[
        "Role"
    ]["Arn"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="backend", PolicyName="media", PolicyDocument=document)
    iam.attach_role_policy(RoleName="backend", PolicyArn=other)
    found = security.role(arn)
    assert found.statements == (statement,)
    assert found.attached == (other,)
    assert found.boundary == other
    with pytest.raises(AwsMissing):
        security.role("arn:aws:iam::1:role/nobody")


def test_what_a_task_definition_holds(security: Security) -> None:
    ecs = boto3.client("ecs", region_name=REGION)
    logged = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/dev/backend"}}
    arn = ecs.register_task_definition(
        family="backend",
        taskRoleArn="arn:task",
        executionRoleArn="arn:execution",
        containerDefinitions=[
            {
                "name": "backend",
                "image": "i",
                "memory": 512,
                "environment": [{"name": "PORT", "value": "8000"}],
                "logConfiguration": logged,
            },
            {"name": "silent", "image": "i", "memory": 512},
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    assert security.roles_of(arn) == ("arn:task", "arn:execution")
    assert security.variables(arn) == {"PORT": "8000"}
    assert security.log_drivers(arn) == {"backend": "/ecs/dev/backend", "silent": None}


@pytest.mark.parametrize("forced", [True, False])
def test_how_a_database_is_reached(security: Security, forced: bool) -> None:
    rds = boto3.client("rds", region_name=REGION)
    rds.create_db_parameter_group(
        DBParameterGroupName="own", DBParameterGroupFamily="postgres17", Description="own"
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName="own",
        Parameters=[
            {
                "ParameterName": "rds.force_ssl",
                "ParameterValue": "1" if forced else "0",
                "ApplyMethod": "immediate",
            }
        ],
    )
    rds.create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="reelflow",
        MasterUserPassword="a-long-password",
        AllocatedStorage=20,
        StorageEncrypted=True,
        PubliclyAccessible=not forced,
        DBParameterGroupName="own",
    )
    found = security.database("db")
    assert (found.public, found.encrypted, found.tls_forced) == (not forced, True, forced)


def test_which_subnets_have_a_way_to_the_internet(security: Security) -> None:
    ec2 = boto3.client("ec2", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    public, private = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        for number in (1, 2)
    )
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    way_out = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}
    ec2.create_route(RouteTableId=table, **way_out)
    ec2.associate_route_table(RouteTableId=table, SubnetId=public)
    assert security.public_subnets([public, private]) == (public,)
    assert security.public_subnets([]) == ()
    # Whoever gives the main table such a route opens all that have none of their own.
    [main] = ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    )["RouteTables"]
    ec2.create_route(RouteTableId=main["RouteTableId"], **way_out)
    assert set(security.public_subnets([public, private])) == {public, private}


def test_a_bucket_without_a_policy(security: Security) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="media", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert security.bucket_policy("media") == ()
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::media/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket="media", Policy=json.dumps(document))
    assert security.bucket_policy("media") == (statement,)


def test_log_groups_with_their_days(security: Security) -> None:
    logs = boto3.client("logs", region_name=REGION)
    for name in ("/ecs/dev/a", "/ecs/dev/b", "/ecs/prod/a"):
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName="/ecs/dev/a", retentionInDays=30)
    assert security.log_groups("/ecs/dev/") == (
        LogRetention(name="/ecs/dev/a", days=30),
        LogRetention(name="/ecs/dev/b", days=None),
    )


def test_a_secrets_version_changes_with_its_value_which_is_not_shown(security: Security) -> None:
    manager = boto3.client("secretsmanager", region_name=REGION)
    arn = manager.create_secret(Name="dev/app", SecretString=CANARY)["ARN"]
    first = security.secret_version(arn)
    assert first
    assert security.secret_version(arn) == first
    manager.put_secret_value(SecretId=arn, SecretString=f"{CANARY}-2")
    assert security.secret_version(arn) not in ("", first)
    with pytest.raises(AwsMissing):
        security.secret_version("dev/other")


def test_what_carries_our_tags(security: Security) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    for name, project in (("ours", "reelflow"), ("other", "else")):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        tags = [{"Key": "Project", "Value": project}, {"Key": "Environment", "Value": "dev"}]
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    assert security.tagged({"Project": "reelflow"}) == {"arn:aws:s3:::ours": TAGS}
