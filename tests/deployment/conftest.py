"""Real S3 semantics (moto's server over HTTP) and a real Prefect server for what a deployment keeps there."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect_aws import AwsCredentials
from pydantic import SecretStr
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from blocks.record_store import RecordStore
from flows.deployment import journal
from flows.deployment.release import Release, Status
from tests.deployment.toy import toy as toy_flow

REGION = "us-east-2"
CHECKOUT = Path(__file__).parents[2]


@dataclass
class Toy:
    """Runs toy deployments as processes."""

    records: RecordStore
    world: Path
    environment: dict[str, str]

    def start(self, source: str, mode: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.deployment.toy",
                self.records.bucket,
                str(self.world),
                source,
                mode,
            ],
            cwd=CHECKOUT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def deploy(self, source: str, mode: str = "well") -> str:
        """Deploys in this process; how that failed in words, nothing when it did not."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                if name.startswith("AWS_"):
                    patch.setenv(name, value)
            try:
                run: Any = toy_flow(self.records.bucket, str(self.world), source, mode)
                asyncio.run(run)
            except Exception as fault:  # noqa: BLE001 - whatever it is, a test judges it
                return str(fault)
        return ""

    def reached(self, process: subprocess.Popen[str]) -> None:
        """Waits until the deployment is where its mode has it hang."""
        marker = self.world.with_suffix(".reached")
        poll = Retrying(
            stop=stop_after_delay(90), wait=wait_fixed(0.05), retry=retry_if_result(lambda there: not there)
        )
        poll(lambda: marker.exists() or process.poll() is not None)
        assert process.poll() is None, process.communicate()[0]
        marker.unlink()

    @property
    def newest(self) -> Release:
        found = journal.newest(self.records, "dev")
        assert found is not None
        return found

    @property
    def releases(self) -> list[Status]:
        found = [journal.read(self.records, "dev", each) for each in journal.ids(self.records, "dev")]
        return [release.status for release in found if release]


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def records(s3_endpoint: str) -> RecordStore:
    """A record store on a versioned bucket with nothing in it."""
    bucket = f"state-{uuid4().hex}"
    client = boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return RecordStore(
        bucket=bucket,
        endpoint_url=s3_endpoint,
        credentials=AwsCredentials(
            aws_access_key_id="testing", aws_secret_access_key=SecretStr("testing"), region_name=REGION
        ),
        connect_timeout_s=1,
    )


@pytest.fixture
def prefect_api(prefect_server_url: str) -> Iterator[str]:
    with temporary_settings({PREFECT_API_URL: prefect_server_url}):
        yield prefect_server_url


@pytest.fixture
def nobody_is_over() -> Callable[[object], bool]:
    """A Prefect that knows of no ended run."""
    return lambda _: False


@pytest.fixture
def toy(records: RecordStore, prefect_api: str, s3_endpoint: str, tmp_path: Path) -> Toy:
    world = tmp_path / "world"
    world.write_text("")
    environment = {
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-2",
        "PREFECT_API_URL": prefect_api,
        "PREFECT_HOME": str(tmp_path / "prefect"),
    }
    return Toy(records, world, os.environ | environment)
