"""Failures made for real in a sandbox of AWS, each explained by one cause, its evidence and the next step.

The tasks run a tiny image; what is wrong with them is the case.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from prefect_aws import AwsCredentials

from blocks.aws import aws_errors
from blocks.environment import Environment
from blocks.image import DockerBuilder, distribution
from blocks.record_store import records_of
from blocks.terraform.outputs import NetworkOutputs, Outputs, ServiceOutputs
from flows.deployment.faults import stage_failed
from flows.deployment.lock import Holder, Lock
from flows.explaining.explain import Explanation, explain
from flows.explaining.findings import Fault
from flows.explaining.gather import gather
from flows.explaining.rules import RULES
from flows.explaining.subject import Subject
from sandbox.ecs.reach import Silence
from sandbox.network.addresses import Addresses
from tests.rehearsal.blocks import conftest as blocks
from tests.rehearsal.sandbox import conftest as theirs
from tests.rehearsal.sandbox.conftest import Account, until

cloud, account, credentials = theirs.cloud, theirs.account, blocks.credentials


PASSWORD = "only-for-this-test"
# The database and the cache of every case that has none of its own.
STORES = "films"


@dataclass
class Stage:
    """A service of its own in the sandbox's account, and what an environment knows of it."""

    account: Account
    environment: Environment
    name: str
    began: datetime
    network: dict[str, Any] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()

    def definition(self, image: str | None = None, **container: Any) -> str:
        """A task definition of the service's own family."""
        image = image or self.account.image("1")
        return self.account.definition(image, family=self.name, **{"checked": False, **container})

    def run(self, definition: str, *, status: str = "STOPPED", **network: Any) -> None:
        """Has the service run it, until a task of it is stopped, or as far as it gets."""
        self.network = {**self.account.network()["awsvpcConfiguration"], **network}
        ecs, cluster = self.account.ecs, self.account.cluster
        ecs.create_service(
            cluster=cluster,
            serviceName=self.name,
            taskDefinition=definition,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": self.network},
        )

        def there() -> bool:
            wanted = "STOPPED" if status == "STOPPED" else "RUNNING"
            arns = ecs.list_tasks(cluster=cluster, family=self.name, desiredStatus=wanted)["taskArns"]
            tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
            return any(task["lastStatus"] == status for task in tasks)

        until(there)

    def outputs(self) -> Outputs:
        """What Terraform would tell of it."""
        network = self.network or self.account.network()["awsvpcConfiguration"]
        backend = ServiceOutputs(
            service=self.name,
            family=self.name,
            container="backend",
            desired_count=1,
            task_definition=f"{self.name}:1",
            log_group=f"/ecs/test/{self.name}",
        )
        return Outputs(
            account_id="123456789012",
            region=self.account.cloud.region,
            ecr_repository_url=f"{self.account.cloud.registry}/{self.account.repository}",
            s3_bucket_name="media",
            media_bucket="media",
            database_endpoint="",
            database_identifier=self.stores.get("database", STORES),
            database_secret_arn="",
            redis_endpoint="",
            redis_replication_group_id=self.stores.get("cache", STORES),
            ecs_cluster_name=self.account.cluster,
            ecs_service_name=self.name,
            ecs_task_family=self.name,
            services={"backend": backend},
            network=NetworkOutputs(
                subnet_ids=tuple(network["subnets"]),
                security_group_ids=tuple(network.get("securityGroups", ())),
                assign_public_ip=network.get("assignPublicIp") == "ENABLED",
            ),
            app_secret_arn="",
            alarm_names=self.alarms,
        )

    def explained(self, fault: Fault | None = None) -> Explanation:
        """What the explainer makes of it now."""
        subject = Subject(
            environment=self.environment,
            outputs=self.outputs(),
            release=None,
            fault=fault or Fault(stage="roll_out", kind="circuit_breaker", message="tasks failed"),
            since=self.began,
        )
        findings = asyncio.run(gather(subject))
        assert type(findings).model_validate_json(findings.model_dump_json()) == findings
        return explain(findings)


@pytest.fixture(scope="module")
def stores(account: Account) -> None:
    """A database and a cache that are as they should be."""
    make_cache(account, STORES)
    make_database(account, STORES)


def make_cache(account: Account, name: str, *groups: str) -> str:
    """A cache that runs; its address."""
    client = account.client("elasticache")
    client.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="a test",
        Engine="redis",
        NumCacheClusters=1,
        SecurityGroupIds=list(groups),
    )
    made = client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return made["NodeGroups"][0]["PrimaryEndpoint"]["Address"]


def make_database(account: Account, name: str, *groups: str) -> str:
    """A database that runs; its address."""
    rds = account.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="reelflow",
        MasterUserPassword=PASSWORD,
        VpcSecurityGroupIds=list(groups),
    )

    def available() -> str:
        found = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        return found["Endpoint"]["Address"] if found["DBInstanceStatus"] == "available" else ""

    return until(available)


@pytest.fixture
def stage(account: Account, credentials: AwsCredentials, stores: None, tmp_path: Path) -> Iterator[Stage]:
    name = f"explain-{uuid4().hex[:8]}"
    environment = Environment.from_checkout(
        "dev", tmp_path, region=account.cloud.region, account="123456789012", credentials=credentials
    )
    made = Stage(account, environment, name, datetime.now(UTC))
    yield made
    account.cloud.faults.off()
    if account.ecs.describe_services(cluster=account.cluster, services=[name])["services"]:
        account.ecs.delete_service(cluster=account.cluster, service=name, force=True)
    if "database" in made.stores:
        rds = account.client("rds")
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


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


def _database(stage: Stage, *groups: str) -> str:
    """A database of the case's own."""
    stage.stores["database"] = stage.name
    return make_database(stage.account, stage.name, *groups)


def _fault(stage: str, call: Callable[[], object]) -> Fault:
    """The fault of a stage that makes a call which must fail."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which it is, the explainer has to find out
        call()
    cause = stage_failed(stage, caught.value).cause
    return Fault(stage=cause.stage, kind=cause.kind, message=cause.message, remedy=cause.remedy)


def _called(stage: str, action: str, call: Callable[[], object]) -> Fault:
    """The same for a call of AWS's API, as a block makes it."""

    def made() -> None:
        with aws_errors(action):
            call()

    return _fault(stage, made)


# What is wrong with a task


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
    address = _database(stage, theirs)
    ours = _group(stage, "tasks", out=443)
    variables = [{"name": "STORE_URL", "value": f"postgresql://reelflow@{address}:5432/reelflow"}]
    stage.run(stage.definition(command=["connect"], environment=variables), securityGroups=[ours])


def database_that_is_stopped(stage: Stage) -> None:
    address = _database(stage)
    stage.account.client("rds").stop_db_instance(DBInstanceIdentifier=stage.name)
    variables = [{"name": "STORE_URL", "value": f"postgresql://reelflow@{address}:5432/reelflow"}]
    stage.run(stage.definition(command=["connect"], environment=variables))


def alarm_that_rings(stage: Stage) -> Fault:
    watch = stage.account.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName=f"{stage.name}-5xx",
        MetricName="5xx",
        Namespace="test",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    watch.set_alarm_state(AlarmName=f"{stage.name}-5xx", StateValue="ALARM", StateReason="a test")
    stage.alarms = (f"{stage.name}-5xx",)
    return Fault(stage="bake", kind="alarm", message=f"The alarm {stage.name}-5xx rings")


def _cache(stage: Stage, *groups: str) -> str:
    """A cache of the case's own."""
    stage.stores["cache"] = stage.name
    return make_cache(stage.account, stage.name, *groups)


def cache_that_is_blocked(stage: Stage) -> None:
    address = _cache(stage, _group(stage, "cache"))
    variables = [{"name": "STORE_URL", "value": f"redis://{address}:6379/0"}]
    ours = _group(stage, "tasks", out=443)
    stage.run(stage.definition(command=["connect"], environment=variables), securityGroups=[ours])


def cache_that_is_gone(stage: Stage) -> None:
    address = _cache(stage)
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


# What is wrong with a call


def fargate_size(stage: Stage) -> Fault:
    return _called(
        "roll_out",
        "register a revision",
        lambda: stage.account.ecs.register_task_definition(
            family=stage.name,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="4096",
            containerDefinitions=[{"name": "backend", "image": "x"}],
        ),
    )


def launch_type(stage: Stage) -> Fault:
    return _called(
        "expand",
        "start a task",
        lambda: stage.account.ecs.run_task(
            cluster=stage.account.cluster,
            taskDefinition=stage.definition(),
            launchType="EC2",
            networkConfiguration=stage.account.network(),
        ),
    )


def credentials_that_have_expired(stage: Stage) -> Fault:
    stage.account.cloud.faults.on(
        "ecs", "DescribeServices", error="ExpiredTokenException", times=None,
        message="The security token included in the request is expired",
    )  # fmt: skip
    service = stage.environment.service(stage.outputs(), "backend")
    fault = _fault("roll_out", service.running)
    stage.account.cloud.faults.off()
    return fault


def throttled(stage: Stage) -> Fault:
    stage.account.cloud.faults.on(
        "ecs", "DescribeServices", error="ThrottlingException", times=None, message="Rate exceeded"
    )
    fault = _fault("roll_out", stage.environment.service(stage.outputs(), "backend").running)
    stage.account.cloud.faults.off()
    return fault


def registry_login(stage: Stage) -> Fault:
    stage.account.cloud.faults.on("registry", "Login", error="denied", times=None)
    registry = stage.environment.registry(stage.outputs())
    fault = _fault("push", lambda: registry.digest_of("any"))
    stage.account.cloud.faults.off()
    return fault


def docker_daemon(stage: Stage) -> Fault:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
        return _fault("build", DockerBuilder(base_image="any").check)


def database_exists(stage: Stage) -> Fault:
    _database(stage)
    return _called("apply", f"create the database {stage.name}", lambda: _database(stage))


def bucket_exists(stage: Stage) -> Fault:
    def made() -> None:
        stage.account.client("s3").create_bucket(
            Bucket=f"{stage.name}-media",
            CreateBucketConfiguration={"LocationConstraint": stage.account.cloud.region},
        )

    made()
    return _called("apply", "create the bucket", made)


def snapshot_of_a_stopped_database(stage: Stage) -> Fault:
    _database(stage)
    rds = stage.account.client("rds")
    rds.stop_db_instance(DBInstanceIdentifier=stage.name)
    return _called(
        "expand",
        "make the snapshot",
        lambda: rds.create_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier=stage.name),
    )


def state_that_is_locked(stage: Stage) -> Fault:
    s3, bucket = stage.account.client("s3"), stage.environment.state_bucket
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": stage.account.cloud.region}
        )
    lock = {
        "ID": "3f0a",
        "Who": "root@build-7",
        "Operation": "OperationTypeApply",
        "Created": "2026-11-24T23:00:01Z",
    }
    s3.put_object(Bucket=bucket, Key="dev/terraform.tfstate.tflock", Body=json.dumps(lock).encode())
    return Fault(stage="plan", kind="state_locked", message="terraform plan failed: the state is locked")


def _refused(stage: Stage, code: str, message: str, status: int = 400) -> Fault:
    """What a roll-out ends with when AWS refuses its first call."""
    stage.account.cloud.faults.on(
        "ecs", "DescribeServices", error=code, message=message, status=status, times=None
    )
    fault = _fault("roll_out", stage.environment.service(stage.outputs(), "backend").running)
    stage.account.cloud.faults.off()
    return fault


def denied_without_a_name(stage: Stage) -> Fault:
    return _refused(stage, "AccessDeniedException", "AccessDenied", status=403)


def quota_that_is_used_up(stage: Stage) -> Fault:
    return _refused(stage, "LimitExceededException", "You have reached the limit on the number of services.")


def no_way_to_aws(stage: Stage) -> Fault:
    return _refused(stage, "connection", "")


def push_that_breaks_off(stage: Stage) -> Fault:
    registry = stage.environment.registry(stage.outputs())
    login, manifest_type = registry.login(), "application/vnd.oci.image.manifest.v1+json"
    stage.account.cloud.faults.on("registry", "Push", error="connection", times=None)
    fault = _fault(
        "push",
        lambda: distribution.push(login, registry.repository_url, "tag", b"{}", manifest_type, []),
    )
    stage.account.cloud.faults.off()
    return fault


def revision_that_is_inactive(stage: Stage) -> Fault:
    stage.run(stage.definition(), status="RUNNING")
    other = stage.definition(stage.account.image("2"))
    stage.account.ecs.deregister_task_definition(taskDefinition=other)
    service = stage.environment.service(stage.outputs(), "backend")
    return _fault("roll_out", lambda: service.update(other, 1))


def _connect(stage: Stage, **changes: Any) -> Any:
    address = stage.account.client("rds").describe_db_instances(DBInstanceIdentifier=STORES)
    place = address["DBInstances"][0]["Endpoint"]
    return psycopg.connect(
        **{
            "host": place["Address"],
            "port": place["Port"],
            "user": "reelflow",
            "password": PASSWORD,
            "dbname": "postgres",
            "sslmode": "require",
            "connect_timeout": 2,
            **changes,
        }
    )


def password_that_is_wrong(stage: Stage) -> Fault:
    return _fault("verify", lambda: _connect(stage, password="another"))


def database_that_listens_elsewhere(stage: Stage) -> Fault:
    return _fault("verify", lambda: _connect(stage, port=1))


def database_seen_from_outside(stage: Stage) -> Fault:
    silence = Silence(Addresses())
    return _fault("expand", lambda: _connect(stage, host=silence.at(5432)))


def migration_without_its_lock(stage: Stage) -> Fault:
    with _connect(stage) as holder, _connect(stage) as other:
        holder.execute("CREATE TABLE films (id int)")
        holder.commit()
        holder.execute("LOCK TABLE films")
        other.execute("SET lock_timeout = '50ms'")
        fault = _fault("expand", lambda: other.execute("ALTER TABLE films ADD COLUMN title text"))
        other.rollback()
        holder.rollback()
        return fault


def lock_that_is_held(stage: Stage) -> Fault:
    state_that_is_locked(stage)
    records = records_of(stage.environment)
    Lock(records, stage.name, is_over=lambda _: False).acquire(_holder(1))
    return _fault("deploy", lambda: Lock(records, stage.name, is_over=lambda _: False).acquire(_holder(2)))


def _holder(process: int) -> Holder:
    return Holder(
        flow_run=None, host="build-7", machine=f"m{process}", process=process, born=0, since=datetime.now(UTC)
    )


Make = Callable[[Stage], Fault | None]
MADE: list[tuple[Make, str, tuple[str, ...]]] = [
    (crashes, "crashed", ("exit code 3", "no such table: films", "reelflow deploy dev")),
    (killed, "out_of_memory", ("137", "512 MiB")),
    (missing_variable, "missing_variable", ("KeyError: 'SECRET_KEY'", "exit code 1")),
    (
        secret_that_is_not_there,
        "secret_missing",
        ("does not exist; SECRET_KEY needs it", "reelflow bootstrap dev"),
    ),
    (secret_without_the_key, "secret_key_missing", ("SECRET_KEY", "reelflow bootstrap dev")),
    (role_without_the_right, "not_authorized", ("secretsmanager:GetSecretValue", "modules/iam/main.tf")),
    (image_that_was_never_pushed, "image_missing", ("unreleased is not there",)),
    (no_log_group, "log_group_missing", ("log group",)),
    (command_that_is_not_there, "cannot_start_container", ("no-such-program",)),
    (never_healthy, "unhealthy", ("container health checks",)),
    (no_capacity, "capacity", ("no room",)),
    (stuck_without_a_route, "no_route", ("lead nowhere", "NAT gateway")),
    (given_up_without_a_route, "no_route", ("lead nowhere", "i/o timeout")),
    (no_public_address, "no_route", ("without a public address",)),
    (endpoint_that_is_missing, "endpoint_missing", ("lacks: ecr.dkr, secretsmanager",)),
    (https_that_is_blocked, "https_blocked", ("lets nothing out on port 443",)),
    (database_that_is_blocked, "database_blocked", ("lets nothing out to port 5432", "TimeoutError")),
    (database_that_is_stopped, "database_not_available", ("is stopped", "start-db-instance")),
    (alarm_that_rings, "alarm", ("is in ALARM", "--ignore-alarms")),
    (fargate_size, "cpu_memory", ("No Fargate configuration exists", "task_memory")),
    (launch_type, "no_container_instances", ("launch type is EC2",)),
    (credentials_that_have_expired, "expired_credentials", ("aws sts get-caller-identity",)),
    (throttled, "throttled", ("Rate exceeded",)),
    (registry_login, "registry_login_expired", ("reelflow deploy dev",)),
    (docker_daemon, "docker_unreachable", ("systemctl start docker",)),
    (database_exists, "database_exists", ("module.database.aws_db_instance.this",)),
    (bucket_exists, "bucket_exists", ("module.storage.aws_s3_bucket.this",)),
    (snapshot_of_a_stopped_database, "snapshot_refused", ("not currently in the available state",)),
    (state_that_is_locked, "state_locked", ("root@build-7", "force-unlock 3f0a")),
    (cache_that_is_blocked, "cache_blocked", ("lets nothing out to port 6379",)),
    (cache_that_is_gone, "cache_not_available", ("is missing",)),
    (image_that_is_not_pulled, "image_pull_failed", ("no reason",)),
    (secrets_that_are_not_read, "secrets_unreachable", ("no reason",)),
    (first_deployment_of_which_nothing_is_left, "first_deployment_stalled", ("nothing ran before",)),
    (denied_without_a_name, "access_denied", ("does not say which",)),
    (quota_that_is_used_up, "quota", ("reached the limit",)),
    (no_way_to_aws, "unreachable", ("reelflow status dev",)),
    (push_that_breaks_off, "push_broken_off", ("not sent again",)),
    (revision_that_is_inactive, "revision_inactive", ("TaskDefinition is inactive",)),
    (password_that_is_wrong, "database_password", ("password authentication failed",)),
    (database_that_listens_elsewhere, "database_unreachable", ("Connection refused",)),
    (database_seen_from_outside, "database_timeout_outside", ("reelflow run dev",)),
    (migration_without_its_lock, "migration_lock_timeout", ("pg_stat_activity",)),
    (lock_that_is_held, "lock_held", ("build-7",)),
]
# What can't be made here is told in tests/explaining from documents of AWS's API, or is made elsewhere.
REPLAYED = {
    "no_worker": "made on a Prefect server: tests/deployment/test_waiting_runs.py",
    "not_bootstrapped": "the lock's bucket is there: the record's kind is replayed",
    "provider_unavailable": "the sandbox brings the provider with it",
    "plan_stale": "made in the failure matrix (apply.plan-gone-stale)",
    "state_not_saved": "made in tests/rehearsal/blocks/test_terraform.py",
    "bucket_taken": "the sandbox has one account",
    "resource_exists": "one rule with the database and the bucket, by another code",
    "disk_full": "this machine's disk is not to be filled",
    "database_full": "this machine's disk is not to be filled",
    "image_too_large": "this machine's disk is not to be filled",
    "build_failed": "made in the failure matrix (build.build-failure)",
    "tag_taken": "the sandbox's tags are made of the content",
    "image_platform": "all containers run on this machine's processor",
    "image_rate_limit": "the sandbox's registry counts no pulls",
    "image_denied": "the sandbox names the right that is missing",
    "cache_unreachable": "the cache of these tests has no password",
    "replicate_token": "Replicate is not part of the sandbox",
    "target_unreachable": "the sandbox's balancer reaches every task",
    "died_later": "made in the failure matrix (bake); its task tells more",
    "never_ran": "ECS always gives a reason here",
    "circuit_breaker": "the stopped tasks tell more here",
    "film_failed": "made by the rehearsal's scenario unverified",
    "logged_errors": "made in the failure matrix (verify)",
    "superseded": "made in tests/rehearsal/blocks/test_ecs.py",
    "migration_failed": "the one-off task tells more here",
    "terraform_failed": "made in tests/rehearsal/blocks/test_terraform.py",
    "killed": "made in the failure matrix (process killed)",
    "deadline": "made in tests/deployment/test_ending.py",
}


def test_every_cause_is_made_here_or_it_is_said_why_not() -> None:
    made = {kind for _, kind, _ in MADE}
    assert made | REPLAYED.keys() == {rule.kind for rule in RULES}
    assert not made & REPLAYED.keys()


@pytest.mark.parametrize(("make", "kind", "says"), MADE, ids=[case[0].__name__ for case in MADE])
def test_a_failure_that_is_made_has_one_cause(
    stage: Stage, make: Make, kind: str, says: tuple[str, ...]
) -> None:
    found = stage.explained(make(stage))
    assert found.cause is not None
    assert found.cause.kind == kind, found
    told = f"{found.cause.message} {found.cause.remedy} {' '.join(map(str, found.evidence))}"
    for words in says:
        assert words in told
