"""Real S3 semantics (moto's server over HTTP) and a real Prefect server for what a deployment keeps there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect_aws import AwsCredentials
from pydantic import SecretStr

from blocks.record_store import RecordStore
from stack import prefect_server

REGION = "us-east-2"


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


@pytest.fixture(scope="session")
def prefect_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API of a Prefect server, started once."""
    server = prefect_server.embedded_prefect(tmp_path_factory.mktemp("prefect"))
    yield prefect_server.api_url(server.acquire().port)
    server.stop()


@pytest.fixture
def prefect_api(prefect_server_url: str) -> Iterator[str]:
    with temporary_settings({PREFECT_API_URL: prefect_server_url}):
        yield prefect_server_url


@pytest.fixture
def nobody_is_over() -> Callable[[object], bool]:
    """A Prefect that knows of no ended run."""
    return lambda _: False
