"""A sandbox ends with whatever it started, however it ends; two beside each other do not meet."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import boto3
import psutil
import pytest

from sandbox.errors import SandboxFailed
from sandbox.running import Sandbox, sandbox
from tests.rehearsal.sandbox.conftest import until

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys, time
from pathlib import Path
from sandbox.running import sandbox
with sandbox(Path(sys.argv[1]), engine="process", terraform=False) as running:
    print(running.endpoint_url, flush=True)
    time.sleep(600)
"""


def with_a_database(url: str) -> None:
    rds = boto3.client(
        "rds", endpoint_url=url, region_name="us-east-2", aws_access_key_id="a", aws_secret_access_key="b"
    )
    rds.create_db_instance(
        DBInstanceIdentifier="films",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="reelflow",
        ManageMasterUserPassword=True,
        AllocatedStorage=20,
    )
    until(lambda: rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"] == "available")


def processes_of(home: Path) -> list[psutil.Process]:
    """Who names the directory in its command line."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(home) in word for word in process.info["cmdline"] or []):
            found.append(process)
    return found


@pytest.mark.parametrize("victim", ["holder", "server"])
def test_nothing_outlives_a_killed_sandbox(tmp_path: Path, victim: str) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    try:
        with_a_database(holder.stdout.readline().strip())
        if victim == "holder":
            holder.kill()
        else:
            server = next(p for p in processes_of(tmp_path) if "sandbox.server" in p.cmdline())
            server.kill()
            os.kill(holder.pid, signal.SIGINT)
        holder.wait()
        until(lambda: processes_of(tmp_path) == [])
    finally:
        holder.kill()
        holder.stdout.close()


def test_a_directory_has_one_sandbox(tmp_path: Path) -> None:
    with (
        sandbox(tmp_path, engine="process", terraform=False),
        pytest.raises(SandboxFailed, match="Another sandbox"),
        sandbox(tmp_path, engine="process", terraform=False),
    ):
        pass


def test_what_it_tells_a_process(cloud: Sandbox) -> None:
    environment = cloud.environment()
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint_url
    script = "import boto3, json; print(json.dumps(boto3.client('sts').get_caller_identity()['Account']))"
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == "123456789012"
