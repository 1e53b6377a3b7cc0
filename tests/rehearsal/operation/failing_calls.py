"""What can be wrong with a call of a stage: each case is made for real, and returns the fault."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from blocks.aws import aws_errors
from blocks.image import DockerBuilder, distribution
from blocks.record_store import records_of
from flows.deployment.faults import stage_failed
from flows.deployment.lock import Holder, Lock
from flows.explaining.findings import Fault
from sandbox.ecs.reach import Silence
from sandbox.network.addresses import Addresses
from tests.rehearsal.operation.failing_stage import PASSWORD, STORES, Stage
from tests.rehearsal.operation.failing_tasks import own_database


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
    own_database(stage)
    return _called("apply", f"create the database {stage.name}", lambda: own_database(stage))


def bucket_exists(stage: Stage) -> Fault:
    def made() -> None:
        stage.account.client("s3").create_bucket(
            Bucket=f"{stage.name}-media",
            CreateBucketConfiguration={"LocationConstraint": stage.account.cloud.region},
        )

    made()
    return _called("apply", "create the bucket", made)


def snapshot_of_a_stopped_database(stage: Stage) -> Fault:
    own_database(stage)
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
