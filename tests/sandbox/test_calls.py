"""Every call is recognised: boto3 makes it, without sending it, and it is told which it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest

from sandbox.calls import identify


class _Kept(Exception):
    """The request is not sent."""


def request_of(service: str, call: Callable[[Any], Any]) -> tuple[dict[str, Any], bytes]:
    """The request of a call as WSGI has it."""
    client = boto3.client(
        service,
        endpoint_url="http://127.0.0.1:1",
        region_name="us-east-2",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    sent: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> None:
        sent.append(request)
        raise _Kept

    client.meta.events.register("before-send", keep)
    with pytest.raises(_Kept):
        call(client)
    address = urlsplit(sent[0].url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": sent[0].method,
        "PATH_INFO": address.path or "/",
        "QUERY_STRING": address.query,
    }
    for name, value in sent[0].headers.items():
        text = value.decode() if isinstance(value, bytes) else str(value)
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    body = sent[0].body
    return environ, body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""


@pytest.mark.parametrize(
    ("service", "operation", "call"),
    [
        ("ecs", "UpdateService", lambda c: c.update_service(service="a")),
        # A key that looks like the path of another protocol.
        ("s3", "GetObject", lambda c: c.get_object(Bucket="a", Key="operation/dev/health-check.json")),
        ("rds", "DescribeDBInstances", lambda c: c.describe_db_instances()),
        ("ec2", "DescribeVpcs", lambda c: c.describe_vpcs()),
        ("elbv2", "DescribeTargetHealth", lambda c: c.describe_target_health(TargetGroupArn="a")),
        ("cloudwatch", "DescribeAlarms", lambda c: c.describe_alarms()),
        ("logs", "GetLogEvents", lambda c: c.get_log_events(logGroupName="a", logStreamName="b")),
        ("sts", "GetCallerIdentity", lambda c: c.get_caller_identity()),
        ("budgets", "DescribeBudget", lambda c: c.describe_budget(AccountId="1" * 12, BudgetName="b")),
        ("s3", "ListBuckets", lambda c: c.list_buckets()),
        ("s3", "CreateBucket", lambda c: c.create_bucket(Bucket="bucket")),
        ("s3", "ListObjectsV2", lambda c: c.list_objects_v2(Bucket="bucket")),
        ("s3", "GetBucketVersioning", lambda c: c.get_bucket_versioning(Bucket="bucket")),
        (
            "s3",
            "PutObject",
            lambda c: c.put_object(Bucket="bucket", Key="a/b.txt", Body=b"x", IfNoneMatch="*"),
        ),
        ("s3", "GetObject", lambda c: c.get_object(Bucket="bucket", Key="a/b.txt")),
        ("s3", "HeadObject", lambda c: c.head_object(Bucket="bucket", Key="a")),
        ("s3", "DeleteObject", lambda c: c.delete_object(Bucket="bucket", Key="a")),
        ("s3", "CopyObject", lambda c: c.copy_object(Bucket="bucket", Key="a", CopySource="bucket/b")),
        ("s3", "CreateMultipartUpload", lambda c: c.create_multipart_upload(Bucket="bucket", Key="a")),
        (
            "s3",
            "UploadPart",
            lambda c: c.upload_part(Bucket="bucket", Key="a", PartNumber=1, UploadId="u", Body=b"x"),
        ),
        (
            "s3",
            "DeleteObjects",
            lambda c: c.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "a"}]}),
        ),
    ],
)
def test_calls_are_recognised(service: str, operation: str, call: Callable[[Any], Any]) -> None:
    found = identify(*request_of(service, call))
    assert (found.service, found.operation) == (service, operation)
    assert found.region in ("us-east-2", "us-east-1")


def test_a_link_is_a_call_of_s3() -> None:
    found = identify({"REQUEST_METHOD": "GET", "PATH_INFO": "/bucket/a/b.mp4", "QUERY_STRING": ""}, b"")
    assert (found.service, found.operation) == ("s3", "GetObject")
