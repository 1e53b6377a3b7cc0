"""Both media stores, real: a directory, and S3 over HTTP on loopback."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from prefect_aws import AwsCredentials
from pydantic import SecretStr

from blocks.media_store import DirectoryMediaStore, MediaStore
from blocks.media_store.s3 import S3MediaStore

MULTIPART_THRESHOLD = 64 * 1024


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def directory_store(tmp_path: Path) -> DirectoryMediaStore:
    return DirectoryMediaStore(
        root=tmp_path / "media",
        base_url="http://127.0.0.1:8000",
        secret_key=SecretStr("a secret of the tests"),
    )


@pytest.fixture
def s3_store(s3_endpoint: str) -> S3MediaStore:
    bucket = f"media-{uuid4().hex}"
    store = S3MediaStore(
        bucket=bucket,
        prefix="some/folder",
        endpoint_url=s3_endpoint,
        credentials=AwsCredentials(
            aws_access_key_id="testing", aws_secret_access_key=SecretStr("testing"), region_name="us-east-2"
        ),
        multipart_threshold_bytes=MULTIPART_THRESHOLD,
        part_bytes=5 << 20,
        connect_timeout_s=1,
    )
    boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name="us-east-2",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ).create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-east-2"})
    return store


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest) -> MediaStore:
    return request.getfixturevalue(f"{request.param}_store")
