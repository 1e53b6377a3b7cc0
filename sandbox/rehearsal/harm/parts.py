"""Parts of the environment that fail: database, disk, locks, state, alarms, the deployer itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import boto3
import psutil
import psycopg
from prefect import resume_flow_run
from prefect.client.orchestration import get_client

from flows.deployment.lock import Holder, Lock
from sandbox.rehearsal.harm.contract import Scene

# Larger than PostgreSQL's segments of its log, so that it is a table that can't grow.
LARGEST_FILE = 48 << 20
# And larger than all that Terraform writes beside the build.
SMALLER_THAN_AN_IMAGE = 1 << 20
WITHIN_S = 60.0


@contextmanager
def locked(scene: Scene) -> Iterator[None]:
    """Somebody on another machine deploys."""
    lock = Lock(scene.records, scene.environment.name, is_over=lambda _: False, lease_s=600.0)
    another = Holder(
        flow_run=None, host="another", machine="another", process=1, born=0.0, since=datetime.now(UTC)
    )
    lock.acquire(another)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def state_locked(scene: Scene) -> Iterator[None]:
    """A Terraform that is dead by now has left its lock of the state."""
    left = {
        "ID": "6f7c2c1e-9d0b-4f0e-8a53-3a4f0d8f6b11",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "deployer@another",
        "Version": "1.14.0",
        "Created": datetime.now(UTC).isoformat(),
        "Path": _state(scene)["Key"],
    }
    key = _state(scene)["Key"] + ".tflock"
    boto3.client("s3").put_object(Bucket=_state(scene)["Bucket"], Key=key, Body=json.dumps(left).encode())
    try:
        yield
    finally:
        boto3.client("s3").delete_object(Bucket=_state(scene)["Bucket"], Key=key)


@contextmanager
def state_lock_lost(scene: Scene) -> Iterator[None]:
    """Somebody takes Terraform's lock of the state away while it works."""
    boto3.client("s3").delete_object(Bucket=_state(scene)["Bucket"], Key=_state(scene)["Key"] + ".tflock")
    yield


@contextmanager
def state_moved(scene: Scene) -> Iterator[None]:
    """Somebody else changes the state after it was planned on."""
    client = boto3.client("s3")
    state = json.loads(client.get_object(**_state(scene))["Body"].read())
    state["serial"] += 1
    client.put_object(**_state(scene), Body=json.dumps(state).encode())
    yield


@contextmanager
def approved(scene: Scene) -> Iterator[None]:
    """Who is asked says yes to the plan."""
    release = scene.newest()
    assert release is not None
    assert release.plan is not None
    answer = {"approved": True, "by": "a rehearsal", "plan": release.plan.meaning}
    resume_flow_run(release.flow_runs[-1], run_input=answer)
    yield


@contextmanager
def database_gone(scene: Scene) -> Iterator[None]:
    """The database is stopped; afterwards it is there again."""
    rds, name = boto3.client("rds"), scene.outputs.database_identifier
    rds.stop_db_instance(DBInstanceIdentifier=name)
    try:
        yield
    finally:
        rds.start_db_instance(DBInstanceIdentifier=name)
        asyncio.run(scene.environment.database(scene.outputs).wait_available(deadline_s=WITHIN_S))


@contextmanager
def table_in_use(scene: Scene) -> Iterator[None]:
    """A report that never ends reads the table that a step of the schema changes."""
    with connected(scene) as connection:
        connection.execute("SELECT count(*) FROM job_metrics")
        yield
        connection.rollback()


@contextmanager
def alarm_rings(scene: Scene) -> Iterator[None]:
    """An alarm of the environment rings."""
    client, name = boto3.client("cloudwatch"), scene.outputs.alarm_names[0]
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="rehearsed")
    try:
        yield
    finally:
        client.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="rehearsed")


@contextmanager
def killed(scene: Scene) -> Iterator[None]:
    """The process that deploys is killed; it can do nothing about it."""
    for process in deployers(scene):
        with suppress(psutil.NoSuchProcess):
            os.kill(process.pid, signal.SIGKILL)
    yield


@contextmanager
def deployer_disk_full(scene: Scene) -> Iterator[None]:
    """The deployer's disk has no room for an image: no file of its can become as large as one."""
    for process in deployers(scene):
        process.rlimit(psutil.RLIMIT_FSIZE, (SMALLER_THAN_AN_IMAGE, psutil.RLIM_INFINITY))
    yield


@contextmanager
def database_disk_full(scene: Scene) -> Iterator[None]:
    """The database's disk takes no more: no table of it can grow beyond a limit."""
    with connected(scene) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        postmaster = backend.parent()
        assert postmaster is not None
    _limit_files(postmaster, str(LARGEST_FILE))
    try:
        yield
    finally:
        _limit_files(postmaster, "unlimited")


@contextmanager
def connected(scene: Scene) -> Iterator[psycopg.Connection]:
    """A connection to the environment's database, as its master user."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=scene.outputs.database_secret_arn)
    user = json.loads(secret["SecretString"])
    host, _, port = scene.outputs.database_endpoint.partition(":")
    with psycopg.connect(
        host=host,
        port=int(port or 5432),
        user=user["username"],
        password=user["password"],
        dbname=_database(scene),
        sslmode="require",
    ) as connection:
        yield connection


def deployers(scene: Scene) -> list[psutil.Process]:
    """The process that runs the flow of the release that is being made, and what it has started."""
    release = scene.newest()
    if not release or not release.flow_runs:
        return []
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(release.flow_runs[-1])
    if not run.infrastructure_pid:
        return []
    with suppress(psutil.NoSuchProcess):
        flow = psutil.Process(int(run.infrastructure_pid))
        return [flow, *flow.children(recursive=True)]
    return []


def _limit_files(process: psutil.Process, largest: str) -> None:
    """Sets how large a file a process may write, in bytes or `unlimited`."""
    # As its own user: to limit another's takes a capability that root may lack in a container.
    owner = {"user": process.uids().real, "group": process.gids().real, "extra_groups": []}
    subprocess.run(
        ["prlimit", "--pid", str(process.pid), f"--fsize={largest}:"],
        check=True,
        **(owner if os.geteuid() == 0 else {}),
    )


def _database(scene: Scene) -> str:
    described = boto3.client("rds").describe_db_instances(
        DBInstanceIdentifier=scene.outputs.database_identifier
    )
    return described["DBInstances"][0]["DBName"]


def _state(scene: Scene) -> dict[str, str]:
    backend = scene.environment.terraform.backend_config
    return {"Bucket": backend["bucket"], "Key": backend["key"]}
